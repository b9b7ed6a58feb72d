//! Which schemes nothing beats in everything, in words.

use crate::format::{list, percent};
use crate::results::Results;
use crate::stats::Decision;
use crate::stats::frontier::{
    Offer, SafetyClass, dominators, is_on_frontier, offers_on, offers_over_all,
};
use crate::table::Table;

/// One line per scheme: on how many modules it is on the frontier, and
/// whether it is over all.
pub(crate) fn table(results: &Results, decision: &Decision) -> Table {
    let head = [
        "scheme",
        "bytes",
        "safety",
        "lines",
        "on the frontier of",
        "over all",
    ];
    let mut table = Table::new(1, head);
    let over_all = offers_over_all(results, decision);
    let modules = &decision.headline.modules;
    let on_each = modules.iter().map(|m| offers_on(results, decision, m));
    let on_each: Vec<Vec<Offer>> = on_each.collect();
    for offer in &over_all {
        let on = on_each.iter();
        let on = on.filter(|offers| is_on_frontier(offers, &offer.scheme));
        let beaten_by = dominators(&over_all, offer);
        let beaten_by: Vec<String> = beaten_by.iter().map(|s| format!("`{s}`")).collect();
        let safety = match offer.safety {
            SafetyClass::TriState => "tri-state",
            SafetyClass::Exact => "exact",
            SafetyClass::Inexact => "not exact",
        };
        table.push([
            format!("`{}`", offer.scheme),
            percent(offer.bytes),
            safety.to_owned(),
            offer.lines.to_string(),
            format!("{} of {}", on.count(), modules.len()),
            match beaten_by.is_empty() {
                true => "on the frontier".to_owned(),
                false => format!("dominated by {}", list(&beaten_by)),
            },
        ]);
    }
    table
}

/// One line per module: the schemes on its frontier, the smallest first.
pub(crate) fn module_table(results: &Results, decision: &Decision) -> Table {
    let mut table = Table::new(2, ["module", "on the frontier"]);
    for module in &decision.headline.modules {
        let mut offers = offers_on(results, decision, module);
        offers.sort_by(|a, b| a.bytes.total_cmp(&b.bytes));
        let on = offers.iter().filter(|o| dominators(&offers, o).is_empty());
        let on = on.map(|o| format!("`{}` ({})", o.scheme, percent(o.bytes)));
        let on: Vec<String> = on.collect();
        table.push([module.module.clone(), on.join(", ")]);
    }
    table
}
