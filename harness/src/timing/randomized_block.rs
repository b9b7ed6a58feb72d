//! One randomized block: every scheme answers the same queries, in random
//! order and back.

use super::arena::{Arena, TOGETHER};
use super::asked::Asked;
use super::evictor::Evictor;
use super::expected::Expected;
use super::group::ScenarioPlan;
use super::kernel::{Batch, CODE_COPIES, Timing};
use super::mapping::MappedSection;
use super::queries::QueryPool;
use super::timed_scheme::TimedScheme;
use crate::outcome::WrongResult;
use anyhow::Result;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use stackmap_reports::results::{Cache, Timed};
use std::path::PathBuf;

/// One turn of a scheme in a block.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Index of the scheme.
    pub scheme: usize,
    /// Nanoseconds for the whole batch.
    pub ns: u64,
    /// Page faults meanwhile, where they say something.
    pub faults: Option<u64>,
}

/// The memory that blocks work in, kept from one to the next.
pub struct Workbench {
    arena: Arena,
    evictor: Evictor,
}

/// A scheme that takes part in a block: with its section of one module, and
/// what it must answer to each PC of the pool.
pub struct Entrant<'a> {
    pub scheme: TimedScheme,
    pub section: &'a [u8],
    /// The file that the section comes from.
    pub file: PathBuf,
    pub expected: &'a [Expected],
}

impl Workbench {
    pub fn new(evictor: Evictor) -> Workbench {
        Workbench {
            arena: Arena::new(),
            evictor,
        }
    }

    /// Times every entrant twice; the turns are in order of position.
    pub fn time_block(
        &mut self,
        plan: &ScenarioPlan,
        pool: &QueryPool,
        entrants: &[Entrant<'_>],
        rng: &mut impl Rng,
    ) -> Result<Vec<Turn>> {
        let asked = Asked::draw(plan, pool, rng);
        let codes: Vec<usize> = entrants
            .iter()
            .map(|_| rng.random_range(0..CODE_COPIES))
            .collect();
        let mut order: Vec<usize> = (0..entrants.len()).collect();
        order.shuffle(rng);
        let back: Vec<usize> = order.iter().rev().copied().collect();
        let mut turns = Vec::with_capacity(2 * entrants.len());
        for pass in [order, back] {
            for some in fitting(&pass, plan.copies(), entrants) {
                let sections: Vec<&[u8]> = some.iter().map(|&s| entrants[s].section).collect();
                let placed = self.arena.place(&sections, plan.copies(), rng);
                // Nobody else reads a scheme's copies, so once is enough.
                if plan.scenario.cache == Cache::Cold {
                    self.evictor.to_memory();
                }
                for (&scheme, copies) in some.iter().zip(&placed) {
                    let timing = entrants[scheme].time(plan, &asked, copies, codes[scheme])?;
                    let counts = plan.scenario.cache == Cache::Mapped;
                    turns.push(Turn {
                        scheme,
                        ns: timing.ns,
                        faults: timing.faults.filter(|_| counts),
                    });
                }
            }
        }
        Ok(turns)
    }
}

/// Stretches of a pass whose copies may lie in memory together.
fn fitting<'p>(pass: &'p [usize], copies: usize, entrants: &[Entrant<'_>]) -> Vec<&'p [usize]> {
    let (mut stretches, mut start, mut taken) = (Vec::new(), 0, 0);
    for (at, &scheme) in pass.iter().enumerate() {
        let needs = copies * entrants[scheme].section.len();
        if at > start && taken + needs > TOGETHER {
            stretches.push(&pass[start..at]);
            (start, taken) = (at, 0);
        }
        taken += needs;
    }
    stretches.push(&pass[start..]);
    stretches
}

/// The schemes with their sections, the files of these, and what each must
/// answer.
pub fn entrants<'a>(
    schemes: &[TimedScheme],
    sections: &'a [Vec<u8>],
    file_of: impl Fn(&str) -> PathBuf,
    expected: &'a [Vec<Expected>],
) -> Vec<Entrant<'a>> {
    let parts = schemes.iter().zip(sections).zip(expected);
    parts
        .map(|((&scheme, section), expected)| Entrant {
            scheme,
            section,
            file: file_of(scheme.name),
            expected,
        })
        .collect()
}

impl Entrant<'_> {
    /// Takes one turn, and compares the answers with those that are right.
    fn time(
        &self,
        plan: &ScenarioPlan,
        asked: &Asked,
        copies: &[&[u8]],
        code: usize,
    ) -> Result<Timing> {
        let timed = plan.scenario.timed;
        let mapped = match plan.scenario.cache {
            Cache::Mapped => Some(MappedSection::open(&self.file)?),
            Cache::Hot | Cache::Cold => None,
        };
        let mut copies = copies.to_vec();
        if let Some(mapped) = &mapped {
            copies[0] = mapped.bytes();
        }
        let batch = Batch {
            section: self.section,
            copies: &copies,
            warm: &asked.warm,
            queries: &asked.timed,
            lookups: plan.lookups,
            timed,
            chain: plan.chain,
        };
        let timing =
            (self.scheme.batch[code])(&batch).map_err(|error| self.wrong(&error.to_string()))?;
        self.check(timing.checksum, &asked.drawn[..timing.answered], timed)?;
        Ok(timing)
    }

    /// Compares a checksum with what the drawn queries must add up to.
    fn check(&self, checksum: u64, drawn: &[usize], timed: Timed) -> Result<(), WrongResult> {
        let one = |&i: &usize| match timed {
            Timed::Visit => self.expected[i].visit,
            Timed::Lookup => self.expected[i].lookup,
        };
        let expected = drawn.iter().map(one).fold(0, u64::wrapping_add);
        if checksum != expected {
            return Err(self.wrong(&format!("checksum {checksum:#x} instead of {expected:#x}")));
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> WrongResult {
        WrongResult(format!(
            "scheme {} gave a wrong answer while timed: {what}",
            self.scheme.name
        ))
    }
}
