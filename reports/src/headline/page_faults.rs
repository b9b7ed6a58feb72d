//! What a lookup in a section that was just mapped pays in page faults.

use crate::format::{known, plain};
use crate::results::{Cache, PageFaultRow, Results};
use crate::stats::Decision;
use crate::table::Table;

/// One line per module, the smallest first, and one column per scheme; none if
/// no section was mapped anew.
pub(crate) fn table(results: &Results, decision: &Decision) -> Option<Table> {
    let scenario = decision.headline.mapped?;
    let rows = results.page_faults.iter().flatten();
    let rows = rows.filter(|row| row.scenario() == scenario && row.cache == Cache::Mapped);
    let rows: Vec<&PageFaultRow> = rows.collect();
    let schemes: Vec<&str> = results.schemes.iter().map(|s| s.name.as_str()).collect();
    let mut table = Table::new(1, ["module"]);
    table.head.extend(schemes.iter().map(|s| format!("`{s}`")));
    let mut modules: Vec<_> = results.modules.iter().collect();
    modules.sort_by_key(|module| module.maps);
    for module in modules {
        let key = module.key();
        if !decision.headline.modules.contains(&key) {
            continue;
        }
        let cells = schemes.iter().map(|scheme| {
            let mut own = rows.iter();
            let found = own.find(|row| row.scheme == *scheme && row.key() == key);
            known(found, |row| plain(row.faults))
        });
        table.push(std::iter::once(module.module.clone()).chain(cells));
    }
    (!rows.is_empty()).then_some(table)
}
