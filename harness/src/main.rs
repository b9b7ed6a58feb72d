//! `stackmap-lab`: verifies, sizes and times encodings of GC stack maps.

mod anatomy;
mod args;
mod call;
mod cmd;
mod costs;
mod deterministic;
mod digest;
mod empties;
mod interrupt;
mod machine;
mod modules;
mod outcome;
mod output;
mod random;
mod review;
mod run_folder;
mod safety;
mod scheme;
mod shard;
mod size;
mod soak;
mod timing;
mod verify;
mod walks;

use call::Call;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use stackmap_corpus::child;
use std::process::ExitCode;

#[derive(Parser)]
#[command(version, about, max_term_width = 90)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the schemes or the modules
    List(cmd::list::Args),
    /// Verify, size and time everything, then write the report
    Bench(cmd::bench::Args),
    /// Everything that needs no clock, of all modules or a share of them
    Run(cmd::run::Args),
    /// Put shares of a run, and timings of one host, together
    Merge(cmd::merge::Args),
    /// Compare two runs; exit code 3 if the second is worse than allowed
    Cmp(cmd::cmp::Args),
    /// What each scheme answers when something upstream of it is wrong
    Safety(cmd::safety::Args),
    /// Collect garbage by each scheme's lookups, in running code
    Soak(cmd::soak::Args),
    /// Which schemes nothing beats in everything
    Frontier(cmd::frontier::Args),
    /// Make a run the published one
    Publish(cmd::publish::Args),
    /// Schemes by lookup time, in one run or several side by side
    Rank(cmd::rank::Args),
    /// The wild modules: get, record, run and list them
    Corpus(cmd::corpus::Args),
    /// Compare every scheme's answers with the oracle
    Verify(cmd::verify::Args),
    /// Bytes by part of every scheme on every module
    Size(cmd::size::Args),
    /// The facts about each module that explain the results
    Anatomy(cmd::anatomy::Args),
    /// What each scheme would make of your own modules
    Inspect(cmd::inspect::Args),
    /// Instructions, bytes read and cache lines touched by a lookup
    Costs(cmd::costs::Args),
    /// What a memo of decoded answers would save on our programs' stacks
    Memo(cmd::memo::Args),
    /// Time every scheme; leaves raw samples
    Latency(cmd::latency::Args),
    /// What on this machine will blur the timings
    Doctor(cmd::doctor::Args),
    /// One process of `latency`
    #[command(name = timing::CHILD_COMMAND, hide = true)]
    TimeChild(cmd::child::time::Args),
    /// One process of `soak`
    #[command(name = soak::CHILD_COMMAND, hide = true)]
    SoakChild(cmd::child::soak::Args),
    /// One process of `costs`
    #[command(name = costs::CHILD_COMMAND, hide = true)]
    StepChild(cmd::child::step::Args),
}

fn main() -> ExitCode {
    if let Err(error) = child::enter() {
        return outcome::exit_code(Err(error.into()));
    }
    let first = std::env::args_os().nth(1);
    if first.is_some_and(|argument| argument == stackmap_corpus::CHILD_COMMAND) {
        return ExitCode::from(stackmap_corpus::child_main() as u8);
    }
    let (cli, call) = parse();
    let result = match cli.command {
        Command::List(args) => cmd::list::run(&args),
        Command::Bench(args) => cmd::bench::run(&args, &call),
        Command::Run(args) => cmd::run::run(&args, &call),
        Command::Merge(args) => cmd::merge::run(&args, &call),
        Command::Cmp(args) => cmd::cmp::run(&args),
        Command::Safety(args) => cmd::safety::run(&args),
        Command::Soak(args) => cmd::soak::run(&args),
        Command::Frontier(args) => cmd::frontier::run(&args),
        Command::Publish(args) => cmd::publish::run(&args),
        Command::Rank(args) => cmd::rank::run(&args),
        Command::Corpus(args) => cmd::corpus::run(&args),
        Command::Verify(args) => cmd::verify::run(&args),
        Command::Size(args) => cmd::size::run(&args),
        Command::Anatomy(args) => cmd::anatomy::run(&args),
        Command::Inspect(args) => cmd::inspect::run(&args),
        Command::Costs(args) => cmd::costs::run(&args),
        Command::Memo(args) => cmd::memo::run(&args),
        Command::Latency(args) => cmd::latency::run(&args, &call),
        Command::Doctor(args) => cmd::doctor::run(&args),
        Command::TimeChild(args) => cmd::child::time::run(&args),
        Command::SoakChild(args) => cmd::child::soak::run(&args),
        Command::StepChild(args) => cmd::child::step::run(&args),
    };
    outcome::exit_code(result)
}

/// Reads the command line, or ends with what is wrong about it.
fn parse() -> (Cli, Call) {
    let mut lab = Cli::command();
    let matches = lab.try_get_matches_from_mut(std::env::args_os());
    let matches = matches.unwrap_or_else(|usage| outcome::end_with_usage(&usage));
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let program = std::env::args_os().next().unwrap_or_default();
    let call = Call::new(&program.to_string_lossy(), &lab, &matches);
    (cli, call)
}
