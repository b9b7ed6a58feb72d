//! `corpus empties`: what safepoints without references cost, by what is called there.

use super::named::named;
use crate::args::{Format, WildArgs};
use crate::empties;
use crate::outcome::Outcome;
use crate::output::{self, note};
use anyhow::Result;
use stackmap_corpus::calls::{self, Call};
use stackmap_corpus::programs;
use stackmap_corpus::recorded::{RecordOptions, TARGETS, Target};
use stackmap_corpus::wild::{self, WildModule};
use stackmap_corpus::{CompileOptions, CorpusError, CorpusFolder, Isa, Module};
use stackmap_reports::results::{Row, read_rows, write_rows};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Args {
    /// Names from corpus/wild.toml [default: those that take no minutes to compile,
    /// and our programs]
    names: Vec<String>,
    #[command(flatten)]
    wild: WildArgs,
    /// Leave out modules of git repositories, unless they were fetched before or
    /// are in that folder
    #[arg(long)]
    registries: bool,
    /// Write the tables empties.csv and calls.csv to this folder, where rows of modules
    /// that are not compiled now are kept
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let (corpus, options) = args.wild.find()?;
    let (mut rows, mut callees, mut failures) = (Vec::new(), Vec::new(), 0);
    let mut add = |compiled: Result<(Module, Vec<Call>), CorpusError>| -> Result<()> {
        match compiled {
            Ok((module, calls)) => {
                rows.push(empties::bytes(&module, &calls, &corpus.walks())?);
                callees.extend(empties::calls(&module, &calls));
            }
            Err(error) => {
                note!("error: {error}");
                failures += 1;
            }
        }
        Ok(())
    };
    let programs = match args.names.is_empty() {
        true => programs::all(),
        false => &[],
    };
    let modules = chosen(args, &corpus, &options)?;
    for target in TARGETS.into_iter().filter(|t| t.isa == Isa::X86_64) {
        for program in programs {
            add(calls::of_program(program, &compile_options(target)))?;
        }
        let fails = |m: &&WildModule| m.failure(target.isa, target.collector).is_some();
        for module in modules.iter().filter(|m| !fails(m)) {
            add(calls::of_wild(module, target, &options))?;
        }
    }
    if let Some(dir) = &args.out {
        fs::create_dir_all(dir)?;
        keep_others(dir, &mut rows, |r| {
            (r.collector.name(), r.tier.name(), &r.module)
        })?;
        keep_others(dir, &mut callees, |r| {
            (r.collector.name(), r.tier.name(), &r.module)
        })?;
        write_rows(dir, &rows)?;
        write_rows(dir, &callees)?;
    }
    match args.format.for_scripts() {
        true => output::print_for_scripts(args.format, &rows)?,
        false => output::print_text(stackmap_reports::empties_text(&rows, &callees))?,
    }
    Ok(Outcome::of(failures))
}

/// Adds the rows that the folder has of other modules, and sorts all by module.
fn keep_others<R: Row>(
    dir: &Path,
    rows: &mut Vec<R>,
    module: fn(&R) -> (&str, &str, &str),
) -> Result<()> {
    let path = dir.join(R::FILE);
    if path.exists() {
        let mut kept: Vec<R> = read_rows(&path)?;
        kept.retain(|old| rows.iter().all(|new| module(new) != module(old)));
        rows.append(&mut kept);
    }
    rows.sort_by(|a, b| module(a).cmp(&module(b)));
    Ok(())
}

/// The wild modules to compile.
fn chosen(args: &Args, corpus: &CorpusFolder, options: &RecordOptions) -> Result<Vec<WildModule>> {
    let mut chosen = named(&args.names, corpus)?;
    chosen.retain(|module| !module.heavy || !args.names.is_empty());
    let mut left = Vec::new();
    for module in chosen {
        if !args.registries || wild::is_at_hand(&module, &options.fetch)? {
            left.push(module);
        }
    }
    Ok(left)
}

fn compile_options(target: Target) -> CompileOptions {
    CompileOptions {
        target: Some(target.isa.to_string()),
        collector: Some(target.collector),
        ..CompileOptions::default()
    }
}
