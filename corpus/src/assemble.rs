//! From a `.cwasm` and its call sites to a [`Module`] with every safepoint.

use crate::capture::CallSites;
use crate::cwasm::{Cwasm, rows};
use crate::{CorpusError, CrossCheck, Module, Tier, disasm};
use stackmap_encoders::Table;
use std::iter::Peekable;

/// Builds the module of one `.cwasm`. Without `calls`, or when they do not
/// account for every function, disassembly alone says where calls return.
pub(crate) fn assemble(
    origin: &str,
    name: &str,
    tier: Tier,
    provenance: String,
    bytes: &[u8],
    calls: Option<CallSites>,
) -> Result<Module, CorpusError> {
    let cwasm = Cwasm::parse(origin, bytes)?;
    let corrupt = |problem: &dyn std::fmt::Display| {
        CorpusError::unusable(origin, problem, "compile the module anew")
    };
    let disassembled = disasm::return_addresses(cwasm.isa, cwasm.text, &cwasm.functions)
        .map_err(|problem| corrupt(&problem))?;
    let section = cwasm.section.unwrap_or_default();
    let mut maps = rows(section)
        .map_err(|problem| corrupt(&problem))?
        .into_iter()
        .peekable();
    let recorded = maps.len();

    let complete = calls.as_ref().filter(|c| c.unmatched == 0);
    let returns = complete.map_or(&disassembled, |c| &c.returns);
    let mut confirmed = 0;
    let mut table = Table::complete();
    let mut push_maps_below = |limit: u64, table: &mut Table| {
        while let Some(map) = maps.next_if(|map| u64::from(map.pc) < limit) {
            table
                .push_bitmap(map.pc.into(), map.frame_size, map.bitmap())
                .map_err(|problem| corrupt(&problem))?;
        }
        Ok(maps.peek().map(|map| map.pc))
    };
    for &pc in returns {
        if push_maps_below(pc.into(), &mut table)? == Some(pc) {
            confirmed += 1;
        } else {
            table
                .push(pc.into(), 0, [])
                .map_err(|problem| corrupt(&problem))?;
        }
    }
    push_maps_below(u64::MAX, &mut table)?;

    let cross_check = CrossCheck {
        recorded,
        confirmed,
        call_sites: calls.as_ref().map(|c| c.returns.len()),
        disassembled: Some(disassembled.len()),
        agreed: calls.as_ref().map(|c| {
            let mut other = disassembled.iter().copied().peekable();
            c.returns
                .iter()
                .filter(|&&pc| advance_to(&mut other, pc))
                .count()
        }),
        unmatched_functions: calls.as_ref().map_or(0, |c| c.unmatched),
    };
    Ok(Module {
        name: name.to_owned(),
        isa: cwasm.isa.to_owned(),
        collector: cwasm.collector.to_owned(),
        tier,
        provenance,
        text_bytes: cwasm.text.len() as u64,
        cwasm_bytes: Some(bytes.len() as u64),
        section: Some(section.to_owned()),
        functions: cwasm.functions,
        table,
        cross_check,
    })
}

/// Whether ascending `pcs` contain `pc`; drops those before it.
fn advance_to(pcs: &mut Peekable<impl Iterator<Item = u32>>, pc: u32) -> bool {
    while pcs.next_if(|&other| other < pc).is_some() {}
    pcs.peek() == Some(&pc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CompileOptions;
    use crate::compile::compile;

    fn outcome(bytes: &[u8]) -> Result<Module, CorpusError> {
        assemble("m", "m", Tier::Yours, String::new(), bytes, None)
    }

    fn cwasm() -> Vec<u8> {
        let wat = r#"(module (import "" "tick" (func $tick))
            (func (param anyref) (result anyref) (call $tick) (local.get 0)))"#;
        let options = CompileOptions {
            target: Some("pulley64".into()),
            ..CompileOptions::default()
        };
        compile("m", wat.as_bytes(), &options).unwrap().cwasm
    }

    #[test]
    fn unmatched_functions_leave_it_to_disassembly() {
        let cwasm = cwasm();
        let alone = outcome(&cwasm).unwrap();
        let calls = CallSites {
            returns: Vec::new(),
            unmatched: 1,
        };
        let both = assemble("m", "m", Tier::Yours, String::new(), &cwasm, Some(calls)).unwrap();
        assert!(both.table.empties() > 0);
        assert_eq!(both.table, alone.table);
        assert_eq!(both.cross_check.confirmed, 1);
        assert_eq!(both.cross_check.unmatched_functions, 1);
        assert_eq!(both.cross_check.call_sites, Some(0));
        assert_eq!(both.cross_check.agreed, Some(0));
    }

    #[test]
    fn damage_is_an_error_not_a_panic() {
        let cwasm = cwasm();
        assert_eq!(outcome(&cwasm).unwrap().table.maps(), 1);
        for end in 0..cwasm.len() {
            let text = outcome(&cwasm[..end]).unwrap_err().to_string();
            assert!(!text.contains('\n'), "{text}");
        }
        // A changed byte may go unnoticed, or give one line.
        let mut damaged = cwasm.clone();
        let mut errors = 0;
        for at in 0..cwasm.len() {
            for value in [0, 0x80, 0xff] {
                damaged[at] = value;
                if let Err(error) = outcome(&damaged) {
                    assert!(!error.to_string().contains('\n'), "{error}");
                    errors += 1;
                }
            }
            damaged[at] = cwasm[at];
        }
        assert!(errors > 100, "{errors}");
    }
}
