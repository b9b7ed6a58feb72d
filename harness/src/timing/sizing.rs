//! How many lookups make a batch.

use super::arena::TOGETHER;
use super::controls::SLOW_ONE_IN;
use super::group::ScenarioPlan;
use super::scenario::ChainedScenario;
use crate::machine::system::memory_available;
use stackmap_reports::results::{Cache, Queries};

/// Lookups with warm data: the same on every module, since a branch predictor
/// learns more of a longer batch.
const HOT_LOOKUPS: usize = 1000;
/// Most cold lookups, each with a copy of the section, and fewest.
const MOST_COLD_LOOKUPS: usize = 240;
const FEWEST_COLD_LOOKUPS: usize = SLOW_ONE_IN;
/// Lookups in a file that was just mapped: those of a stack or two.
const MAPPED_LOOKUPS: usize = 60;
/// Of the memory that is free, copies may take one part in so many.
const MEMORY_SHARE: u64 = 2;

/// How many blocks of a headline scenario there are to one of another.
const HEADLINE_WEIGHT: usize = 4;

/// The plan of one scenario on a module whose sections have these sizes;
/// `None` if memory has no room for a copy per lookup.
pub fn plan(
    chained: ChainedScenario,
    headline: Queries,
    sections: &[usize],
) -> Option<ScenarioPlan> {
    let plan = |lookups| ScenarioPlan {
        scenario: chained.scenario,
        chain: chained.chain,
        lookups,
        weight: match chained.is_headline(headline) {
            true => HEADLINE_WEIGHT,
            false => 1,
        },
    };
    match chained.scenario.cache {
        Cache::Hot => Some(plan(HOT_LOOKUPS)),
        Cache::Mapped => Some(plan(MAPPED_LOOKUPS)),
        Cache::Cold => {
            let all: usize = sections.iter().sum();
            let lookups = (TOGETHER / all.max(1)).clamp(FEWEST_COLD_LOOKUPS, MOST_COLD_LOOKUPS);
            let plan = plan(lookups / SLOW_ONE_IN * SLOW_ONE_IN);
            let largest = sections.iter().copied().max().unwrap_or(0);
            let needed = (plan.copies() * largest) as u64;
            memory_available()
                .is_none_or(|free| needed <= free / MEMORY_SHARE)
                .then_some(plan)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stackmap_reports::results::{Chain, Scenario, Timed};

    fn lookups(cache: Cache, sections: &[usize]) -> Option<usize> {
        let scenario = Scenario {
            queries: Queries::Uniform,
            cache,
            timed: Timed::Visit,
        };
        let chained = ChainedScenario {
            scenario,
            chain: Chain::Independent,
        };
        plan(chained, Queries::Uniform, sections).map(|plan| plan.lookups)
    }

    #[test]
    fn a_hot_batch_is_of_one_size_whatever_the_module() {
        assert_eq!(lookups(Cache::Hot, &[100]), lookups(Cache::Hot, &[1 << 30]));
    }

    #[test]
    fn cold_lookups_have_a_copy_each_or_there_are_none() {
        assert_eq!(lookups(Cache::Cold, &[100, 50]), Some(MOST_COLD_LOOKUPS));
        assert_eq!(lookups(Cache::Cold, &[80 << 20]), Some(FEWEST_COLD_LOOKUPS));
        assert_eq!(lookups(Cache::Cold, &[1 << 45]), None);
    }
}
