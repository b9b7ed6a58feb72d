//! The same figures by the size of the modules and by toolchain: no mean over
//! modules of all sizes stands alone.

use super::schemes::by_size;
use super::times::{LIKE_THESE, THESE, in_short, like_these, these, with_extremes};
use crate::format::{count, known, percent};
use crate::results::{BASELINE, MEDIUM_UP_TO, Results, SMALL_BELOW, Scenario, Stratum};
use crate::stats::Decision;
use crate::stats::headline::{Headline, maps_of};
use crate::stats::means::{Spread, time_ratios};
use crate::stats::schemes::{SchemeMeans, mean_time, scheme_means};
use crate::table::Table;

/// `below 1,000 maps`.
pub(crate) fn words(stratum: Stratum) -> String {
    let (small, medium) = (count(SMALL_BELOW), count(MEDIUM_UP_TO));
    match stratum {
        Stratum::All => "modules of all sizes".to_owned(),
        Stratum::Small => format!("below {small} maps"),
        Stratum::Medium => format!("{small} to {medium} maps"),
        Stratum::Large => format!("above {medium} maps"),
    }
}

/// By scenario whose controls permit it, one line per scheme: its ratio and its
/// verdict in each stratum, whose number of modules stands in parentheses.
pub(crate) fn verdicts(results: &Results, decision: &Decision) -> Vec<(Scenario, Table)> {
    let strata = decision.headline.strata(results);
    let of_scenario = |scenario: Scenario| {
        let mut table = Table::new(1, [format!("scheme, {}", scenario.cache)]);
        let heads = strata.iter().map(|(stratum, own)| {
            // Of those with recorded stacks only, if these are what is looked up.
            let timed = mean_time(results, own, BASELINE, scenario);
            let modules = timed.map_or(own.modules.len(), |mean| mean.n);
            format!("{} ({modules})", words(*stratum))
        });
        table.head.extend(heads);
        for means in by_size(decision)
            .into_iter()
            .filter(|m| m.scheme.name != BASELINE)
        {
            let name = &means.scheme.name;
            let cells = strata
                .iter()
                .map(|(_, own)| known(mean_time(results, own, name, scenario), in_short));
            table.push(std::iter::once(format!("`{name}`")).chain(cells));
        }
        (scenario, table)
    };
    let scenarios = decision.headline.scenarios();
    let scenarios = scenarios.filter(|s| decision.headline.has_verdicts(results, *s));
    scenarios.map(of_scenario).collect()
}

/// By stratum, one line per scheme: bytes, and both intervals of the times.
pub(crate) fn full(results: &Results, decision: &Decision) -> Vec<(String, Table)> {
    let strata = decision.headline.strata(results).into_iter();
    let of_stratum = |(stratum, own): (Stratum, Headline)| {
        let names: Vec<&str> = own.modules.iter().map(|m| m.module.as_str()).collect();
        let title = format!("{}: {}", words(stratum), names.join(", "));
        let mut table = Table::new(1, ["scheme", "bytes, mean", "in total"]);
        for scenario in own.scenarios() {
            let cache = scenario.cache;
            table.head.extend([
                format!("{cache}, {THESE}"),
                format!("{cache}, {LIKE_THESE}"),
            ]);
        }
        for means in scheme_means(results, &own) {
            let name = &means.scheme.name;
            let bytes = [
                format!("`{name}`"),
                known(means.bytes, |spread| percent(spread.mean)),
                known(means.total, percent),
            ];
            let times = own.scenarios().flat_map(|scenario| {
                let mean = mean_time(results, &own, name, scenario);
                [known(mean, these), known(mean, like_these)]
            });
            table.push(bytes.into_iter().chain(times));
        }
        (title, table)
    };
    strata.map(of_stratum).collect()
}

/// A title, and what a cell shows of a scheme on some modules.
type Quantity<'q> = (String, Box<dyn Fn(&SchemeMeans, &Headline) -> String + 'q>);

/// By quantity, one line per toolchain and one column per scheme. Means of so
/// few modules have extremes and no interval.
pub(crate) fn toolchains(results: &Results, decision: &Decision) -> Vec<(String, Table)> {
    let toolchains = decision.headline.toolchains(results);
    let maps = maps_of(results);
    let mut quantities: Vec<Quantity> = vec![(
        "Bytes: mean, and in total".to_owned(),
        Box::new(|means, _| {
            let mean = known(means.bytes, |spread| percent(spread.mean));
            format!("{mean}, {}", known(means.total, percent))
        }),
    )];
    for scenario in decision.headline.scenarios() {
        let title = format!("Lookup time: {scenario}");
        let cell = move |means: &SchemeMeans, own: &Headline| {
            let ratios = time_ratios(results, &own.modules, &means.scheme.name, scenario);
            let spread = Spread::of(ratios.into_values().map(|ratio| ratio.ratio));
            known(spread, with_extremes)
        };
        quantities.push((title, Box::new(cell)));
    }
    let of_quantity = |(title, cell): Quantity| {
        let schemes = results.schemes.iter().filter(|s| s.name != BASELINE);
        let mut table = Table::new(1, ["toolchain", "modules", "maps"]);
        table.head.extend(schemes.map(|s| format!("`{}`", s.name)));
        for (name, own) in &toolchains {
            let sizes = own.modules.iter().filter_map(|key| maps.get(key));
            let (least, most) = (sizes.clone().min(), sizes.max());
            let maps = match least == most {
                true => known(most, |n| count(*n)),
                false => format!(
                    "{}–{}",
                    known(least, |n| count(*n)),
                    known(most, |n| count(*n))
                ),
            };
            let all = scheme_means(results, own).into_iter();
            let others = all.filter(|means| means.scheme.name != BASELINE);
            let cells: Vec<String> = others.map(|means| cell(&means, own)).collect();
            let row = [(*name).to_owned(), own.modules.len().to_string(), maps];
            table.push(row.into_iter().chain(cells));
        }
        (title, table)
    };
    quantities.into_iter().map(of_quantity).collect()
}
