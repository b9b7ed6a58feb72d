//! What is timed: which queries, with which caches, and how much of a lookup.

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

/// How long a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// A look at the headline cells.
    Quick,
    /// The headline cells well, the others once.
    Standard,
    /// Every cell.
    Thorough,
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
    let mut chosen = vec![visit(headline, Cache::Hot), visit(headline, Cache::Cold)];
    match effort {
        Effort::Quick => chosen.push(visit(Queries::Miss, Cache::Hot)),
        Effort::Standard => {
            chosen.push(visit(headline, Cache::L2));
            chosen.push(Scenario {
                timed: Timed::Lookup,
                ..chosen[0]
            });
            chosen.push(Scenario {
                chain: Chain::Dependent,
                ..chosen[0]
            });
            let others = Queries::ALL
                .iter()
                .filter(|q| **q != headline && **q != Queries::Walk);
            chosen.extend(others.map(|&queries| visit(queries, Cache::Hot)));
        }
        Effort::Thorough => {
            for &queries in Queries::ALL {
                for &cache in Cache::ALL {
                    for &timed in Timed::ALL {
                        for &chain in Chain::ALL {
                            let scenario = Scenario {
                                queries,
                                cache,
                                timed,
                                chain,
                            };
                            let possible = queries != Queries::Walk || headline == Queries::Walk;
                            if possible && !chosen.contains(&scenario) {
                                chosen.push(scenario);
                            }
                        }
                    }
                }
            }
        }
    }
    chosen
}
