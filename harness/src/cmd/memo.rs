//! `memo`: what a memo of decoded answers would save, in front of any scheme.

use crate::args::{Format, Selection};
use crate::outcome::Outcome;
use crate::output::{self, percent, thousands};
use crate::{modules, walks};
use anyhow::Result;
use stackmap_corpus::Tier;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let mut loaded = modules::load(&args.selection)?;
    loaded.modules.retain(|m| m.tier == Tier::Program);
    let mut rows = Vec::new();
    for module in &loaded.modules {
        if let Some(walks) = walks::record(module)? {
            rows.extend(walks::memo_rows(module, &walks)?);
        }
    }
    output::print(
        args.format,
        &rows,
        &[
            ("program", |r| r.key().to_string()),
            ("entries", |r| thousands(r.entries)),
            ("kept", |r| if r.kept { "yes" } else { "no" }.into()),
            ("stacks", |r| thousands(r.stacks)),
            ("lookups", |r| thousands(r.lookups)),
            ("hits", |r| percent(Some(r.hit_rate()))),
        ],
    )?;
    Ok(loaded.outcome())
}
