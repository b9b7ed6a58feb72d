//! `corpus record`: compiles wild modules and records their safepoint tables,
//! or compares these with what is recorded.

use super::named::named;
use crate::args::WildArgs;
use crate::outcome::Outcome;
use crate::output::{note, say};
use anyhow::{Result, ensure};
use stackmap_corpus::Isa;
use stackmap_corpus::recorded::{self, Listed, RecordOptions, TARGETS, Target};
use stackmap_corpus::wild::WildModule;

#[derive(clap::Args)]
pub struct Args {
    /// Names from corpus/wild.toml [default: all]
    names: Vec<String>,
    #[command(flatten)]
    wild: WildArgs,
    /// Change nothing; compare with what is recorded, bit for bit
    #[arg(long)]
    check: bool,
    /// Only this ISA, such as x86_64
    #[arg(long)]
    isa: Option<String>,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let (corpus, options) = args.wild.find()?;
    let targets = targets(args.isa.as_deref())?;
    // Whoever records may do so because a recording is missing.
    let recorded = match args.check {
        true => recorded::recordings(&options.folder)?,
        false => Vec::new(),
    };
    let mut failures = 0;
    for module in named(&args.names, &corpus)? {
        for &target in &targets {
            let what = target.key(&module.name);
            let ended = if let Some(reason) = module.failure(target.isa, target.collector) {
                Ok(format!("left out, {reason}"))
            } else if args.check && !is_recorded(&recorded, &module, target) {
                Ok("left out, never recorded".to_owned())
            } else if args.check {
                check(&module, target, &options)
            } else {
                record(&module, target, &options)
            };
            match ended {
                Ok(line) => say!("{what}: {line}")?,
                Err(line) => {
                    note!("error: {line}");
                    failures += 1;
                }
            }
        }
    }
    Ok(Outcome::of(failures))
}

fn targets(isa: Option<&str>) -> Result<Vec<Target>> {
    let of_isa = |target: &Target| isa.is_none_or(|isa| isa == target.isa.name());
    let targets: Vec<_> = TARGETS.into_iter().filter(of_isa).collect();
    ensure!(
        !targets.is_empty(),
        "no such ISA: {}; give one of {}",
        isa.unwrap_or_default(),
        Isa::OF_MODULES.map(Isa::name).join(", ")
    );
    Ok(targets)
}

fn is_recorded(recorded: &[Listed], module: &WildModule, target: Target) -> bool {
    let name = recorded::file_name(&target.key(&module.name));
    recorded.iter().any(|listed| listed.path.ends_with(&name))
}

/// What to say of a comparison; an error if there is a difference.
fn check(module: &WildModule, target: Target, options: &RecordOptions) -> Result<String, String> {
    let differences = recorded::check(module, target, options).map_err(|e| e.to_string())?;
    match differences.as_slice() {
        [] => Ok("the same, bit for bit".to_owned()),
        some => Err(format!(
            "{}: differs from the recording: {}",
            target.key(&module.name),
            some.join("; ")
        )),
    }
}

fn record(module: &WildModule, target: Target, options: &RecordOptions) -> Result<String, String> {
    let header = recorded::record(module, target, options).map_err(|e| e.to_string())?;
    Ok(format!("{} safepoints", header.safepoints))
}
