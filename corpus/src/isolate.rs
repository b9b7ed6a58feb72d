//! Compiles in a child process, because a compile can panic, take all memory,
//! or never end, and one bad module must not lose the others' results.
//!
//! The child is this program again, with [`CHILD_COMMAND`] and a folder as its
//! arguments. Job and result pass through files in that folder.

use crate::assemble::assemble;
use crate::capture::CallSites;
use crate::compile::{CRASH_REMEDY, CompileOptions, CompiledModule, compile, read_with};
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::Tier;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// First argument of a child process. When `main` sees it, it must call
/// [`child_main`].
pub const CHILD_COMMAND: &str = "__compile";

const WASM: &str = "input.wasm";
const JOB: &str = "job.json";
const CWASM: &str = "output.cwasm";
const RESULT: &str = "result.json";
const STDERR: &str = "stderr.txt";

/// Where a child's first panic happened.
static PANIC_PLACE: OnceLock<String> = OnceLock::new();

/// What one compile may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Resident memory of the child, in bytes.
    pub memory: u64,
    /// Wall-clock time of the child.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 12 << 30,
            time: Duration::from_secs(600),
        }
    }
}

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
    let broken = |problem: std::io::Error| broken(name, &problem);
    let dir = tempfile::tempdir().map_err(broken)?;
    let job = Job {
        origin: name.to_owned(),
        options: options.clone(),
    };
    fs::write(dir.path().join(WASM), bytes).map_err(broken)?;
    fs::write(
        dir.path().join(JOB),
        serde_json::to_vec(&job).map_err(|e| broken(e.into()))?,
    )
    .map_err(broken)?;
    let child = spawn(dir.path()).map_err(broken)?;
    let status = supervise(child, limits).map_err(|stopped| stopped.error(name, limits))?;

    let result = fs::read(dir.path().join(RESULT)).ok();
    match result.and_then(|json| serde_json::from_slice::<ChildResult>(&json).ok()) {
        Some(Ok(calls)) => {
            let cwasm = fs::read(dir.path().join(CWASM)).map_err(broken)?;
            Ok(CompiledModule { cwasm, calls })
        }
        Some(Err((problem, remedy))) => Err(CorpusError::unusable(name, problem, &remedy)),
        None => {
            let problem = format!("the compiler died ({status}): {}", last_words(dir.path()));
            Err(CorpusError::unusable(name, problem, CRASH_REMEDY))
        }
    }
}

/// The way to the child does not work, whatever the module.
fn broken(name: &str, problem: &std::io::Error) -> CorpusError {
    let problem = format!("cannot compile in a child process: {problem}");
    let remedy = "check free space and permissions of the temporary folder";
    CorpusError::unusable(name, problem, remedy)
}

/// The last line that the child printed.
fn last_words(dir: &Path) -> String {
    let stderr = fs::read(dir.join(STDERR)).unwrap_or_default();
    let stderr = String::from_utf8_lossy(&stderr);
    let last = stderr.lines().rfind(|line| !line.trim().is_empty());
    last.unwrap_or("no message").to_owned()
}

fn spawn(dir: &Path) -> std::io::Result<Child> {
    // The link leads to this program even if its file is replaced during a long
    // run; the path would lead to the new one.
    let link = PathBuf::from("/proc/self/exe");
    let program = match link.exists() {
        true => link,
        false => std::env::current_exe()?,
    };
    Command::new(program)
        .arg(CHILD_COMMAND)
        .arg(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(dir.join(STDERR))?)
        .spawn()
}

/// Why a child was stopped.
enum Stopped {
    Memory,
    Time,
    Lost(std::io::Error),
}

impl Stopped {
    fn error(self, name: &str, limits: &Limits) -> CorpusError {
        let (problem, remedy) = match self {
            Stopped::Memory => (
                format!(
                    "the compile took more than {} MiB of memory",
                    limits.memory >> 20
                ),
                "raise the memory limit, set RAYON_NUM_THREADS=1, or leave the module out",
            ),
            Stopped::Time => (
                format!(
                    "the compile took longer than {} s",
                    limits.time.as_secs_f64()
                ),
                "raise the time limit, try opt-level none, or leave the module out",
            ),
            Stopped::Lost(problem) => return broken(name, &problem),
        };
        CorpusError::unusable(name, problem, remedy)
    }
}

fn supervise(mut child: Child, limits: &Limits) -> Result<ExitStatus, Stopped> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    let stopped = loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => {}
            Err(e) => break Stopped::Lost(e),
        }
        if start.elapsed() > limits.time {
            break Stopped::Time;
        }
        if resident_bytes(child.id()).is_some_and(|bytes| bytes > limits.memory) {
            break Stopped::Memory;
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    };
    // If this fails, the child has ended by itself.
    child.kill().ok();
    child.wait().ok();
    Err(stopped)
}

/// Resident memory of a process; `None` where there is no `/proc`.
fn resident_bytes(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
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
