//! `memo`: what a memo of decoded answers would save, in front of any scheme.

use crate::args::{Format, Selection};
use crate::modules;
use crate::outcome::Outcome;
use crate::output::{self, percent, thousands};
use crate::walks::{self, Behind};
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let loaded = modules::load(&args.selection)?;
    let recorded = walks::record_all(&loaded.modules, &args.selection);
    let mut rows = Vec::new();
    for (module, walks) in loaded.modules.iter().zip(&recorded) {
        if let Some(walks) = walks {
            let behind = Behind::new(module)?;
            rows.extend(walks::memo_rows(module, walks, &behind)?);
        }
    }
    output::print(
        args.format,
        &rows,
        &[
            ("module", |r| r.key().to_string()),
            ("entries", |r| thousands(r.entries)),
            ("kept", |r| if r.kept { "yes" } else { "no" }.into()),
            ("stacks", |r| thousands(r.stacks)),
            ("lookups", |r| thousands(r.lookups)),
            ("hits", |r| percent(Some(r.hit_rate()))),
        ],
    )?;
    Ok(loaded.outcome())
}
