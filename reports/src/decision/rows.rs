//! The decision's figures, so that what a page prints stands in a table.

use crate::results::{BASELINE, DecisionRow};
use crate::stats::{Criterion, Decision, Difference, Fate, Gap, Open};
use std::collections::BTreeMap;

/// Every scheme against today's, and what was compared with the answers.
pub(crate) fn rows(decision: &Decision) -> Vec<DecisionRow> {
    let mut rows: BTreeMap<_, DecisionRow> = BTreeMap::new();
    let mut push = |row: DecisionRow| {
        let DecisionRow {
            scheme,
            rival,
            criterion,
            tier,
            ..
        } = row.clone();
        rows.entry((scheme, rival, criterion, tier)).or_insert(row);
    };
    for felt in &decision.felt {
        for (criterion, gap, difference) in felt.gaps {
            push(row(&felt.scheme, BASELINE, criterion, gap, difference));
        }
        for (tier, criterion, gap) in &felt.by_tier {
            let threshold = decision.rules.threshold(*criterion);
            let difference = Difference::of(Some(*gap), threshold);
            push(DecisionRow {
                tier: Some(*tier),
                ..row(&felt.scheme, BASELINE, *criterion, Some(*gap), difference)
            });
        }
    }
    for answer in &decision.answers {
        let Some(chosen) = &answer.scheme else {
            continue;
        };
        for open in &answer.open {
            if let Open::Against {
                scheme,
                criterion,
                gap,
            } = open
            {
                push(row(
                    chosen,
                    scheme,
                    *criterion,
                    Some(*gap),
                    Difference::Open,
                ));
            }
        }
        for (scheme, fate) in &answer.fates {
            if let Fate::Longer(bought) = fate {
                for (criterion, gap, difference) in bought {
                    push(row(scheme, chosen, *criterion, Some(*gap), *difference));
                }
            }
        }
    }
    rows.into_values().collect()
}

fn row(
    scheme: &str,
    rival: &str,
    criterion: Criterion,
    gap: Option<Gap>,
    difference: Difference,
) -> DecisionRow {
    let is_count = criterion == Criterion::Faults;
    let ratio = |of: fn(Gap) -> f64| gap.filter(|_| !is_count).map(|gap| 1.0 + of(gap));
    let count = |of: fn(Gap) -> f64| gap.filter(|_| is_count).map(|gap| of(gap) as u64);
    DecisionRow {
        scheme: scheme.to_owned(),
        rival: rival.to_owned(),
        criterion: criterion.to_string().replace('`', ""),
        tier: None,
        modules: gap.filter(|_| !is_count).map_or(0, |gap| gap.n),
        ratio: ratio(|gap| gap.mid),
        ratio_lo: ratio(|gap| gap.lo),
        ratio_hi: ratio(|gap| gap.hi),
        fewer_wrong: count(|gap| -gap.lo),
        more_wrong: count(|gap| gap.hi),
        difference: difference.to_string(),
    }
}
