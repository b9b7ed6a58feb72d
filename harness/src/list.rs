//! `list`: the schemes, or the modules that a run would use.

use crate::args::{Format, Select};
use crate::output::{self, thousands};
use crate::{Outcome, load, scheme};
use anyhow::Result;
use serde::Serialize;
use stackmap_corpus::Module;

#[derive(clap::Args)]
pub struct Args {
    /// What to list
    #[arg(value_enum, default_value_t = What::Schemes)]
    what: What,
    #[command(flatten)]
    select: Select,
    #[command(flatten)]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    Schemes,
    Modules,
}

/// One row of `modules.csv`.
#[derive(Serialize)]
pub struct ModuleRow {
    module: String,
    isa: String,
    collector: String,
    tier: String,
    text_bytes: u64,
    cwasm_bytes: Option<u64>,
    section_bytes: Option<usize>,
    functions: usize,
    maps: usize,
    empties: usize,
    recorded: usize,
    confirmed: usize,
    call_sites: Option<usize>,
    disassembled: Option<usize>,
    agreed: Option<usize>,
    unmatched_functions: usize,
    provenance: String,
}

impl From<&Module> for ModuleRow {
    fn from(m: &Module) -> Self {
        ModuleRow {
            module: m.name.clone(),
            isa: m.isa.clone(),
            collector: m.collector.clone(),
            tier: m.tier.to_string(),
            text_bytes: m.text_bytes,
            cwasm_bytes: m.cwasm_bytes,
            section_bytes: m.section.as_ref().map(Vec::len),
            functions: m.functions.len(),
            maps: m.table.maps(),
            empties: m.table.empties(),
            recorded: m.cross_check.recorded,
            confirmed: m.cross_check.confirmed,
            call_sites: m.cross_check.call_sites,
            disassembled: m.cross_check.disassembled,
            agreed: m.cross_check.agreed,
            unmatched_functions: m.cross_check.unmatched_functions,
            provenance: m.provenance.clone(),
        }
    }
}

pub fn run(args: &Args) -> Result<Outcome> {
    match args.what {
        What::Schemes => {
            let schemes = scheme::matching(args.select.scheme.as_ref())?;
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
            let loaded = load::load(&args.select)?;
            let rows: Vec<ModuleRow> = loaded.modules.iter().map(ModuleRow::from).collect();
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

fn optional(n: Option<usize>) -> String {
    n.map_or_else(|| "–".into(), |n| thousands(n as u64))
}

fn yes(fact: bool) -> String {
    if fact { "yes" } else { "no" }.into()
}
