//! What is timed: which queries, with which caches, and how much of a lookup.

use super::plan::Effort;
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! dimension {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),*];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($name::$variant => $text,)* })
            }
        }
    };
}

dimension! {
    /// Where the PCs come from.
    Queries {
        /// Native stacks recorded while the program ran.
        Walk = "walk",
        /// Safepoints with live references, all equally likely.
        Uniform = "uniform",
        /// Safepoints with live references, the `k`th favourite with weight `1/k`.
        Zipf = "zipf",
        /// As uniform, but each batch in ascending order of PC.
        Sorted = "sorted",
        /// All safepoints, those without live references included.
        Mix = "mix",
        /// PCs inside the code that are no safepoints.
        Miss = "miss",
    }
}

dimension! {
    /// Where the section's bytes are before the clock starts.
    Cache {
        /// The same batch was answered just before.
        Hot = "hot",
        /// Every lookup reads another copy; lines lie in the last-level cache.
        L2 = "l2",
        /// Every lookup reads another copy; lines lie in memory.
        Cold = "cold",
    }
}

dimension! {
    /// What the clock covers.
    Timed {
        /// Open, look up, touch every slot: what Wasmtime does per frame.
        Visit = "visit",
        /// Look up in a section that is already open; touch the frame size alone.
        Lookup = "lookup",
    }
}

dimension! {
    /// Whether a lookup can start before the one before it is done.
    Chain {
        /// It can: throughput.
        Independent = "independent",
        /// It cannot: latency.
        Dependent = "dependent",
    }
}

/// One combination of the above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scenario {
    pub queries: Queries,
    pub cache: Cache,
    pub timed: Timed,
    pub chain: Chain,
}

impl Scenario {
    /// Whether published comparisons rest on this scenario.
    pub fn is_headline(&self, headline: Queries) -> bool {
        self.queries == headline
            && self.cache != Cache::L2
            && self.timed == Timed::Visit
            && self.chain == Chain::Independent
    }
}

/// The scenarios of one module whose headline queries are `headline`; the
/// headline ones come first.
pub fn scenarios(effort: Effort, headline: Queries) -> Vec<Scenario> {
    let visit = |queries, cache| Scenario {
        queries,
        cache,
        timed: Timed::Visit,
        chain: Chain::Independent,
    };
    let hot = visit(headline, Cache::Hot);
    let mut chosen = vec![hot, visit(headline, Cache::Cold)];
    match effort {
        Effort::Quick => chosen.push(visit(Queries::Miss, Cache::Hot)),
        Effort::Standard => {
            let (timed, chain) = (Timed::Lookup, Chain::Dependent);
            chosen.push(visit(headline, Cache::L2));
            chosen.push(Scenario { timed, ..hot });
            chosen.push(Scenario { chain, ..hot });
            let others = Queries::ALL.iter();
            let others = others.filter(|q| **q != headline && **q != Queries::Walk);
            chosen.extend(others.map(|&queries| visit(queries, Cache::Hot)));
        }
        Effort::Thorough => {
            let possible = every_combination()
                .filter(|s| s.queries != Queries::Walk || headline == Queries::Walk);
            let rest: Vec<Scenario> = possible.filter(|s| !chosen.contains(s)).collect();
            chosen.extend(rest);
        }
    }
    chosen
}

fn every_combination() -> impl Iterator<Item = Scenario> {
    let of_queries = |&queries| Cache::ALL.iter().map(move |&cache| (queries, cache));
    let of_timed = |&timed| Chain::ALL.iter().map(move |&chain| (timed, chain));
    let pairs = Queries::ALL.iter().flat_map(of_queries);
    pairs.flat_map(move |(queries, cache)| {
        let pairs = Timed::ALL.iter().flat_map(of_timed);
        pairs.map(move |(timed, chain)| Scenario {
            queries,
            cache,
            timed,
            chain,
        })
    })
}
