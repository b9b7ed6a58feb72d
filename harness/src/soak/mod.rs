//! `soak`: runs generated functions with a moving collector that knows of the
//! references on the stack only what a scheme's lookups say.

mod heap;
mod mutator;

use crate::args::Format;
use crate::output::{self, thousands};
use crate::scheme::{self, Answer, Scheme};
use crate::verify::WrongResult;
use crate::{Outcome, progress};
use anyhow::{Context, Result, ensure};
use mutator::{Mutator, Roots, Tally};
use rayon::prelude::*;
use regex::Regex;
use serde::{Deserialize, Serialize};
use stackmap_corpus::jit::{self, Jit, World};
use stackmap_corpus::synthetic;
use stackmap_encoders::Table;
use std::path::Path;
use std::process::Command;

/// The smallest program that merging ranges without empty maps fails on.
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/soak/stale-slot.clif");

/// Range merging that is told of no safepoint without references.
const NAIVE: (&str, &str) = ("ranges-naive", "ranges");

#[derive(clap::Args)]
pub struct Args {
    /// Only schemes whose name matches
    #[arg(short, long, value_name = "REGEX")]
    scheme: Option<Regex>,

    #[command(flatten)]
    effort: Effort,

    #[command(flatten)]
    format: Format,
}

/// How much to run.
#[derive(clap::Args, Clone, Copy)]
struct Effort {
    /// Collections in each program
    #[arg(long, default_value_t = 10_000)]
    collections: u64,

    /// Collect at every N-th safepoint
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,

    /// Synthetic functions
    #[arg(long, default_value_t = 240)]
    functions: usize,

    /// Seed of everything random
    #[arg(long, default_value_t = 10431)]
    seed: u64,
}

/// One scheme in one program, in a process of its own: a wrong map may make
/// the collector overwrite what it must not.
#[derive(clap::Args)]
pub struct ChildArgs {
    rival: String,
    program: Program,

    #[command(flatten)]
    effort: Effort,
}

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
enum Program {
    /// Functions of every synthetic family.
    Synthetic,
    /// [`EXAMPLE`].
    StaleSlot,
}

/// How a scheme fared.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct SoakRow {
    scheme: String,
    program: Program,
    functions: usize,
    safepoints: u64,
    collections: u64,
    frames: u64,
    stack_roots: u64,
    deepest: u64,
    /// What went wrong first; none if the run came to what it comes to
    /// without collections.
    failure: Option<String>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::all();
    let mut names: Vec<&str> = schemes.iter().map(Scheme::name).collect();
    names.push(NAIVE.0);
    if let Some(pattern) = &args.scheme {
        names.retain(|name| pattern.is_match(name));
    }
    ensure!(
        !names.is_empty(),
        "no scheme matches; see `stackmap-lab list schemes`"
    );
    let programs = [Program::Synthetic, Program::StaleSlot];
    let runs: Vec<_> = names
        .iter()
        .flat_map(|name| programs.map(|p| (*name, p)))
        .collect();
    let bar = progress::bar("collect garbage", runs.len());
    let rows = runs.par_iter().map(|(name, program)| {
        let row = spawn(name, *program, args.effort);
        bar.inc(1);
        row
    });
    let rows: Vec<SoakRow> = rows.collect::<Result<_>>()?;
    bar.finish_and_clear();
    print(args.format, &rows)?;
    judge(&rows)
}

/// Every scheme has to pass, and what is known to be wrong to fail where that
/// is known: else the soak shows nothing.
fn judge(rows: &[SoakRow]) -> Result<Outcome> {
    for row in rows {
        if row.scheme != NAIVE.0
            && let Some(failure) = &row.failure
        {
            let text = format!("{}: {failure}", row.scheme);
            return Err(WrongResult(text).into());
        }
        let unnoticed = row.scheme == NAIVE.0 && row.program == Program::StaleSlot;
        ensure!(
            !unnoticed || row.failure.is_some(),
            "{} came through {EXAMPLE}: the soak does not see what it is for; give it more --collections",
            NAIVE.0
        );
    }
    Ok(Outcome::Complete)
}

fn spawn(name: &str, program: Program, effort: Effort) -> Result<SoakRow> {
    let program_name = match program {
        Program::Synthetic => "synthetic",
        Program::StaleSlot => "stale-slot",
    };
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["__soak", name, program_name]);
    let numbers = [
        ("--collections", effort.collections),
        ("--every", effort.every),
        ("--functions", effort.functions as u64),
        ("--seed", effort.seed),
    ];
    for (flag, value) in numbers {
        command.args([flag, &value.to_string()]);
    }
    let output = command.output().context("cannot start a process")?;
    if output.status.code().is_some_and(|code| code != 0) {
        let error = String::from_utf8_lossy(&output.stderr);
        anyhow::bail!("{}", error.trim().trim_start_matches("error: "));
    }
    Ok(
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| SoakRow {
            failure: Some(format!("crashed: {}", output.status)),
            ..row(name, program, 0, &Tally::default())
        }),
    )
}

/// Runs one scheme in one program and prints its row as JSON.
pub fn run_child(args: &ChildArgs) -> Result<Outcome> {
    let effort = args.effort;
    let functions = match args.program {
        Program::Synthetic => synthetic::functions(&synthetic::Options {
            seed: effort.seed,
            functions: effort.functions,
            isa: std::env::consts::ARCH.to_owned(),
        })?,
        Program::StaleSlot => jit::read_functions(Path::new(EXAMPLE))?,
    };
    let jit = Jit::new(functions)?;
    let (section, answer) = rival(&args.rival, jit.table())?;
    let roots = Roots {
        answer,
        section: &section,
        every: effort.every,
    };
    let without = play(&jit, effort, None);
    let with = play(&jit, effort, Some(roots));
    let differs = (with.trace != without.trace)
        .then(|| "the program came to something else than without collections".to_owned());
    let row = SoakRow {
        failure: with.failure.or(differs),
        ..row(&args.rival, args.program, jit.len(), &with.tally)
    };
    serde_json::to_writer(std::io::stdout(), &row)?;
    Ok(Outcome::Complete)
}

fn row(name: &str, program: Program, functions: usize, tally: &Tally) -> SoakRow {
    SoakRow {
        scheme: name.to_owned(),
        program,
        functions,
        safepoints: tally.safepoints,
        collections: tally.collections,
        frames: tally.frames,
        stack_roots: tally.stack_roots,
        deepest: tally.deepest,
        failure: None,
    }
}

/// A section of the scheme of that name, and how to ask it.
fn rival(name: &str, table: &Table) -> Result<(Vec<u8>, Answer)> {
    let own = if name == NAIVE.0 { NAIVE.1 } else { name };
    let schemes = scheme::all();
    let scheme = schemes.iter().find(|s| s.name() == own);
    let scheme = scheme.with_context(|| format!("no scheme {name}"))?;
    let section = match name == NAIVE.0 {
        true => scheme::encode_naively(scheme, table)?,
        false => (scheme.encode)(table)?.bytes,
    };
    Ok((section, scheme.answer))
}

/// Enters one function after another.
fn play<'s>(jit: &Jit, effort: Effort, roots: Option<Roots<'s>>) -> Mutator<'s> {
    let limit = effort.collections * effort.every;
    let mut world = World::default();
    let mut mutator = Mutator::new(effort.seed, jit.len(), limit, roots);
    while mutator.goes_on() {
        let function = mutator.next(&mut world);
        jit.run(function, &mut world, &mut mutator);
    }
    mutator
}

fn print(format: Format, rows: &[SoakRow]) -> Result<()> {
    output::print(
        format,
        rows,
        &[
            ("scheme", |r| r.scheme.clone()),
            ("program", |r| match r.program {
                Program::Synthetic => format!("{} synthetic functions", r.functions),
                Program::StaleSlot => "stale-slot.clif".to_owned(),
            }),
            ("collections", |r| thousands(r.collections)),
            ("frames", |r| thousands(r.frames)),
            ("stack roots", |r| thousands(r.stack_roots)),
            ("outcome", |r| {
                r.failure.clone().unwrap_or_else(|| "passed".to_owned())
            }),
        ],
    )
}
