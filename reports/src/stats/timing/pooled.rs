//! One row per scheme over all modules of a tier: `pooled.csv`; and what the
//! runs behind the headline's rows say of one another: `left-out.csv`.

use super::at_large::at_large;
use super::cell::{Cell, Unit};
use super::context::Context;
use super::estimate::{ALPHA, Estimate, WeightedMean};
use super::left_out::left_out;
use super::pool::{Pool, PoolKey, pools};
use super::verdict::{Band, Finding, holm};
use crate::results::{
    AGAIN, BASELINE, EMPTY_LOOKUP, LatencyRow, LeftOutRow, PooledRow, Queries, Stratum, Timed,
    Verdict, is_timing_control,
};
use crate::stats::arithmetic::round;
use std::collections::{BTreeMap, BTreeSet};

/// What a pool is known to be worth.
struct PoolEstimate {
    /// For these modules and no others.
    here: Option<Estimate>,
    /// For modules like these.
    large: Option<Estimate>,
    log: f64,
    modules: usize,
    toolchains: usize,
    /// By run, the log-ratio over all modules, where it measured all.
    runs: Vec<(u32, f64)>,
}

/// Rows in order of key and scheme. `latency` belongs to `cells` one by one,
/// `runs` are the names of the runs.
pub(super) fn rows(
    cells: &[Cell],
    latency: &[LatencyRow],
    runs: &[String],
    context: &Context,
) -> (Vec<PooledRow>, Vec<LeftOutRow>) {
    let pools = pools(cells, latency, context);
    let estimates: Vec<PoolEstimate> = pools.iter().map(|pool| pool.estimate(context)).collect();

    let mut bands = BTreeMap::new();
    for (pool, estimate) in pools.iter().zip(&estimates) {
        if let (AGAIN, Some(here)) = (pool.scheme, estimate.here) {
            bands.insert(&pool.key, Band::from_again(here.extent()));
        }
    }
    let band = |pool: &Pool| match pool.scheme {
        AGAIN => Some(Band::for_again()),
        _ => bands.get(&pool.key).copied(),
    };
    let findings = pools.iter().zip(&estimates);
    let findings: Vec<Finding> = findings
        .map(|(pool, estimate)| Finding::new(estimate.large, band(pool)))
        .collect();
    let adjusted = adjust(&pools, &findings);

    let (mut pooled, mut left_out) = (Vec::new(), Vec::new());
    let found = findings.iter().zip(adjusted);
    for ((pool, estimate), (finding, p)) in pools.iter().zip(&estimates).zip(found) {
        let row = pool.row(estimate, band(pool), finding.verdict(p), p);
        if is_headline(&row) && ![BASELINE, EMPTY_LOOKUP].contains(&pool.scheme) {
            left_out.extend(left_out_rows(&row, &estimate.runs, runs));
        }
        pooled.push(row);
    }
    (pooled, left_out)
}

/// Whether claims rest on a row: modules of all sizes, the whole of what
/// Wasmtime does per frame, PCs as a collector asks for them or, where nobody
/// knows which, all alike.
pub fn is_headline(row: &PooledRow) -> bool {
    row.stratum == Stratum::All
        && row.timed == Timed::Visit
        && matches!(row.queries, Queries::Walk | Queries::Uniform)
}

/// Error probabilities of a difference, corrected within each family.
/// Controls belong to none.
fn adjust(pools: &[Pool], findings: &[Finding]) -> Vec<f64> {
    let mut adjusted: Vec<f64> = findings.iter().map(|f| f.p).collect();
    let mut families = BTreeMap::<_, Vec<usize>>::new();
    for (i, pool) in pools.iter().enumerate() {
        if !is_timing_control(pool.scheme) {
            families.entry(pool.key.family()).or_default().push(i);
        }
    }
    for family in families.values() {
        let ps: Vec<f64> = family.iter().map(|&i| findings[i].p).collect();
        for (&i, p) in family.iter().zip(holm(&ps)) {
            adjusted[i] = p;
        }
    }
    adjusted
}

impl Pool<'_> {
    fn estimate(&self, context: &Context) -> PoolEstimate {
        let module = |cell: &Cell| cell.setting.module.module.clone();
        let toolchain = |cell: &Cell| context.toolchain(&cell.setting.module).to_owned();
        let (modules, module_of) = self.numbered(module);
        let (toolchains, toolchain_of) = self.numbered(toolchain);
        let weight = |module: usize| {
            let isas = module_of.iter().filter(|m| **m == module).count();
            1.0 / (isas * modules) as f64
        };
        let mean = |unit: Unit| {
            let members = self.cells.iter().zip(&module_of);
            let members = members.map(|((cell, _), m)| unit.weighing(cell, weight(*m)));
            WeightedMean::new(members.collect())
        };
        let means = mean(Unit::of(self.cells.iter().map(|(cell, _)| *cell)));
        let here = means.estimate();
        // A control is the same code everywhere: modules have nothing to add.
        // Modules of one toolchain are like others of that toolchain.
        let others = match (is_timing_control(self.scheme), toolchains) {
            (true, _) => None,
            (false, 1) => at_large(&means, &module_of, modules),
            (false, _) => at_large(&means, &toolchain_of, toolchains),
        };
        // Nobody knows more about modules at large than about those at hand.
        let half_width = |e: &Estimate| e.interval(ALPHA).1 - e.log;
        let large = here
            .into_iter()
            .chain(others)
            .max_by(|a, b| half_width(a).total_cmp(&half_width(b)));
        PoolEstimate {
            here,
            large,
            log: means.log,
            modules,
            toolchains,
            runs: mean(Unit::Run).by_unit(),
        }
    }

    /// How many different names the cells have, and each cell's number.
    fn numbered(&self, name: impl Fn(&Cell) -> String) -> (usize, Vec<usize>) {
        let names: Vec<String> = self.cells.iter().map(|(cell, _)| name(cell)).collect();
        let different: BTreeSet<&String> = names.iter().collect();
        let place = |name| different.iter().position(|other| *other == name);
        let places = names.iter().map(|name| place(name).unwrap_or(0));
        (different.len(), places.collect())
    }

    fn row(
        &self,
        estimate: &PoolEstimate,
        band: Option<Band>,
        verdict: Verdict,
        p_holm: f64,
    ) -> PooledRow {
        let PoolKey {
            tier,
            isas,
            collector,
            queries,
            timed,
            cache,
            stratum,
        } = self.key.clone();
        let is_baseline = self.scheme == BASELINE;
        let (ratio_lo, ratio_hi) = ends(estimate.large);
        let (here_lo, here_hi) = ends(estimate.here);
        let cells = || self.cells.iter().map(|(cell, _)| *cell);
        let fewest = |of: fn(&Cell) -> usize| cells().map(of).min().unwrap_or(0);
        let count = |verdict| {
            let rows = self.cells.iter().map(|(_, row)| row);
            rows.filter(|row| row.verdict == verdict).count()
        };
        PooledRow {
            scheme: self.scheme.to_owned(),
            tier,
            isas,
            collector,
            queries,
            cache,
            timed,
            n_modules: estimate.modules,
            ratio: round(estimate.log.exp(), 6),
            ratio_lo,
            ratio_hi,
            verdict: if is_baseline { Verdict::Same } else { verdict },
            p_holm: if is_baseline { 1.0 } else { round(p_holm, 6) },
            here_lo,
            here_hi,
            band: band.map(|b| round(b.differs.exp(), 6)),
            processes: fewest(Cell::processes),
            cells_faster: count(Verdict::Faster),
            cells_slower: count(Verdict::Slower),
            cells_same: count(Verdict::Same),
            stratum,
            runs: fewest(|cell| cell.runs.len()),
            machines: cells()
                .flat_map(Cell::machines)
                .collect::<BTreeSet<_>>()
                .len(),
            toolchains: estimate.toolchains,
        }
    }
}

/// Lower and upper end of the 95 % interval, as ratios.
fn ends(estimate: Option<Estimate>) -> (Option<f64>, Option<f64>) {
    let ends = estimate.map(|e| e.interval(ALPHA));
    let end = |log: f64| round(log.exp(), 6);
    (ends.map(|e| end(e.0)), ends.map(|e| end(e.1)))
}

/// What the runs behind a pooled row say of one another.
fn left_out_rows<'r>(
    row: &'r PooledRow,
    logs: &[(u32, f64)],
    names: &'r [String],
) -> impl Iterator<Item = LeftOutRow> + use<'r> {
    left_out(logs).into_iter().map(|found| LeftOutRow {
        scheme: row.scheme.clone(),
        tier: row.tier,
        isas: row.isas.clone(),
        collector: row.collector,
        queries: row.queries,
        cache: row.cache,
        timed: row.timed,
        stratum: row.stratum,
        run: names[found.run as usize].clone(),
        lo: found.lo,
        hi: found.hi,
        ratio: found.ratio,
        inside: found.inside(),
    })
}
