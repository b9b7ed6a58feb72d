//! `list`: the schemes, or the modules that a run would use.

use crate::args::{Format, Selection};
use crate::modules::{self, ModuleRow};
use crate::outcome::Outcome;
use crate::output::{self, optional, thousands};
use crate::scheme;
use anyhow::Result;

#[derive(clap::Args)]
pub struct Args {
    /// What to list
    #[arg(value_enum, default_value_t = What::Schemes)]
    what: What,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    Schemes,
    Modules,
}

pub fn run(args: &Args) -> Result<Outcome> {
    match args.what {
        What::Schemes => {
            let schemes = scheme::matching(args.selection.scheme.as_ref())?;
            let facts: Vec<_> = schemes.iter().map(|s| s.facts).collect();
            output::print(
                args.format,
                &facts,
                &[
                    ("name", |f| f.name.into()),
                    ("exact", |f| yes(f.exact)),
                    ("records empties", |f| yes(f.records_empties)),
                    ("tri-state", |f| yes(f.tri_state)),
                    ("recommendable", |f| yes(f.recommendable)),
                    ("reader lines", |f| f.reader_lines.to_string()),
                    ("writer lines", |f| f.writer_lines.to_string()),
                ],
            )?;
            Ok(Outcome::Complete)
        }
        What::Modules => {
            let loaded = modules::load(&args.selection)?;
            let rows: Vec<ModuleRow> = loaded.modules.iter().map(modules::row).collect();
            output::print(
                args.format,
                &rows,
                &[
                    ("module", |r| {
                        format!("{}/{}/{}", r.module, r.isa, r.collector)
                    }),
                    ("tier", |r| r.tier.clone()),
                    ("maps", |r| thousands(r.maps as u64)),
                    ("empties", |r| thousands(r.empties as u64)),
                    ("section", |r| optional(r.section_bytes)),
                    ("confirmed", |r| format!("{}/{}", r.confirmed, r.recorded)),
                    ("call sites", |r| optional(r.call_sites)),
                    ("disassembled", |r| optional(r.disassembled)),
                    ("agreed", |r| optional(r.agreed)),
                ],
            )?;
            Ok(loaded.outcome())
        }
    }
}

fn yes(fact: bool) -> String {
    if fact { "yes" } else { "no" }.into()
}
