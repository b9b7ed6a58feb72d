//! How a subcommand ended, and the exit code that says so.

use crate::interrupt;
use crate::output::{is_note_lost, note, unless_closed};
use anyhow::Result;
use stackmap_reports::plural;
use std::fmt;
use std::process::ExitCode;

/// Exit codes besides clap's 2 for wrong usage.
const ERROR: u8 = 1;
const WORSE: u8 = 3;
pub const WRONG_ANSWER: u8 = 4;

/// How a subcommand ended when it did not fail outright.
pub enum Outcome {
    /// Everything asked for was done.
    Complete,
    /// Some modules could not be read or compiled; the others' results stand.
    Skipped { modules: usize },
    /// The run that was judged is worse than allowed.
    Worse,
}

impl Outcome {
    /// By the number of modules that could not be read or compiled.
    pub fn of(failures: usize) -> Outcome {
        match failures {
            0 => Outcome::Complete,
            modules => Outcome::Skipped { modules },
        }
    }
}

/// An answer that the truth does not permit.
#[derive(Debug)]
pub struct WrongAnswer {
    pub scheme: &'static str,
    pub pc: u32,
    pub expected: String,
    pub got: String,
}

impl std::error::Error for WrongAnswer {}

impl fmt::Display for WrongAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WrongAnswer {
            scheme,
            pc,
            expected,
            got,
        } = self;
        write!(
            f,
            "scheme {scheme} is wrong at pc {pc:#x}: expected {expected}, got {got}"
        )
    }
}

/// Something that a scheme's answers led to and right answers do not lead to.
#[derive(Debug)]
pub struct WrongResult(pub String);

impl std::error::Error for WrongResult {}

impl fmt::Display for WrongResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Prints what there is to say of the command line itself, be it help or what
/// is wrong about it, and ends.
pub fn end_with_usage(usage: &clap::Error) -> ! {
    let printed = unless_closed(usage.print());
    std::process::exit(printed.map_or(ERROR.into(), |()| usage.exit_code()))
}

/// The exit code of a subcommand; what went wrong goes to stderr.
pub fn exit_code(result: Result<Outcome>) -> ExitCode {
    match result {
        Ok(Outcome::Complete) if is_note_lost() => ExitCode::from(ERROR),
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Skipped { modules }) => {
            let skipped = plural(modules, "module");
            note!("error: {skipped} skipped, see above; the rest is complete");
            ExitCode::from(ERROR)
        }
        Ok(Outcome::Worse) => ExitCode::from(WORSE),
        Err(error) => {
            interrupt::give_way();
            note!("error: {error:#}");
            let wrong = error.is::<WrongAnswer>() || error.is::<WrongResult>();
            ExitCode::from(if wrong { WRONG_ANSWER } else { ERROR })
        }
    }
}
