//! What fault injection says, for maintainers.

use crate::format::{count, percent};
use crate::results::{BASELINE, Class, Effect, Fault, Policy, RANGES, Results, SafetyRow};
use crate::stats::safety::{AtEmpties, by_scheme, in_force, naive_at_empties};
use crate::table::Table;

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

/// What a maintainer may quote. Empty if no faults were injected.
pub(crate) fn paragraph(results: &Results) -> Option<String> {
    let rows = results.safety.as_deref()?;
    let tallies = by_scheme(rows);
    let today = |scheme| {
        let tally = tallies.get(&(scheme, Policy::Today))?;
        Some(percent(tally.share(Class::Harmful)))
    };
    let mut text = format!(
        "Wasmtime takes a missing entry to mean that no reference is live. So `{BASELINE}` answers {} of all wrong PCs and forgotten maps silently wrong, nearly always by missing roots; `{RANGES}` {}. A fatal missing entry would notice almost all of them, but needs a scheme that records empty maps and can tell them from nothing.",
        today(BASELINE)?,
        today(RANGES)?,
    );
    let (ranges, baseline) = (in_force(rows, RANGES), in_force(rows, BASELINE));
    // Downside 1 of wasmtime#10431.
    let forgotten = Fault::EmptyLeftOut;
    if let Some(here) = ranges.faults.get(&forgotten)
        && let Some(there) = baseline.faults.get(&forgotten)
    {
        text += &format!(
            " What merging ranges adds: where Cranelift forgets one empty map, `{RANGES}` answers wrongly at {} of those safepoints (policy {}), `{BASELINE}` at {}.",
            percent(here.share(Class::Harmful)),
            ranges.policy,
            percent(there.share(Class::Harmful)),
        );
    }
    let naive = naive_at_empties(rows);
    let affected = naive.iter().filter(|module| module.share_wrong() > 0.0);
    text += &format!(
        " Merging without mandatory empty maps gives wrong roots at safepoints of {} of {} modules, nothing else being wrong.",
        affected.count(),
        naive.len()
    );
    Some(text)
}
