//! Child processes: this program again, with other arguments.
//!
//! No child outlives its parent, and each limits itself, so that nothing goes on
//! unwatched even if the parent is killed. The parent says in an environment
//! variable who it is and what the child may use; [`enter`] reads it.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "elsewhere.rs"]
mod system;

use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::Duration;

/// Holds [`Terms`] as JSON.
const VARIABLE: &str = "STACKMAP_LAB_CHILD";

/// What one child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory that it may write to, whether or not it does. Address
    /// space is not limited: the runtime of WebAssembly reserves far more of it
    /// than it uses.
    pub memory: u64,
    /// Time on the clock, to the second; [`Duration::MAX`] for as long as it
    /// takes. Time of the processors would depend on how many there are.
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

/// What a child is told.
#[derive(Serialize, Deserialize)]
struct Terms {
    /// The process that it must not outlive.
    parent: u32,
    limits: Option<Limits>,
}

/// Why a child did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// It ran out of the memory that it may use.
    #[error("took more than {} MiB of memory", _0 >> 20)]
    Memory(u64),
    /// It ran out of time.
    #[error("took longer than {} s", _0.as_secs_f64())]
    Time(Duration),
    /// Something killed it for which there is no reason but the system's.
    #[error("was killed, perhaps because this machine ran out of memory")]
    Killed,
    /// It crashed, or said what is wrong.
    #[error("ended with {status}: {last_line}")]
    Failed {
        /// How it ended.
        status: ExitStatus,
        /// What it said last.
        last_line: String,
    },
    /// There was no child.
    #[error("cannot be started: {0}")]
    Start(io::Error),
}

/// The file of the program that is running, even if another one has been put in
/// its place since.
pub fn running_binary() -> io::Result<PathBuf> {
    let link = PathBuf::from("/proc/self/exe");
    match link.exists() {
        true => Ok(link),
        false => std::env::current_exe(),
    }
}

/// This program again, as a child without limits. The thread that spawns it must
/// wait for it: the child goes by that thread and not by the whole process.
pub fn command() -> io::Result<Command> {
    let mut command = Command::new(running_binary()?);
    command.env(VARIABLE, terms(None)?);
    Ok(command)
}

fn terms(limits: Option<Limits>) -> io::Result<String> {
    let parent = std::process::id();
    Ok(serde_json::to_string(&Terms { parent, limits })?)
}

/// Runs a [`command`] to its end within limits, with `input` on its stdin, and
/// gives what it printed.
pub fn run(mut command: Command, input: &[u8], limits: &Limits) -> Result<Output, ChildError> {
    let terms = terms(Some(*limits)).map_err(ChildError::Start)?;
    let child = command
        .env(VARIABLE, terms)
        // Its last line shall be a message.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let output = child.and_then(|child| finish(child, input));
    let output = output.map_err(ChildError::Start)?;
    if output.status.success() {
        return Ok(output);
    }
    Err(why(output.status, last_line(&output.stderr), limits))
}

fn finish(mut child: Child, input: &[u8]) -> io::Result<Output> {
    let stdin = child.stdin.take();
    thread::scope(|scope| {
        // A child that ends early reads no more, and says itself why.
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })
}

/// The last line with a message. Notes on how to get a longer one are none.
fn last_line(stderr: &[u8]) -> String {
    let stderr = String::from_utf8_lossy(stderr);
    let mut lines = stderr.lines().map(str::trim);
    let last = lines.rfind(|line| !line.is_empty() && !line.starts_with("note: "));
    last.unwrap_or("no message").to_owned()
}

/// Whether a message is of a process that was refused memory: by Rust, by
/// Wasmtime or by the system.
pub(crate) fn ran_out_of_memory(message: &str) -> bool {
    let signs = [
        "memory allocation of",
        "out of memory",
        "Cannot allocate memory",
    ];
    signs.iter().any(|sign| message.contains(sign))
}

fn why(status: ExitStatus, last_line: String, limits: &Limits) -> ChildError {
    match system::signal(status) {
        Some(system::OUT_OF_TIME) => ChildError::Time(limits.time),
        Some(system::KILLED) => ChildError::Killed,
        _ if ran_out_of_memory(&last_line) => ChildError::Memory(limits.memory),
        _ => ChildError::Failed { status, last_line },
    }
}

/// What `main` of a program with children does before anything else. In a child
/// it sees to it that the child dies with its parent and keeps its limits; the
/// error says that it cannot. In any other process it does nothing.
pub fn enter() -> io::Result<()> {
    let Some(terms) = std::env::var_os(VARIABLE) else {
        return Ok(());
    };
    let terms = serde_json::from_slice(terms.as_encoded_bytes());
    let terms: Terms = terms.map_err(|_| {
        let problem = format!("{VARIABLE} is for the lab's own use; unset it");
        io::Error::new(io::ErrorKind::InvalidInput, problem)
    })?;
    system::die_with(terms.parent)?;
    match terms.limits {
        Some(limits) => system::keep(&limits),
        None => Ok(()),
    }
}
