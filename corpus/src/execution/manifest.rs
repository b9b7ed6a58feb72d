//! `executions.toml`: what is run, and what must come of it.

use crate::error::CorpusError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// The pinned executions.
#[derive(Clone, Debug)]
pub struct Executions {
    /// The file they were read from.
    pub path: PathBuf,
    /// In the order of the file, names unique.
    pub executions: Vec<Execution>,
}

/// One pinned execution of a module of `wild.toml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Execution {
    /// Short name, unique in the file.
    pub name: String,
    /// The module's name in `wild.toml`.
    pub module: String,
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
    /// What says that output, results and calls are right.
    pub reference: String,
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
    execution: Vec<Execution>,
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
        let bad = |problem: String| {
            let remedy = "correct the file; its first lines say what it holds";
            CorpusError::unusable(&path.display().to_string(), problem, remedy)
        };
        let mut file: ExecutionsFile = toml::from_str(&text).map_err(|e| bad(e.to_string()))?;
        for (i, execution) in file.execution.iter().enumerate() {
            let name = &execution.name;
            if file.execution[..i].iter().any(|other| other.name == *name) {
                return Err(bad(format!("two executions are called {name}")));
            }
            if !name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            {
                let problem = "a name is made of letters, digits, '-' and '_'";
                return Err(bad(format!("execution {name}: {problem}")));
            }
        }
        for execution in &mut file.execution {
            if let Some(folder) = &execution.folder {
                let files = read_folder(&path.with_file_name("").join(folder))?;
                execution.files.extend(files);
            }
        }
        Ok(Executions {
            path: path.to_owned(),
            executions: file.execution,
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
