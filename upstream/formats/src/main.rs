//! What users of Wasmtime would feel of each format of stack maps: pauses, loading,
//! compiling, bytes. `check` compares answers and safepoints and times nothing.

mod check;
mod compile;
mod folder;
mod job;
mod observe;
mod process;
mod rounds;
mod stress;
mod subject;
mod table;
mod variant;

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, Subcommand};
use folder::Folder;
use rounds::Group;
use stackmap_corpus::{Collector, Turn, child};
use stackmap_rehearsal::{COLLECTORS, Wild, note, on_deep_stack, say};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use subject::Subject;

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
        /// Minutes for the rounds of programs; 0 leaves them out
        #[arg(long, default_value_t = 4)]
        minutes: u64,
        /// Minutes for the rounds of executions; 0 leaves them out
        #[arg(long, default_value_t = 4)]
        wild_minutes: u64,
        /// Most rounds of either
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..))]
        rounds: u64,
        /// Rounds of the stress; 0 leaves it out
        #[arg(long, default_value_t = 1)]
        stress: u64,
        /// Only what has this in its name; may be given several times
        #[arg(long, value_name = "PART")]
        only: Vec<String>,
        /// Only this collector, of programs and executions
        #[arg(long)]
        collector: Option<Collector>,
        /// Take modules of executions, and what they need, from this folder, by hash,
        /// instead of the network
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// One process of a round
    #[command(hide = true)]
    Process { job: String },
    /// One process that compiles
    #[command(hide = true)]
    Compile { job: String },
    /// One process of the stress
    #[command(hide = true)]
    Stress { cell: String },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let entered = child::enter().context("this process is not what it was started as");
    match entered.and_then(|()| on_deep_stack(move || run(args.command)).flatten()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note!("pauses: {error:#}");
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
            wild_minutes,
            rounds,
            stress,
            only,
            collector,
            from,
        } => {
            let collectors = collector.map_or(COLLECTORS.to_vec(), |only| vec![only]);
            ensure!(
                collectors.iter().all(|only| COLLECTORS.contains(only)),
                "--collector: only copying and drc ask stack maps"
            );
            let missing = from.iter().find(|folder| !folder.is_dir());
            if let Some(folder) = missing {
                bail!(
                    "{}: no folder; give --from one that holds modules",
                    folder.display()
                );
            }
            let folder = Folder::take(&out)?;
            let is_asked = |name: &str| {
                only.is_empty() || only.iter().any(|part| name.contains(part.as_str()))
            };
            let programs = match minutes {
                0 => Vec::new(),
                _ => Subject::programs().filter(|p| is_asked(p.name())).collect(),
            };
            let wild = match wild_minutes {
                0 => Vec::new(),
                _ => {
                    // Their modules may have to be made first.
                    let _turn = Turn::take()?;
                    let wild = Wild::at_hand(from, is_asked, &only)?;
                    wild.into_iter().map(Subject::from).collect()
                }
            };
            let groups = [(programs, minutes), (wild, wild_minutes)];
            let groups = groups.map(|(subjects, minutes): (Vec<_>, u64)| Group {
                subjects,
                time: Duration::from_secs(minutes * 60),
            });
            let nothing = groups.iter().all(|group| group.subjects.is_empty());
            ensure!(
                !nothing || only.is_empty(),
                "nothing to run has {} in its name",
                only.join(" or ")
            );
            ensure!(
                !nothing || stress > 0,
                "nothing to measure; give --minutes, --wild-minutes or --stress more than 0"
            );
            folder.clear()?;
            let executed = match nothing {
                true => Vec::new(),
                false => rounds::measure(folder.path(), &groups, rounds, &collectors)?,
            };
            if stress > 0 {
                stress::measure(folder.path(), stress)?;
            }
            table::means(&executed)?;
            say!("\n{}", out.display())?;
            Ok(())
        }
        Command::Process { job } => job::answer(&job, process::measure),
        Command::Compile { job } => job::answer(&job, compile::compile),
        Command::Stress { cell } => job::answer(&cell, stress::measure_cell),
    }
}
