//! What users of Wasmtime would feel of each format of stack maps: pauses, loading,
//! compiling, bytes. `check` compares answers and safepoints and times nothing.

mod check;
mod job;
mod observe;
mod process;
mod rounds;
mod stress;
mod subject;
mod variant;

use anyhow::Result;
use clap::{Parser, Subcommand};
use stackmap_rehearsal::on_deep_stack;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Parser)]
#[command(about = "Formats of stack maps inside Wasmtime")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compare safepoints with the lab's on every ISA, and the answers of all formats
    Check,
    /// Measure, and write wasmtime.csv and what it rests on
    Measure {
        /// Folder for the results
        #[arg(long, default_value = "target/wasmtime")]
        out: PathBuf,
        /// Minutes for the rounds of programs; at least one round is made
        #[arg(long, default_value_t = 8)]
        minutes: u64,
        /// Most rounds of programs
        #[arg(long, default_value_t = 1000)]
        rounds: u64,
        /// Rounds of the stress; 0 leaves it out
        #[arg(long, default_value_t = 3)]
        stress: u64,
        /// Only what has this in its name
        #[arg(long)]
        only: Option<String>,
    },
    /// One process of a round
    #[command(hide = true)]
    Process { job: String },
    /// One process of the stress
    #[command(hide = true)]
    Stress { cell: String },
}

fn main() -> ExitCode {
    let args = Args::parse();
    match on_deep_stack(move || run(args.command)).flatten() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pauses: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Check => check::safepoints().and_then(|()| check::answers()),
        Command::Measure {
            out,
            minutes,
            rounds,
            stress,
            only,
        } => {
            std::fs::create_dir_all(&out)?;
            let only = only.unwrap_or_default();
            rounds::measure(&out, Duration::from_secs(minutes * 60), rounds, &only)?;
            match stress {
                0 => Ok(()),
                rounds => stress::measure(&out, rounds),
            }
        }
        Command::Process { job } => job::answer(&job, process::measure),
        Command::Stress { cell } => job::answer(&cell, stress::measure_cell),
    }
}
