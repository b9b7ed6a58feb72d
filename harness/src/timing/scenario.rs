//! Which scenarios a module is timed in.

use super::plan::Effort;
use stackmap_reports::results::{Cache, Chain, Queries, Scenario, Timed};

/// A scenario, and whether its lookups wait for one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainedScenario {
    pub scenario: Scenario,
    pub chain: Chain,
}

impl ChainedScenario {
    /// Whether published comparisons rest on this scenario.
    pub fn is_headline(&self, headline: Queries) -> bool {
        self.scenario.queries == headline
            && self.scenario.timed == Timed::Visit
            && self.chain == Chain::Independent
    }
}

/// The scenarios of one module whose headline queries are `headline`; the
/// headline ones come first.
pub fn scenarios(effort: Effort, headline: Queries) -> Vec<ChainedScenario> {
    let visit = |queries, cache| ChainedScenario {
        scenario: Scenario {
            queries,
            cache,
            timed: Timed::Visit,
        },
        chain: Chain::Independent,
    };
    let hot = visit(headline, Cache::Hot);
    let mut chosen = vec![
        hot,
        visit(headline, Cache::Cold),
        visit(headline, Cache::Mapped),
    ];
    if headline == Queries::Walk {
        // As a control, and for means over modules of which only some have walks.
        let control = |&cache| visit(Queries::Uniform, cache);
        chosen.extend(Cache::ALL.iter().map(control));
    }
    match effort {
        Effort::Quick => chosen.push(visit(Queries::Miss, Cache::Hot)),
        Effort::Standard => {
            let (mut lookup, mut dependent) = (hot, hot);
            lookup.scenario.timed = Timed::Lookup;
            dependent.chain = Chain::Dependent;
            chosen.extend([lookup, dependent]);
            let others = Queries::ALL.iter();
            let others = others.filter(|q| **q != headline && **q != Queries::Walk);
            let others = others.map(|&queries| visit(queries, Cache::Hot));
            let others: Vec<_> = others.filter(|s| !chosen.contains(s)).collect();
            chosen.extend(others);
        }
        Effort::Thorough => {
            let possible = |s: &ChainedScenario| {
                let queries = s.scenario.queries;
                queries != Queries::Walk || headline == Queries::Walk
            };
            let rest = every_combination().filter(|s| possible(s) && !chosen.contains(s));
            chosen.extend(rest.collect::<Vec<_>>());
        }
    }
    chosen
}

fn every_combination() -> impl Iterator<Item = ChainedScenario> {
    let of_queries = |&queries| Cache::ALL.iter().map(move |&cache| (queries, cache));
    let of_timed = |&timed| Chain::ALL.iter().map(move |&chain| (timed, chain));
    let pairs = Queries::ALL.iter().flat_map(of_queries);
    pairs.flat_map(move |(queries, cache)| {
        let pairs = Timed::ALL.iter().flat_map(of_timed);
        pairs.map(move |(timed, chain)| ChainedScenario {
            scenario: Scenario {
                queries,
                cache,
                timed,
            },
            chain,
        })
    })
}
