//! Compiles in a child process, because a compile can panic, take all memory,
//! or never end, and one bad module must not lose the others' results.
//!
//! Its arguments are [`CHILD_COMMAND`] and a folder. Job and result pass through
//! files in that folder.

use crate::assemble::assemble;
use crate::capture::CallSites;
use crate::child::{self, ChildError, Limits};
use crate::compile::{CRASH_REMEDY, CompileOptions, CompiledModule, compile, read_with};
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::Tier;
use crate::temporary::temporary_folder;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// First argument of such a child process. When `main` sees it, it must call
/// [`child_main`].
pub const CHILD_COMMAND: &str = "__compile";

const WASM: &str = "input.wasm";
const JOB: &str = "job.json";
const CWASM: &str = "output.cwasm";
const RESULT: &str = "result.json";

/// Where a child's first panic happened.
static PANIC_PLACE: OnceLock<String> = OnceLock::new();

#[derive(Serialize, Deserialize)]
struct Job {
    origin: String,
    options: CompileOptions,
}

/// What the child found; a problem comes with its remedy.
type ChildResult = Result<CallSites, (String, String)>;

/// As [`crate::compile_wasm`], in a child process that is stopped when it
/// exceeds a limit. The program must call [`child_main`], see
/// [`CHILD_COMMAND`].
pub fn compile_isolated(
    name: &str,
    tier: Tier,
    provenance: String,
    bytes: &[u8],
    options: &CompileOptions,
    limits: &Limits,
) -> Result<Module, CorpusError> {
    let CompiledModule { cwasm, calls } = precompile_isolated(name, bytes, options, limits)?;
    assemble(name, name, tier, provenance, &cwasm, Some(calls))
}

/// As [`crate::read_path`], compiling in a child process that is stopped when it
/// exceeds a limit. The program must call [`child_main`].
pub fn read_path_isolated(
    path: &Path,
    tier: Tier,
    options: &CompileOptions,
    limits: &Limits,
) -> Result<Module, CorpusError> {
    read_with(path, tier, |origin, bytes| {
        precompile_isolated(origin, bytes, options, limits)
    })
}

/// As [`compile`], in such a child process.
pub(crate) fn precompile_isolated(
    name: &str,
    bytes: &[u8],
    options: &CompileOptions,
    limits: &Limits,
) -> Result<CompiledModule, CorpusError> {
    let dir = temporary_folder()?;
    let broken = |problem: std::io::Error| {
        let problem = format!("cannot be passed to a child process: {problem}");
        let remedy = "check free space and permissions of the temporary folder";
        CorpusError::unusable(name, problem, remedy)
    };
    let job = Job {
        origin: name.to_owned(),
        options: options.clone(),
    };
    fs::write(dir.path().join(WASM), bytes).map_err(broken)?;
    let job = serde_json::to_vec(&job).map_err(|e| broken(e.into()))?;
    fs::write(dir.path().join(JOB), job).map_err(broken)?;
    let mut command = child::command().map_err(broken)?;
    command.arg(CHILD_COMMAND).arg(dir.path());
    child::run(command, limits).map_err(|error| stopped(name, error))?;

    let result = fs::read(dir.path().join(RESULT)).map_err(broken)?;
    match serde_json::from_slice(&result).map_err(|e| broken(e.into()))? {
        ChildResult::Ok(calls) => {
            let cwasm = fs::read(dir.path().join(CWASM)).map_err(broken)?;
            Ok(CompiledModule { cwasm, calls })
        }
        ChildResult::Err((problem, _)) if child::ran_out_of_memory(&problem) => {
            Err(stopped(name, ChildError::Memory(limits.memory)))
        }
        ChildResult::Err((problem, remedy)) => Err(CorpusError::unusable(name, problem, &remedy)),
    }
}

/// A child that came to no result, and what to do about it.
fn stopped(name: &str, error: ChildError) -> CorpusError {
    let remedy = match error {
        ChildError::Memory(_) => "raise --memory, set RAYON_NUM_THREADS=1, or leave the module out",
        ChildError::Time(_) => {
            "raise --minutes, try --opt-level none (opt_level in wild.toml), or leave the module out"
        }
        ChildError::Killed => "free memory, set RAYON_NUM_THREADS=1, or leave the module out",
        ChildError::Failed { .. } => CRASH_REMEDY,
        ChildError::Start(_) => "check how many processes may run",
    };
    CorpusError::unusable(name, format!("the compile {error}"), remedy)
}

/// What `main` runs for [`CHILD_COMMAND`]: compiles the job in the folder that
/// the second argument names, and gives the exit code.
pub fn child_main() -> i32 {
    let Some(dir) = std::env::args_os().nth(2).map(PathBuf::from) else {
        eprintln!("{CHILD_COMMAND} is for internal use");
        return 2;
    };
    // The parent reports a panic on its own line, so only note the place.
    std::panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            // The folder that holds all crates says nothing.
            let file = place.file().split_once("registry/src/");
            let file = file.and_then(|(_, rest)| rest.split_once('/'));
            let file = file.map_or(place.file(), |(_, file)| file);
            PANIC_PLACE.set(format!("{file}:{}", place.line())).ok();
        }
    }));
    match run_job(&dir) {
        Ok(()) => 0,
        Err(problem) => {
            eprintln!("{problem}");
            1
        }
    }
}

fn run_job(dir: &Path) -> Result<(), String> {
    let read = |name: &str| fs::read(dir.join(name)).map_err(|e| format!("{name}: {e}"));
    let job: Job = serde_json::from_slice(&read(JOB)?).map_err(|e| e.to_string())?;
    let result: ChildResult = match compile(&job.origin, &read(WASM)?, &job.options) {
        Ok(CompiledModule { cwasm, calls }) => {
            fs::write(dir.join(CWASM), cwasm).map_err(|e| format!("{CWASM}: {e}"))?;
            Ok(calls)
        }
        Err(CorpusError::Unusable {
            problem, remedy, ..
        }) => {
            let place = PANIC_PLACE.get().map(|place| format!(" at {place}"));
            Err((problem + &place.unwrap_or_default(), remedy))
        }
        Err(other) => return Err(other.to_string()),
    };
    let json = serde_json::to_vec(&result).map_err(|e| e.to_string())?;
    fs::write(dir.join(RESULT), json).map_err(|e| format!("{RESULT}: {e}"))
}
