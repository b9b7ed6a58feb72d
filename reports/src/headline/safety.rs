//! What fault injection says, for maintainers.

use crate::format::{count, known, list, percent, percent_number, percent_range};
use crate::results::{Class, Effect, Fault, Results, SafetyRow};
use crate::stats::safety::{AtEmpties, Harm, Tally, harms, naive_at_empties, strict};
use crate::table::Table;
use std::collections::BTreeSet;

/// One line per module: what range merging without mandatory empty maps says
/// at safepoints where no reference is live.
pub(crate) fn naive_table(rows: &[SafetyRow]) -> Table {
    let mut table = Table::new(2, ["module", "ISA", "empty safepoints tried", "wrong"]);
    let effects = AtEmpties::WRONG;
    table
        .head
        .extend(effects.map(|effect: Effect| effect.to_string()));
    for module in naive_at_empties(rows) {
        let row = [
            module.module.to_owned(),
            module.isa.to_string(),
            count(module.tried()),
            percent(module.share_wrong()),
        ];
        let counts = effects.map(|effect| count(module.count(effect)));
        table.push(row.into_iter().chain(counts));
    }
    table
}

/// One line per kind of fault: what goes wrong whatever the scheme, and what
/// each scheme adds, in percentage points. No mean over kinds: their mixture is
/// arbitrary.
pub(crate) fn harm_table(results: &Results) -> Table {
    let mut table = Table::new(1, ["fault", "whatever the scheme"]);
    let schemes = results.schemes.iter();
    table.head.extend(schemes.map(|s| format!("`{}`", s.name)));
    for Harm {
        fault,
        whatever,
        added,
    } in harms(results)
    {
        let cells = added.into_iter().map(|(_, share)| known(share, points));
        table.push(
            [fault.to_string(), percent(whatever)]
                .into_iter()
                .chain(cells),
        );
    }
    table
}

/// `+9.8` for a share of 0.098.
fn points(share: f64) -> String {
    match percent_number(share).as_str() {
        "0.00" => "0".to_owned(),
        number => format!("+{number}"),
    }
}

/// One line per kind of fault: the shares that schemes catch, and that they
/// still answer wrongly, if a missing entry is fatal.
pub(crate) fn strict_table(results: &Results) -> Option<Table> {
    let schemes = strict(results);
    let mut table = Table::new(1, ["fault, missing entry fatal"]);
    let names = schemes.iter();
    let heads = names.flat_map(|(s, _)| [format!("`{s}` catches"), "still wrong".to_owned()]);
    table.head.extend(heads);
    let faults: BTreeSet<Fault> = schemes
        .iter()
        .flat_map(|(_, own)| own.keys().copied())
        .collect();
    for fault in faults {
        let cells = schemes.iter().flat_map(|(_, own)| {
            let share = |class| known(own.get(&fault), |tally: &Tally| percent(tally.share(class)));
            [share(Class::Detected), share(Class::Harmful)]
        });
        table.push(std::iter::once(fault.to_string()).chain(cells));
    }
    (!table.rows.is_empty()).then_some(table)
}

/// What a maintainer may quote. Empty if no faults were injected.
pub(crate) fn paragraph(results: &Results) -> Option<String> {
    let rows = results.safety.as_deref()?;
    let harms = harms(results);
    let range = |is_in: fn(Fault) -> bool| {
        let shares = harms
            .iter()
            .filter(|harm| is_in(harm.fault))
            .map(|harm| harm.whatever);
        let ends = shares.clone().reduce(f64::min).zip(shares.reduce(f64::max));
        ends.map(|(least, most)| percent_range(least, most))
    };
    let mut text = "Wasmtime takes a missing entry to mean that no reference is live.".to_owned();
    if let Some(range) = range(|fault| !fault.is_forgotten()) {
        text += &format!(
            " So a wrong PC is answered silently wrong in {range} of the cases whatever the scheme: that depends on the kind of fault, and on whether a reference is live.",
        );
    }
    text += &added(&harms);
    text += &caught(results);
    let naive = naive_at_empties(rows);
    let affected = naive.iter().filter(|module| module.share_wrong() > 0.0);
    text += &format!(
        " Merging without mandatory empty maps gives wrong roots at safepoints of {} of {} modules, nothing else being wrong.",
        affected.count(),
        naive.len()
    );
    Some(text)
}

/// Downside 1 of wasmtime#10431: what schemes add where an empty map is
/// forgotten.
fn added(harms: &[Harm]) -> String {
    let forgotten = harms.iter().find(|harm| harm.fault == Fault::EmptyLeftOut);
    let added = forgotten.map(|harm| {
        let shares = harm
            .added
            .iter()
            .filter_map(|(scheme, share)| Some((*scheme, (*share)?)));
        let adds = shares.filter(|(_, share)| points(*share) != "0");
        let adds =
            adds.map(|(scheme, share)| format!("`{scheme}` {}", percent(harm.whatever + share)));
        adds.collect::<Vec<String>>()
    });
    match added {
        Some(adds) if !adds.is_empty() => format!(
            " What merging ranges adds: where one empty map is left out, that safepoint is answered wrongly by {}; a scheme that records no empty maps cannot have this fault.",
            list(&adds)
        ),
        _ => String::new(),
    }
}

/// What a fatal missing entry catches, by scheme.
fn caught(results: &Results) -> String {
    let schemes = strict(results);
    let shares = schemes.iter().map(|(scheme, faults)| {
        let wrong = faults.iter().filter(|(fault, _)| !fault.is_forgotten());
        let wrong = wrong.map(|(_, tally)| tally.share(Class::Detected));
        let ends = wrong.clone().reduce(f64::min).zip(wrong.reduce(f64::max));
        known(ends, |(least, most)| {
            format!("`{scheme}` {}", percent_range(least, most))
        })
    });
    let shares: Vec<String> = shares.collect();
    match shares.is_empty() {
        true => String::new(),
        false => format!(
            " What a scheme can catch: with a fatal missing entry, which needs every empty map recorded, {} of the wrong PCs are noticed, by kind.",
            list(&shares)
        ),
    }
}
