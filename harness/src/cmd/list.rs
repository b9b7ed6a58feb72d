//! `list`: the schemes, or the modules that a run would use.

use crate::args::{Format, Selection};
use crate::modules;
use crate::outcome::Outcome;
use crate::output::{self, optional, thousands};
use crate::scheme::{self, Scheme};
use anyhow::Result;
use stackmap_reports::results::ModuleRow;

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
            let rows: Vec<_> = schemes.iter().map(Scheme::row).collect();
            output::print(
                args.format,
                &rows,
                &[
                    ("name", |r| r.name.clone()),
                    ("exact", |r| yes(r.exact)),
                    ("records empties", |r| yes(r.records_empties)),
                    ("tri-state", |r| yes(r.tri_state)),
                    ("control", |r| yes(r.control)),
                    ("reader lines", |r| r.reader_lines.to_string()),
                    ("writer lines", |r| r.writer_lines.to_string()),
                    ("compiler lines", |r| r.compiler_lines.to_string()),
                    ("branches", |r| {
                        format!("{} + {}", r.reader_branches, r.writer_branches)
                    }),
                    ("nesting", |r| {
                        r.reader_nesting.max(r.writer_nesting).to_string()
                    }),
                    ("fields", |r| r.fields.to_string()),
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
                    ("module", |r| r.key().to_string()),
                    ("tier", |r| r.tier.to_string()),
                    ("maps", |r| thousands(r.maps)),
                    ("empties", |r| thousands(r.empties)),
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
