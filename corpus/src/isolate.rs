//! Compiles in a child process, because a compile can panic, take all memory,
//! or never end, and one bad module must not lose the others' results.
//!
//! Its argument is [`CHILD_COMMAND`]. The job comes through its stdin and the
//! result through its stdout, so that nothing is left behind if either process is
//! killed.

use crate::assemble::assemble;
use crate::child::{self, ChildError, Limits};
use crate::compile::{CRASH_REMEDY, CompileOptions, CompiledModule, compile, read_with};
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::Tier;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::OnceLock;

/// First argument of such a child process. When `main` sees it, it must call
/// [`child_main`].
pub const CHILD_COMMAND: &str = "__compile";

/// Where a child's first panic happened.
static PANIC_PLACE: OnceLock<String> = OnceLock::new();

/// What the child compiles.
#[derive(Serialize, Deserialize)]
struct Job {
    origin: String,
    options: CompileOptions,
    /// Binary or text.
    module: Vec<u8>,
}

/// What came of it; a problem comes with its remedy.
type ChildResult = Result<CompiledModule, (String, String)>;

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
    let misunderstood = |problem: postcard::Error| {
        let problem = format!("parent and child process misunderstand each other: {problem}");
        CorpusError::unusable(name, problem, CRASH_REMEDY)
    };
    let job = Job {
        origin: name.to_owned(),
        options: options.clone(),
        module: bytes.to_owned(),
    };
    let job = postcard::to_allocvec(&job).map_err(misunderstood)?;
    let stopped = |error| stopped(name, error);
    let mut command = child::command().map_err(|e| stopped(ChildError::Start(e)))?;
    command.arg(CHILD_COMMAND);
    let output = child::run(command, &job, limits).map_err(stopped)?;
    match postcard::from_bytes(&output.stdout).map_err(misunderstood)? {
        ChildResult::Ok(compiled) => Ok(compiled),
        ChildResult::Err((problem, _)) if child::ran_out_of_memory(&problem) => {
            Err(stopped(ChildError::Memory(limits.memory)))
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

/// What `main` runs for [`CHILD_COMMAND`]: compiles the job that comes through
/// stdin, and gives the exit code.
pub fn child_main() -> i32 {
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
    match run_job() {
        Ok(()) => 0,
        Err(problem) => {
            eprintln!("{problem}");
            1
        }
    }
}

fn run_job() -> Result<(), String> {
    let mut job = Vec::new();
    let read = std::io::stdin().read_to_end(&mut job);
    read.map_err(|e| format!("the job: {e}"))?;
    let job: Job = postcard::from_bytes(&job).map_err(|e| format!("no job on stdin: {e}"))?;
    let result: ChildResult = match compile(&job.origin, &job.module, &job.options) {
        Ok(compiled) => Ok(compiled),
        Err(CorpusError::Unusable {
            problem, remedy, ..
        }) => {
            let place = PANIC_PLACE.get().map(|place| format!(" at {place}"));
            Err((problem + &place.unwrap_or_default(), remedy))
        }
        Err(other) => return Err(other.to_string()),
    };
    let result = postcard::to_allocvec(&result).map_err(|e| format!("the result: {e}"))?;
    let written = std::io::stdout().write_all(&result);
    written.map_err(|e| format!("the result: {e}"))
}
