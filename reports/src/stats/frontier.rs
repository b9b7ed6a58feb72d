//! Which schemes nothing beats in everything: the Pareto frontier of bytes,
//! hot and cold lookups, safety class and lines of code, per module and over
//! all of them.
//!
//! A scheme dominates another if it is no worse in any respect and better in
//! one. Lookups are compared interval against interval: where they overlap,
//! neither is better, and neither is worse.

use super::decision::Decision;
use super::means::{Interval, time_ratios};
use crate::results::{ModuleKey, Results, SchemeRow};

/// What is known of a time that has no interval: it overlaps all others.
const UNKNOWN: Interval = (0.0, f64::INFINITY);

/// What a scheme tells of a PC, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SafetyClass {
    /// Empty safepoints are told from unknown PCs.
    TriState,
    /// Every unknown PC is told from a map.
    Exact,
    /// Neither.
    Inexact,
}

impl SafetyClass {
    fn of(scheme: &SchemeRow) -> SafetyClass {
        match (scheme.exact, scheme.tri_state) {
            (true, true) => SafetyClass::TriState,
            (true, false) => SafetyClass::Exact,
            (false, _) => SafetyClass::Inexact,
        }
    }
}

/// What a scheme offers on one module or, on average, on all.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) scheme: String,
    /// Ratio of its bytes to the baseline's.
    pub(crate) bytes: f64,
    /// Intervals of the ratios of its lookup times, one for each scenario.
    times: Vec<Interval>,
    pub(crate) safety: SafetyClass,
    /// Lines of reader and writer.
    pub(crate) lines: u64,
}

impl Offer {
    fn new(scheme: &SchemeRow, bytes: f64, times: Vec<Interval>) -> Offer {
        Offer {
            scheme: scheme.name.clone(),
            bytes,
            times,
            safety: SafetyClass::of(scheme),
            lines: scheme.reader_lines + scheme.writer_lines,
        }
    }

    fn is_no_worse_than(&self, other: &Offer) -> bool {
        let mut times = self.times.iter().zip(&other.times);
        self.bytes <= other.bytes
            && self.safety <= other.safety
            && self.lines <= other.lines
            && times.all(|(own, others)| own.0 <= others.1)
    }

    fn dominates(&self, other: &Offer) -> bool {
        let mut times = self.times.iter().zip(&other.times);
        let is_better = self.bytes < other.bytes
            || self.safety < other.safety
            || self.lines < other.lines
            || times.any(|(own, others)| own.1 < others.0);
        self.is_no_worse_than(other) && is_better
    }
}

/// Those that a scheme is dominated by; none if it is on the frontier.
pub(crate) fn dominators<'o>(offers: &'o [Offer], offer: &Offer) -> Vec<&'o str> {
    let all = offers.iter().filter(|other| other.dominates(offer));
    all.map(|other| other.scheme.as_str()).collect()
}

/// Whether a scheme is among the offers and nothing dominates it.
pub(crate) fn is_on_frontier(offers: &[Offer], scheme: &str) -> bool {
    let own = offers.iter().find(|offer| offer.scheme == scheme);
    own.is_some_and(|own| dominators(offers, own).is_empty())
}

/// What every scheme offers over all modules of the headline.
pub(crate) fn offers_over_all(results: &Results, decision: &Decision) -> Vec<Offer> {
    let offers = results.schemes.iter().filter_map(|scheme| {
        let means = decision.means(&scheme.name)?;
        let times = means.hot.into_iter().chain(means.cold);
        let times = times.map(|mean| mean.these.unwrap_or(UNKNOWN)).collect();
        Some(Offer::new(scheme, means.bytes?.mean, times))
    });
    offers.collect()
}

/// What every scheme that encoded a module offers on it.
pub(crate) fn offers_on(results: &Results, decision: &Decision, module: &ModuleKey) -> Vec<Offer> {
    let offers = results.schemes.iter().filter_map(|scheme| {
        let size = results.size(&scheme.name, module)?;
        let headline = &decision.headline;
        let times = headline.hot.into_iter().chain(headline.cold);
        let times = times.map(|scenario| {
            let modules = std::slice::from_ref(module);
            let ratios = time_ratios(results, modules, &scheme.name, scenario);
            let interval = ratios.get(module).and_then(|ratio| ratio.interval);
            interval.unwrap_or(UNKNOWN)
        });
        Some(Offer::new(scheme, size.ratio?, times.collect()))
    });
    offers.collect()
}

/// The corner points of a plane's frontier: those that no other point has
/// both coordinates below, the first coordinate ascending.
pub(crate) fn lower_left<P>(points: &[P], at: impl Fn(&P) -> (f64, f64)) -> Vec<&P> {
    let mut sorted: Vec<&P> = points.iter().collect();
    sorted.sort_by(|a, b| {
        let (a, b) = (at(a), at(b));
        a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    let mut lowest = f64::INFINITY;
    sorted.retain(|point| {
        let height = at(point).1;
        let is_lower = height < lowest;
        lowest = lowest.min(height);
        is_lower
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(scheme: &str, bytes: f64, time: (f64, f64), lines: u64) -> Offer {
        Offer {
            scheme: scheme.to_owned(),
            bytes,
            times: vec![time],
            safety: SafetyClass::Exact,
            lines,
        }
    }

    #[test]
    fn overlapping_times_neither_help_nor_hurt() {
        let small = offer("small", 0.1, (0.9, 1.1), 10);
        let large = offer("large", 0.2, (1.0, 1.2), 10);
        let fast = offer("fast", 0.3, (0.5, 0.6), 10);
        assert!(small.dominates(&large));
        assert!(!large.dominates(&small));
        assert!(!small.dominates(&fast) && !fast.dominates(&small));
        assert!(fast.is_no_worse_than(&fast) && !fast.dominates(&fast));
    }

    #[test]
    fn fewer_lines_keep_a_scheme_on_the_frontier() {
        let small = offer("small", 0.1, (1.0, 1.0), 400);
        let short = offer("short", 0.2, (1.0, 1.0), 40);
        let offers = [small, short];
        assert!(offers.iter().all(|o| dominators(&offers, o).is_empty()));
        assert!(is_on_frontier(&offers, "short") && !is_on_frontier(&offers, "other"));
    }

    #[test]
    fn a_plane_has_a_frontier_of_falling_steps() {
        let points = [(2.0, 2.0), (1.0, 3.0), (2.0, 1.0), (3.0, 1.0)];
        assert_eq!(lower_left(&points, |p| *p), [&points[1], &points[2]]);
    }
}
