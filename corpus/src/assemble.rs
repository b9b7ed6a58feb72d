//! From a `.cwasm` and its call sites to a [`Module`] with every safepoint.

use crate::capture::CallSites;
use crate::cwasm::{Cwasm, SectionEntry, section_entries};
use crate::disasm;
use crate::error::CorpusError;
use crate::module::{CrossCheck, Module};
use crate::names::Tier;
use stackmap_encoders::{EncodeError, Table};

/// Builds the module of one `.cwasm`. Without `calls`, or if they leave a
/// function unmatched, disassembly alone says where calls return. The table is
/// complete if that route found every safepoint that Wasmtime wrote.
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
    let maps = section_entries(section).map_err(|problem| corrupt(&problem))?;

    let trusted = calls.as_ref().filter(|c| c.unmatched == 0);
    let returns = trusted.map_or(&disassembled, |c| &c.returns);
    let confirmed = common(returns, maps.iter().map(|map| map.pc));
    // A route that overlooked a recorded safepoint may have overlooked others.
    let mut table = match confirmed == maps.len() {
        true => Table::complete(),
        false => Table::incomplete(),
    };
    merge(&mut table, &maps, returns).map_err(|problem| corrupt(&problem))?;

    let cross_check = CrossCheck {
        recorded: maps.len(),
        confirmed,
        call_sites: calls.as_ref().map(|c| c.returns.len()),
        disassembled: Some(disassembled.len()),
        agreed: calls
            .as_ref()
            .map(|c| common(&disassembled, c.returns.iter().copied())),
        unmatched_functions: calls.as_ref().map_or(0, |c| c.unmatched),
    };
    Ok(Module {
        name: name.to_owned(),
        isa: cwasm.isa,
        collector: cwasm.collector,
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

/// Fills the table with the recorded maps and, between them, an empty map for
/// every other return address. Both lists are ascending.
fn merge(table: &mut Table, maps: &[SectionEntry<'_>], returns: &[u32]) -> Result<(), EncodeError> {
    let mut rest = returns.iter().copied().peekable();
    for map in maps {
        while let Some(pc) = rest.next_if(|&pc| pc < map.pc) {
            table.push(pc.into(), 0, [])?;
        }
        rest.next_if_eq(&map.pc);
        table.push_bitmap(map.pc.into(), map.frame_size, map.bitmap())?;
    }
    for pc in rest {
        table.push(pc.into(), 0, [])?;
    }
    Ok(())
}

/// How many of `pcs` are on the ascending list.
fn common(list: &[u32], pcs: impl Iterator<Item = u32>) -> usize {
    pcs.filter(|pc| list.binary_search(pc).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::CompileOptions;
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
    fn a_route_that_misses_a_map_vouches_for_nothing() {
        let cwasm = cwasm();
        let calls = CallSites::default();
        let module = assemble("m", "m", Tier::Yours, String::new(), &cwasm, Some(calls)).unwrap();
        assert!(!module.table.is_complete());
        assert_eq!(module.table.maps(), 1);
        let check = module.cross_check;
        assert_eq!((check.recorded, check.confirmed), (1, 0));
        assert!(outcome(&cwasm).unwrap().table.is_complete());
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
