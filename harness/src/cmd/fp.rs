//! `fp`: bytes if slots were relative to the frame pointer, so that no frame
//! size were needed: the same for all frames.

use crate::args::Selection;
use crate::outcome::Outcome;
use crate::output::say;
use crate::{modules, scheme};
use anyhow::Result;
use stackmap_corpus::Module;
use stackmap_encoders::exact::Exact;
use stackmap_encoders::{Encoder, Oracle, Table};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
}

pub fn run(args: &Args) -> Result<Outcome> {
    let schemes = scheme::matching(args.selection.scheme.as_ref())?;
    let loaded = modules::load(&args.selection)?;
    say!("scheme,module,bytes,sp_bytes,exact_bytes")?;
    for module in &loaded.modules {
        let exact = Exact::encode(&module.table)?.bytes.len();
        let mirrored = Module {
            table: mirrored(&module.table)?,
            ..module.clone()
        };
        let oracle = Oracle::new(&mirrored.table);
        for scheme in &schemes {
            let (section, _) = scheme.encode_verified(&mirrored, &oracle, args.selection.seed)?;
            let today = (scheme.encode)(&module.table)?.bytes.len();
            let (name, key) = (scheme.name, module.key());
            say!("{name},{key},{},{today},{exact}", section.bytes.len())?;
        }
    }
    Ok(loaded.outcome())
}

/// Each slot's distance below the frame pointer, in frames of one size. A
/// slot at the start of its frame is as far from the pointer as that is large.
fn mirrored(table: &Table) -> Result<Table> {
    let most = table.iter().map(|s| s.frame_size).max().unwrap_or(0);
    let mut out = Table::complete();
    for s in table.iter() {
        let slots = s.slots().map(|slot| s.frame_size - slot);
        out.push(s.pc.into(), most + 8, slots)?;
    }
    Ok(out)
}
