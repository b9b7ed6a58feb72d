//! What the processes that ran inside Wasmtime come to: `wasmtime.csv`.
//!
//! Processes of one round follow each other closely, so each is compared with that
//! of today's format in its round. A round is the unit of replication: processes of
//! one round share a state of the machine. Of the rounds the median counts, since now
//! and then a machine holds a process up by half of its time.

use super::arithmetic::{median_of_sorted, round};
use super::timing::{ALPHA, Estimate};
use crate::results::{BASELINE, WasmtimeRow, WasmtimeSampleRow};
use std::collections::BTreeMap;

/// What is compared of a sample, where it was measured.
type Quantity = fn(&WasmtimeSampleRow) -> Option<f64>;

/// One row per format, module, collector and memo, in the order in which they first
/// occur. Samples without one of today's format in their round are left out.
/// `is_strict` says of which formats a frame at no known safepoint was an error.
pub fn summarize_wasmtime(
    samples: &[WasmtimeSampleRow],
    is_strict: impl Fn(&str) -> bool,
) -> Vec<WasmtimeRow> {
    let mut today = BTreeMap::new();
    for sample in samples
        .iter()
        .filter(|s| s.scheme == BASELINE && s.memo == 0)
    {
        today.insert((&sample.module, sample.collector, sample.round), sample);
    }
    let mut groups: Vec<Vec<Pair<'_>>> = Vec::new();
    let mut places = BTreeMap::new();
    for sample in samples {
        let round = (&sample.module, sample.collector, sample.round);
        let Some(&base) = today.get(&round) else {
            continue;
        };
        let key = (
            &sample.scheme,
            &sample.module,
            sample.collector,
            sample.memo,
        );
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(Pair { sample, base });
    }
    groups.iter().map(|pairs| row(pairs, &is_strict)).collect()
}

/// A process and that of today's format in its round.
struct Pair<'s> {
    sample: &'s WasmtimeSampleRow,
    base: &'s WasmtimeSampleRow,
}

/// What the rounds come to, and its interval.
struct Ratio {
    ratio: Option<f64>,
    lo: Option<f64>,
    hi: Option<f64>,
}

impl Ratio {
    fn of(pairs: &[Pair<'_>], quantity: Quantity) -> Ratio {
        let logs = pairs.iter().filter_map(|pair| {
            let ratio = quantity(pair.sample)? / quantity(pair.base)?;
            Some(ratio.ln())
        });
        let (ratio, interval) = over_rounds(logs.collect()).unzip();
        let (lo, hi) = interval.flatten().unzip();
        Ratio { ratio, lo, hi }
    }
}

fn row(pairs: &[Pair<'_>], is_strict: &impl Fn(&str) -> bool) -> WasmtimeRow {
    let first = pairs[0].sample;
    let middle = |quantity: Quantity| {
        let values = pairs.iter().filter_map(|pair| quantity(pair.sample));
        median(values.collect())
    };
    let ratio = |quantity: Quantity| Ratio::of(pairs, quantity);
    let (pause, compile) = (ratio(|s| Some(s.pause_ns)), ratio(|s| s.compile_ns));
    let load_bytes = ratio(|s| Some(s.load_bytes_ns));
    let load_file = ratio(|s| Some(s.load_file_ns));
    let writer_share = middle(|s| s.writer_share);
    // Lookups are counted and timed in some processes only.
    let timed = pairs.iter().map(|pair| pair.sample);
    let timed: Vec<_> = timed.filter(|s| s.frames > 0).collect();
    let frames = timed.first().map_or(0, |s| s.frames);
    let lookup: Vec<f64> = timed.iter().filter_map(|s| s.lookup_ns).collect();
    let lookup = (!lookup.is_empty()).then(|| median(lookup));
    let (pause_ns, walk_ns) = (middle(|s| Some(s.pause_ns)), middle(|s| Some(s.walk_ns)));
    let of_pause = |ns: f64| (pause_ns > 0.0).then(|| round(ns / pause_ns, 5));
    let handed_on = timed.iter().find_map(|s| s.handed_on);
    let answered = |handed_on: u64| round(1.0 - handed_on as f64 / frames as f64, 5);
    let per_frame = |ns: f64| (frames > 0).then(|| round(ns / frames as f64, 2));
    WasmtimeRow {
        scheme: first.scheme.clone(),
        module: first.module.clone(),
        tier: first.tier,
        collector: first.collector,
        memo: first.memo,
        strict: is_strict(&first.scheme),
        collections: first.collections,
        pause_ratio: pause.ratio,
        pause_lo: pause.lo,
        pause_hi: pause.hi,
        lookup_share: lookup.and_then(of_pause),
        walk_share: of_pause(walk_ns),
        cwasm_ratio: ratio(|s| Some(s.cwasm_bytes as f64)).ratio,
        load_bytes_ratio: load_bytes.ratio,
        load_file_ratio: load_file.ratio,
        compile_ratio: compile.ratio,
        first_faults: Some(middle(|s| Some(s.first_faults as f64))),
        load_bytes_lo: load_bytes.lo,
        load_bytes_hi: load_bytes.hi,
        load_file_lo: load_file.lo,
        load_file_hi: load_file.hi,
        compile_lo: compile.lo,
        compile_hi: compile.hi,
        pause_ns: Some(round(middle(|s| Some(s.pause_p50_ns)), 0)),
        pause_p99_ns: Some(round(middle(|s| Some(s.pause_p99_ns)), 0)),
        pause_max_ns: Some(round(middle(|s| Some(s.pause_max_ns)), 0)),
        frame_ns: per_frame(walk_ns),
        frames,
        peak_bytes: Some(middle(|s| Some(s.peak_bytes as f64))),
        processes: pairs.len() as u64,
        lookup_ns: lookup.and_then(per_frame),
        first_ratio: ratio(|s| Some(s.first_ns)).ratio,
        section_bytes: Some(first.section_bytes),
        writer_share: (writer_share > 0.0).then(|| round(writer_share, 6)),
        memo_hits: handed_on.map(answered),
    }
}

/// A ratio from its logarithm in each round, which is the median, and an interval at
/// 95 %: Student's of the mean, and as much more as contains the median. `None` without
/// a round and where a quantity was nothing; no interval below two rounds.
pub fn over_rounds(log_ratios: Vec<f64>) -> Option<(f64, Option<(f64, f64)>)> {
    if log_ratios.is_empty() || !log_ratios.iter().all(|log| log.is_finite()) {
        return None;
    }
    let rounds: Vec<_> = log_ratios.iter().map(|log| vec![vec![*log]]).collect();
    let ratio = |log: f64| round(log.exp(), 4);
    let middle = median(log_ratios);
    let interval = Estimate::of_cell(&rounds).map(|estimate| {
        let (lo, hi) = estimate.interval(ALPHA);
        (ratio(lo.min(middle)), ratio(hi.max(middle)))
    });
    let interval = interval.filter(|(lo, hi)| lo.is_finite() && hi.is_finite());
    Some((ratio(middle), interval))
}

/// The median of some values, 0 without any.
pub fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.sort_unstable_by(f64::total_cmp);
    median_of_sorted(&values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{Collector, Tier};

    fn sample(scheme: &str, round: u64, pause_ns: f64) -> WasmtimeSampleRow {
        WasmtimeSampleRow {
            scheme: scheme.into(),
            module: "m".into(),
            tier: Tier::Program,
            collector: Collector::Copying,
            memo: 0,
            round,
            collections: 2,
            frames: 10,
            pause_ns,
            pause_p50_ns: pause_ns / 2.0,
            pause_p99_ns: pause_ns / 2.0,
            pause_max_ns: pause_ns / 2.0,
            walk_ns: pause_ns / 4.0,
            lookup_ns: (round == 0).then_some(pause_ns / 8.0),
            section_bytes: 10,
            cwasm_bytes: 100,
            load_bytes_ns: 1.0,
            load_file_ns: 1.0,
            compile_ns: (round < 2).then_some(1000.0 + pause_ns),
            first_ns: 1.0,
            first_faults: 3,
            peak_bytes: 1,
            writer_share: (round < 2).then_some(0.01),
            handed_on: (round == 0).then_some(1),
        }
    }

    #[test]
    fn each_process_is_compared_with_todays_of_its_round() {
        // The machine is three times as slow in the second round.
        let samples = [
            sample(BASELINE, 0, 100.0),
            sample("delta", 0, 110.0),
            sample(BASELINE, 1, 300.0),
            sample("delta", 1, 330.0),
            sample("delta", 2, 9.0),
        ];
        let rows = summarize_wasmtime(&samples, |scheme| scheme == "delta");
        assert_eq!(rows.len(), 2);
        let (today, delta) = (&rows[0], &rows[1]);
        assert_eq!((today.pause_ratio, today.processes), (Some(1.0), 2));
        assert_eq!((delta.pause_ratio, delta.processes), (Some(1.1), 2));
        assert_eq!((delta.pause_lo, delta.pause_hi), (Some(1.1), Some(1.1)));
        assert_eq!((delta.walk_share, delta.strict), (Some(0.25), true));
        // The median round took 220 ns; its lookups were timed in the first only.
        assert_eq!(delta.lookup_share, Some(0.0625));
        assert_eq!(delta.frame_ns, Some(5.5));
        assert_eq!(delta.lookup_ns, Some(1.38));
        assert_eq!(delta.memo_hits, Some(0.9));
        assert!(!today.strict);
    }

    #[test]
    fn rounds_without_a_compile_leave_its_ratio_as_it_is() {
        let mut samples = Vec::new();
        for round in 0..4 {
            samples.push(sample(BASELINE, round, 100.0));
            samples.push(sample("delta", round, 200.0));
        }
        let rows = summarize_wasmtime(&samples, |_| false);
        let delta = &rows[1];
        assert_eq!(delta.compile_ratio, Some(round(1200.0 / 1100.0, 4)));
        assert_eq!(delta.writer_share, Some(0.01));
        assert_eq!((delta.processes, delta.pause_ratio), (4, Some(2.0)));
    }

    /// The machine held up one of today's and one of the other's.
    #[test]
    fn a_slow_process_moves_the_interval_and_not_the_ratio() {
        let rounds = [
            (100.0, 101.0),
            (100.0, 150.0),
            (160.0, 101.0),
            (100.0, 101.0),
        ];
        let pairs = rounds
            .into_iter()
            .zip(0..)
            .flat_map(|((today, delta), round)| {
                [
                    sample(BASELINE, round, today),
                    sample("delta", round, delta),
                ]
            });
        let rows = summarize_wasmtime(&pairs.collect::<Vec<_>>(), |_| false);
        let delta = &rows[1];
        assert_eq!(delta.pause_ratio, Some(1.01));
        assert!(delta.pause_lo < Some(0.8) && delta.pause_hi > Some(1.2));
    }

    #[test]
    fn one_round_has_no_interval() {
        let rows = summarize_wasmtime(&[sample(BASELINE, 0, 1.0)], |_| false);
        assert_eq!((rows[0].pause_lo, rows[0].pause_hi), (None, None));
    }
}
