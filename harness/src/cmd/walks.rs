//! `walks`: what the stacks of each module's collections are like.

use crate::args::{Format, Selection};
use crate::outcome::Outcome;
use crate::output::{self, percent, thousands};
use crate::{modules, walks};
use anyhow::Result;
use stackmap_reports::results::WalkRow;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let loaded = modules::load(&args.selection)?;
    let folder = args.selection.corpus.find().ok().map(|c| c.walks());
    let recorded = walks::of_all(&loaded.modules, folder.as_deref());
    print(args.format, &walks::rows(&loaded.modules, &recorded))?;
    Ok(loaded.outcome())
}

fn print(format: Format, rows: &[WalkRow]) -> Result<()> {
    output::print(
        format,
        rows,
        &[
            ("module", |r| r.key().to_string()),
            ("tier", |r| r.tier.to_string()),
            ("language", |r| r.language.clone()),
            ("collections", |r| thousands(r.collections)),
            ("stacks", |r| thousands(r.stacks)),
            ("frames", |r| thousands(r.frames)),
            ("deepest", |r| thousands(r.deepest)),
            ("hits of 16", |r| percent(Some(r.cache_16))),
            ("of 1,024", |r| percent(Some(r.cache_1024))),
            ("repeated", |r| percent(Some(r.repeated))),
        ],
    )
}
