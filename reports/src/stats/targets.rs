//! The four schemes one may look for, and whether they reach what was hoped
//! for each of them.

use super::arithmetic::geometric_mean;
use super::decision::Decision;
use super::means::{Interval, MeanRatio, Spread, TimeRatio, time_ratios};
use super::schemes::SchemeMeans;
use crate::results::{Collector, Results, Scenario, SizeRow};

/// Bytes per map of today's section from which on a module is one of giant
/// functions: an ordinary map takes 20 to 30.
pub(crate) const GIANT: f64 = 100.0;

/// What share of the bytes the fastest scheme may leave.
pub(crate) const FASTEST_BYTES: f64 = 0.6;

/// What one may look for in a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    ToUpstream,
    Smallest,
    Fastest,
    Safest,
}

/// How a figure is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Of the baseline's bytes, or of another's.
    Share,
    /// Times the baseline's time or memory.
    Times,
    /// Things that are counted.
    Count,
    /// Megabytes a second.
    Speed,
}

/// On which side of its limit a figure should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    AtMost,
    AtLeast,
}

/// A figure beside what was hoped for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    pub(crate) what: &'static str,
    pub(crate) unit: Unit,
    pub(crate) bound: Bound,
    pub(crate) limit: f64,
    /// None if it was not measured.
    pub(crate) measured: Option<f64>,
    /// Where it lies as far as is known: a time is not known exactly.
    pub(crate) within: Option<Interval>,
}

impl Target {
    fn at_most(what: &'static str, unit: Unit, limit: f64, measured: Option<f64>) -> Target {
        Target {
            what,
            unit,
            bound: Bound::AtMost,
            limit,
            measured,
            within: measured.map(|value| (value, value)),
        }
    }

    /// A time, which has an interval.
    fn in_time(what: &'static str, limit: f64, time: Option<TimeRatio>) -> Target {
        Target {
            within: time.and_then(|time| time.interval),
            ..Target::at_most(what, Unit::Times, limit, time.map(|time| time.ratio))
        }
    }

    /// Whether it is met; none if nobody knows, as when the limit lies in the
    /// interval.
    pub(crate) fn is_met(&self) -> Option<bool> {
        let is_met = |measured| match self.bound {
            Bound::AtMost => measured <= self.limit,
            Bound::AtLeast => measured >= self.limit,
        };
        let (lo, hi) = self.within?;
        (is_met(lo) == is_met(hi)).then(|| is_met(lo))
    }
}

/// A role, the scheme that is best in it, and its targets.
pub(crate) struct Contender {
    pub(crate) role: Role,
    pub(crate) scheme: String,
    pub(crate) targets: Vec<Target>,
}

/// The roles for which there is a scheme.
pub(crate) fn contenders(results: &Results, decision: &Decision) -> Vec<Contender> {
    let all = || decision.schemes.iter();
    let smallest = |fits: fn(&SchemeMeans) -> bool| {
        let fitting = all().filter(|means| fits(means) && means.bytes.is_some());
        fitting.min_by(|a, b| bytes(a).total_cmp(&bytes(b)))
    };
    let upstream = decision
        .recommended()
        .and_then(|own| decision.means(&own.scheme.name));
    let is_small = |means: &&SchemeMeans| means.scheme.exact && bytes(means) <= FASTEST_BYTES;
    let timed = all().filter(is_small).filter(|means| means.hot.is_some());
    let hot = |means: &SchemeMeans| means.hot.map_or(f64::INFINITY, |mean| mean.ratio);
    let fastest = timed.min_by(|a, b| hot(a).total_cmp(&hot(b)));
    let contender = |role, means: Option<&SchemeMeans>, targets: &Targets| {
        means.map(|means| Contender {
            role,
            scheme: means.scheme.name.clone(),
            targets: targets(means),
        })
    };
    let found = [
        contender(Role::ToUpstream, upstream, &|means| {
            to_upstream(results, decision, means)
        }),
        contender(Role::Smallest, smallest(|m| m.scheme.exact), &|means| {
            of_smallest(results, decision, means)
        }),
        contender(Role::Fastest, fastest, &of_fastest),
        contender(Role::Safest, smallest(|m| m.scheme.tri_state), &|means| {
            of_safest(means, upstream)
        }),
    ];
    found.into_iter().flatten().collect()
}

/// The targets of a scheme in one role.
type Targets<'t> = dyn Fn(&SchemeMeans) -> Vec<Target> + 't;

fn bytes(means: &SchemeMeans) -> f64 {
    means.bytes.map_or(f64::INFINITY, |spread| spread.mean)
}

fn to_upstream(results: &Results, decision: &Decision, means: &SchemeMeans) -> Vec<Target> {
    use Unit::{Count, Share, Speed, Times};
    let name = &means.scheme.name;
    let rows = results.sizes.iter().filter(|row| row.scheme == *name);
    let rows = rows.filter(|row| row.tier == decision.headline.tier && row.ratio.is_some());
    let rows = rows.filter(|row| matches!(row.collector, Collector::Copying | Collector::None));
    let rows: Vec<&SizeRow> = rows.collect();
    let (giants, others): (Vec<&SizeRow>, Vec<&SizeRow>) =
        rows.iter().partition(|row| is_giant(row));
    let most = |rows: &[&SizeRow]| rows.iter().filter_map(|row| row.ratio).reduce(f64::max);
    let mean = Spread::of(rows.iter().filter_map(|row| row.ratio));
    let slowest_hot = slowest(results, decision, name, decision.headline.hot);
    let lines = means.scheme.reader_lines + means.scheme.writer_lines;
    let speed = rows.iter().filter_map(encoding_speed).reduce(f64::min);
    vec![
        Target::at_most(
            "bytes on each module of giant functions, every ISA",
            Share,
            0.03,
            most(&giants),
        ),
        Target::at_most(
            "bytes on each other module, every ISA",
            Share,
            0.25,
            most(&others),
        ),
        Target::at_most(
            "bytes, geometric mean, every ISA",
            Share,
            0.15,
            mean.map(|spread| spread.mean),
        ),
        Target::in_time("hot lookup on each module", 1.0, slowest_hot),
        Target::in_time(
            "cold lookup, modules like these",
            0.6,
            like_these(means.cold),
        ),
        Target::at_most(
            "lines of reader and writer",
            Count,
            350.0,
            Some(lines as f64),
        ),
        Target {
            what: "MB of today's section re-encoded a second, slowest module",
            unit: Speed,
            bound: Bound::AtLeast,
            limit: 50.0,
            measured: speed,
            within: speed.map(|value| (value, value)),
        },
        Target::at_most(
            "writer's peak memory, of today's section, each module",
            Times,
            4.0,
            rows.iter().filter_map(peak_memory).reduce(f64::max),
        ),
    ]
}

fn is_giant(row: &SizeRow) -> bool {
    row.baseline_bytes as f64 > GIANT * row.maps as f64
}

/// Megabytes of today's section that are written anew in a second.
fn encoding_speed(row: &&SizeRow) -> Option<f64> {
    let ns = row.encode_ns_per_safepoint? * (row.maps + row.empties) as f64;
    Some(1e3 * row.baseline_bytes as f64 / ns)
}

/// The writer's peak memory in sizes of today's section.
fn peak_memory(row: &&SizeRow) -> Option<f64> {
    Some(row.encode_peak_bytes? as f64 / row.baseline_bytes as f64)
}

fn of_smallest(results: &Results, decision: &Decision, means: &SchemeMeans) -> Vec<Target> {
    let name = &means.scheme.name;
    let modules = decision.headline.anatomy(results).into_iter();
    let ratios = modules.filter_map(|module| {
        let size = results.size(name, &module.key())?;
        Some(size.bytes as f64 / module.xz_bytes? as f64)
    });
    vec![
        Target::at_most(
            "bytes, of those of `xz -9e` of today's section, geometric mean",
            Unit::Share,
            1.0,
            geometric_mean(ratios),
        ),
        Target::in_time(
            "hot lookup on each module",
            3.0,
            slowest(results, decision, name, decision.headline.hot),
        ),
    ]
}

fn of_fastest(means: &SchemeMeans) -> Vec<Target> {
    vec![
        Target::in_time("hot lookup, modules like these", 0.5, like_these(means.hot)),
        Target::in_time(
            "cold lookup, modules like these",
            0.5,
            like_these(means.cold),
        ),
        Target::at_most(
            "bytes, geometric mean",
            Unit::Share,
            FASTEST_BYTES,
            Some(bytes(means)),
        ),
    ]
}

fn of_safest(means: &SchemeMeans, upstream: Option<&SchemeMeans>) -> Vec<Target> {
    vec![Target::at_most(
        "bytes, of those of the one to upstream",
        Unit::Share,
        1.15,
        upstream.map(|upstream| bytes(means) / bytes(upstream)),
    )]
}

/// The mean with the interval for modules like these.
fn like_these(mean: Option<MeanRatio>) -> Option<TimeRatio> {
    mean.map(|mean| TimeRatio {
        ratio: mean.ratio,
        interval: mean.like_these,
    })
}

/// The largest ratio of a scheme's lookups on any module.
fn slowest(
    results: &Results,
    decision: &Decision,
    scheme: &str,
    scenario: Option<Scenario>,
) -> Option<TimeRatio> {
    let ratios = time_ratios(results, &decision.headline.modules, scheme, scenario?);
    ratios
        .into_values()
        .max_by(|a, b| a.ratio.total_cmp(&b.ratio))
}
