//! The numbers that tell one family from another.

use std::ops::RangeInclusive;

/// How a function's code and references behave from one safepoint to the next.
/// All values in a range are equally likely.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Safepoints on a straight path through the function.
    pub safepoints: RangeInclusive<usize>,
    /// Arithmetic and memory operations between two calls.
    pub operations: RangeInclusive<usize>,
    /// References kept live; a function starts somewhere in the range and
    /// drifts within it.
    pub live: RangeInclusive<usize>,
    /// Safepoints that a reference survives before its last use.
    pub lifetime: RangeInclusive<usize>,
    /// Share of safepoints between which no reference is born or dies, as
    /// around calls of helpers.
    pub repeats: f64,
    /// Share of safepoints at which no reference is live.
    pub empties: f64,
}

/// A function of middling properties. The shares of repeats and empties, the number of live
/// references and the length of frames are near those of real modules.
pub(super) const ORDINARY: Shape = Shape {
    safepoints: 8..=60,
    operations: 2..=10,
    live: 1..=8,
    lifetime: 1..=12,
    repeats: 0.35,
    empties: 0.35,
};

/// Least mean length of a run of safepoints without references.
const QUIET_RUN: f64 = 4.0;

impl Shape {
    /// Chances of entering and of leaving a run of empties at a safepoint,
    /// such that runs have a mean length of [`QUIET_RUN`] or more and the
    /// share of empties comes out as asked.
    pub fn quiet_odds(&self) -> (f64, f64) {
        let odds = self.empties / (1.0 - self.empties);
        let run = QUIET_RUN.max(odds);
        (odds / run, 1.0 / run)
    }
}
