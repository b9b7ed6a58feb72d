//! Made-up timings: `latency.csv` with what goes with it.

use super::{Module, SCHEMES, Scheme, Shape, noise};
use stackmap_reports::results::{
    AGAIN, BASELINE, Cache, Chain, LatencyRow, LeftOutRow, ModuleKey, PooledRow, Queries, RunRow,
    SLOW, SampleRow, Stratum, Timed, Verdict, write_rows,
};
use stackmap_reports::stats::geometric_mean;
use std::collections::BTreeMap;
use std::path::Path;

const RUNS: usize = 8;
/// Modules like these differ by so many times as much as these do.
const LIKE_THESE: f64 = 4.0;

/// All files about timings.
pub(super) fn write(dir: &Path, shape: Shape, modules: &[Module]) {
    let latencies = latencies(shape, modules);
    let maps = |key: &ModuleKey| {
        let found = modules.iter().find(|m| m.name == key.module);
        found.map_or(0, |m| m.safepoints * 3 / 4)
    };
    let pooled = pooled(&latencies, maps);
    write_rows(dir, &left_out(&pooled)).unwrap();
    write_rows(dir, &pooled).unwrap();
    write_rows(dir, &latencies).unwrap();
    write_rows(dir, &runs()).unwrap();
    write_rows(dir, &samples(&modules[0])).unwrap();
}

fn latencies(shape: Shape, modules: &[Module]) -> Vec<LatencyRow> {
    let controls: [Scheme; 2] = [
        (AGAIN, true, false, false, 1.0, 1.0, 1.0),
        (SLOW, true, false, false, 1.0, 1.05, 1.05),
    ];
    let mut rows = Vec::new();
    for m in modules.iter().filter(|m| m.isa == "x86_64") {
        for s in SCHEMES[..shape.schemes].iter().chain(&controls) {
            for (queries, cache, typical) in [
                (Queries::Uniform, Cache::Hot, s.5),
                (Queries::Walk, Cache::Hot, s.5),
                (Queries::Uniform, Cache::Cold, s.6),
            ] {
                rows.push(latency(m, s, queries, cache, typical));
            }
        }
    }
    rows
}

fn latency(m: &Module, s: &Scheme, queries: Queries, cache: Cache, typical: f64) -> LatencyRow {
    let seed = format!("{} {} {cache} {queries}", s.0, m.name);
    let is_exact = [BASELINE, AGAIN, SLOW].contains(&s.0);
    let spread = if is_exact { 0.002 } else { 0.12 };
    let (ratio, half) = match s.0 {
        BASELINE => (1.0, 1.0),
        _ => (
            typical * (spread * noise(&seed)).exp(),
            1.0 + 0.004 * (1.5 + noise(&format!("{seed} width"))),
        ),
    };
    LatencyRow {
        scheme: s.0.to_owned(),
        module: m.name.to_owned(),
        isa: m.isa.parse().unwrap(),
        tier: m.tier.parse().unwrap(),
        queries,
        cache,
        timed: Timed::Visit,
        ns: ratio * if cache == Cache::Hot { 80.0 } else { 420.0 },
        ratio,
        ratio_lo: Some(ratio / half),
        ratio_hi: Some(ratio * half),
        verdict: verdict(ratio / half, ratio * half),
        collector: m.collector.parse().unwrap(),
        band: Some(1.02),
        processes: 3 * RUNS,
        blocks: 9 * RUNS,
        runs: RUNS,
        machines: 1,
    }
}

fn verdict(lo: f64, hi: f64) -> Verdict {
    match (lo, hi) {
        (_, hi) if hi < 0.98 => Verdict::Faster,
        (lo, _) if lo > 1.02 => Verdict::Slower,
        (lo, hi) if lo > 0.98 && hi < 1.02 => Verdict::Same,
        _ => Verdict::Inconclusive,
    }
}

/// Rows of all strata. Intervals are made up from those of the modules; only
/// the statistics know how to make real ones.
pub fn pooled(latencies: &[LatencyRow], maps: impl Fn(&ModuleKey) -> u64) -> Vec<PooledRow> {
    let mut pools: BTreeMap<_, Vec<&LatencyRow>> = BTreeMap::new();
    for row in latencies {
        for stratum in [Stratum::All, Stratum::of_maps(maps(&row.key()))] {
            let key = (row.tier, row.isa, row.collector, row.scenario(), stratum);
            pools.entry((key, &row.scheme)).or_default().push(row);
        }
    }
    let pools = pools.into_iter();
    let pools = pools.map(|(((.., stratum), _), rows)| pool(stratum, &rows));
    pools.collect()
}

fn pool(stratum: Stratum, rows: &[&LatencyRow]) -> PooledRow {
    let ends = |end: fn(&LatencyRow) -> Option<f64>| -> Option<f64> {
        let ends: Option<Vec<f64>> = rows.iter().map(|row| end(row)).collect();
        geometric_mean(ends?)
    };
    let ratio = geometric_mean(rows.iter().map(|row| row.ratio)).unwrap();
    let here = (ends(|row| row.ratio_lo), ends(|row| row.ratio_hi));
    let is_exact = [BASELINE, AGAIN, SLOW].contains(&rows[0].scheme.as_str());
    let wider = if is_exact { 1.0 } else { LIKE_THESE };
    let (lo, hi) = (
        here.0.map(|lo| ratio * (lo / ratio).powf(wider)),
        here.1.map(|hi| ratio * (hi / ratio).powf(wider)),
    );
    PooledRow {
        scheme: rows[0].scheme.clone(),
        tier: rows[0].tier,
        isas: rows[0].isa.to_string(),
        collector: rows[0].collector,
        queries: rows[0].queries,
        cache: rows[0].cache,
        timed: rows[0].timed,
        n_modules: rows.len(),
        ratio,
        ratio_lo: lo,
        ratio_hi: hi,
        verdict: lo
            .zip(hi)
            .map_or(Verdict::Inconclusive, |(lo, hi)| verdict(lo, hi)),
        p_holm: 0.01,
        here_lo: here.0,
        here_hi: here.1,
        band: Some(1.02),
        processes: rows[0].processes,
        cells_faster: 0,
        cells_slower: 0,
        cells_same: 0,
        stratum,
        runs: rows[0].runs,
        machines: 1,
        toolchains: rows.len(),
    }
}

fn left_out(pooled: &[PooledRow]) -> Vec<LeftOutRow> {
    let rows = pooled.iter().filter(|row| row.stratum == Stratum::All);
    let of_row = |row: &PooledRow| {
        let row = row.clone();
        (0..RUNS).map(move |run| LeftOutRow {
            scheme: row.scheme.clone(),
            tier: row.tier,
            isas: row.isas.clone(),
            collector: row.collector,
            queries: row.queries,
            cache: row.cache,
            timed: row.timed,
            stratum: row.stratum,
            run: run.to_string(),
            lo: 0.9 * row.ratio,
            hi: 1.1 * row.ratio,
            ratio: row.ratio * if run == 0 { 1.2 } else { 1.0 },
            inside: run > 0,
        })
    };
    rows.flat_map(of_row).collect()
}

fn runs() -> Vec<RunRow> {
    let run = |run: usize| RunRow {
        run: run.to_string(),
        seed: 42 + run as u64,
        machine: "A CPU @ 2.00 GHz".to_owned(),
        began: format!("2026-01-01T{run:02}:00:00Z"),
        ended: format!("2026-01-01T{run:02}:10:00Z"),
    };
    (0..RUNS).map(run).collect()
}

fn samples(m: &Module) -> Vec<SampleRow> {
    let sample = |process| SampleRow {
        run: "1".to_owned(),
        process,
        block: 0,
        position: 0,
        scheme: BASELINE.to_owned(),
        module: m.name.to_owned(),
        isa: m.isa.parse().unwrap(),
        collector: m.collector.parse().unwrap(),
        tier: m.tier.parse().unwrap(),
        queries: Queries::Uniform,
        cache: Cache::Hot,
        timed: Timed::Visit,
        lookups: 1000,
        ns: 80_000,
        chain: Chain::Independent,
        copies: 1,
        faults: None,
    };
    (0..3).map(sample).collect()
}
