//! `executions.toml`: what is run, and what must come of it.

use crate::error::CorpusError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The folder of traces, beside `executions.toml`.
const TRACES: &str = "recorded-traces";

/// The pinned executions.
#[derive(Clone, Debug)]
pub struct Executions {
    /// The file they were read from.
    pub path: PathBuf,
    /// In the order of the file, names unique.
    pub executions: Vec<Execution>,
}

/// One pinned execution of a module of `wild.toml`.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Short name, unique in the file.
    pub name: String,
    /// The module's name in `wild.toml`.
    pub module: String,
    /// What is done with the module.
    pub kind: Kind,
    /// What says that what comes of it is right.
    pub reference: String,
}

/// What is done with a module.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Its exported functions are called, with a host of the lab's own.
    Called(Called),
    /// What passed between it and its own JavaScript passes once more.
    Replayed(Replayed),
}

/// Calls, and what must come of them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Called {
    /// The exported functions that are called, in this order.
    pub calls: Vec<Call>,
    /// How often all of them are called.
    #[serde(default = "once")]
    pub times: u64,
    /// The arguments of the command line, of which the first is the program's name.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// Files that the module may read.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// A folder with more of them, beside `executions.toml`.
    pub folder: Option<PathBuf>,
    /// SHA-256 of what the module prints, in hexadecimal.
    pub output_sha256: String,
    /// SHA-256 of its calls of imported functions, their names and the numbers that
    /// they are given, in hexadecimal.
    pub calls_sha256: String,
}

/// What a trace is made of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replayed {
    /// The program that runs the module's JavaScript, beside `executions.toml`.
    pub driver: PathBuf,
    /// The file that it is given.
    pub input: PathBuf,
    /// The module's JavaScript: paths in its package, and their SHA-256.
    pub scripts: BTreeMap<String, String>,
    /// The folder of traces.
    #[serde(skip)]
    pub traces: PathBuf,
}

/// A call of an exported function.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The name of the export.
    pub function: String,
    /// Its arguments; the function's type says which numbers they are.
    #[serde(default)]
    pub arguments: Vec<Value>,
    /// What it must return.
    #[serde(default)]
    pub results: Vec<Value>,
}

/// A number as an argument or a result.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// An `i32` or `i64`.
    Integer(i64),
    /// An `f32` or `f64`.
    Float(f64),
}

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExecutionsFile {
    execution: Vec<ExecutionEntry>,
}

/// An `[[execution]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExecutionEntry {
    name: String,
    module: String,
    reference: String,
    called: Option<Called>,
    replayed: Option<Replayed>,
}

impl ExecutionEntry {
    /// The execution that the entry pins, in a file at `path`.
    fn resolve(self, path: &Path) -> Result<Execution, CorpusError> {
        let beside = |name: &Path| path.with_file_name("").join(name);
        let kind = match (self.called, self.replayed) {
            (Some(mut called), None) => {
                if let Some(folder) = &called.folder {
                    called.files.extend(read_folder(&beside(folder))?);
                }
                Kind::Called(called)
            }
            (None, Some(replayed)) => Kind::Replayed(Replayed {
                driver: beside(&replayed.driver),
                input: beside(&replayed.input),
                traces: beside(Path::new(TRACES)),
                ..replayed
            }),
            _ => {
                let problem = format!("execution {}: give called or replayed", self.name);
                return Err(bad(path, &problem));
            }
        };
        Ok(Execution {
            name: self.name,
            module: self.module,
            kind,
            reference: self.reference,
        })
    }
}

fn bad(path: &Path, problem: &str) -> CorpusError {
    let remedy = "correct the file; its first lines say what it holds";
    CorpusError::unusable(&path.display().to_string(), problem, remedy)
}

/// The files of a folder.
fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, CorpusError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| CorpusError::read(folder, e))? {
        let entry = entry.map_err(|e| CorpusError::read(folder, e))?;
        let text = std::fs::read_to_string(entry.path());
        let text = text.map_err(|e| CorpusError::read(&entry.path(), e))?;
        files.push((entry.file_name().to_string_lossy().into_owned(), text));
    }
    Ok(files)
}

fn once() -> u64 {
    1
}

impl Executions {
    /// Reads the file; the error names it, the place and the remedy.
    pub fn read(path: &Path) -> Result<Executions, CorpusError> {
        let text = std::fs::read_to_string(path).map_err(|e| CorpusError::read(path, e))?;
        let file: ExecutionsFile = toml::from_str(&text).map_err(|e| bad(path, &e.to_string()))?;
        for (i, execution) in file.execution.iter().enumerate() {
            let name = &execution.name;
            if file.execution[..i].iter().any(|other| other.name == *name) {
                return Err(bad(path, &format!("two executions are called {name}")));
            }
            if !name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            {
                let problem = "a name is made of letters, digits, '-' and '_'";
                return Err(bad(path, &format!("execution {name}: {problem}")));
            }
        }
        let entries = file.execution.into_iter();
        let executions = entries.map(|entry| entry.resolve(path));
        Ok(Executions {
            path: path.to_owned(),
            executions: executions.collect::<Result<_, _>>()?,
        })
    }

    /// The execution of that name; the error lists the names there are.
    pub fn get(&self, name: &str) -> Result<&Execution, CorpusError> {
        let found = self.executions.iter().find(|e| e.name == name);
        found.ok_or_else(|| {
            let names: Vec<_> = self.executions.iter().map(|e| e.name.as_str()).collect();
            CorpusError::unusable(
                &self.path.display().to_string(),
                format!("there is no execution called {name}"),
                &format!("the executions are {}", names.join(", ")),
            )
        })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(Value::to_string).collect();
        write!(f, "{}({})", self.function, arguments.join(", "))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Integer(value) => value.fmt(f),
            Value::Float(value) => fmt::Debug::fmt(value, f),
        }
    }
}
