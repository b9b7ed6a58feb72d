//! From samples to verdicts, on small runs with known answers.

use super::*;
use crate::results::{AGAIN, BASELINE, EMPTY_LOOKUP, Isa, Tier, Verdict};
use crate::stats::made_up::Run;
use std::fs;

fn summary(samples: Vec<SampleRow>) -> Result<Summary, StatsError> {
    let mut all = Samples::default();
    for sample in samples {
        all.push(sample)?;
    }
    summarize(&all, 1)
}

fn summary_of(run: &Run) -> Summary {
    summary(run.samples()).unwrap()
}

fn pooled<'a>(summary: &'a Summary, scheme: &str) -> &'a PooledRow {
    summary.pooled.iter().find(|r| r.scheme == scheme).unwrap()
}

#[test]
fn verdicts_follow_the_truth() {
    let summary = summary_of(&Run::new());
    let verdict = |scheme| pooled(&summary, scheme).verdict;
    assert_eq!(verdict("tight"), Verdict::Faster);
    assert_eq!(verdict("loose"), Verdict::Slower);
    assert_eq!(verdict(AGAIN), Verdict::Same);
    assert!(controls_verdict(&summary.pooled).hold());
    assert!((pooled(&summary, "tight").ratio - 0.8).abs() < 0.01);
    assert_eq!(pooled(&summary, "tight").cells_faster, 3);
    for row in summary.latency.iter().filter(|r| r.scheme == BASELINE) {
        assert_eq!(
            (row.ratio, row.ratio_lo, row.ratio_hi),
            (1.0, Some(1.0), Some(1.0))
        );
        assert_eq!(row.verdict, Verdict::Same);
        assert!((row.ns - 50.0).abs() < 1.0, "{}", row.ns);
    }
    assert_eq!(summary.latency.len(), 15);
    assert!(
        summary
            .latency
            .iter()
            .all(|r| (r.processes, r.blocks) == (12, 36))
    );
}

#[test]
fn neither_row_order_nor_threads_nor_other_schemes_matter() {
    let samples = Run::new().samples();
    let expected = summary(samples.clone()).unwrap();
    let mut shuffled = samples.clone();
    shuffled.sort_by_key(|s| u64::from(s.position) * 7919 % 13 + u64::from(s.process) * 31 % 7);
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    assert_eq!(one.install(|| summary(shuffled)).unwrap(), expected);

    let fewer = samples
        .into_iter()
        .filter(|s| s.scheme != "loose")
        .collect();
    let kept: Vec<_> = expected
        .latency
        .into_iter()
        .filter(|r| r.scheme != "loose")
        .collect();
    assert_eq!(summary(fewer).unwrap().latency, kept);
}

#[test]
fn little_data_claims_nothing() {
    let single = summary_of(&Run {
        processes: 1,
        ..Run::new()
    });
    for row in single.latency.iter().filter(|r| r.scheme != BASELINE) {
        assert_eq!(
            (row.ratio_lo, row.ratio_hi, row.verdict),
            (None, None, Verdict::Inconclusive)
        );
    }
    assert!(
        single
            .pooled
            .iter()
            .all(|r| r.scheme == BASELINE || r.verdict == Verdict::Inconclusive)
    );
    assert!(!controls_verdict(&single.pooled).hold());

    let mut run = Run::new();
    run.schemes.retain(|(scheme, _)| *scheme != AGAIN);
    let uncontrolled = summary_of(&run);
    assert_eq!(
        pooled(&uncontrolled, "loose").verdict,
        Verdict::Inconclusive
    );
    let controls = controls_verdict(&uncontrolled.pooled);
    assert!(!controls.again.holds() && controls.again.rows == 0);
}

#[test]
fn controls_can_fail() {
    let mut run = Run::new();
    run.schemes[1].1 = 0.06;
    let biased = controls_verdict(&summary_of(&run).pooled);
    assert!(
        biased.again.failures[0].contains("is slower instead of same"),
        "{biased:?}"
    );
    assert!(
        !biased.slow.holds(),
        "5 % is not seen where identical code differs by 6 %"
    );
    run.schemes[1].1 = 0.0;
    run.schemes[2].1 = 0.0;
    assert!(!controls_verdict(&summary_of(&run).pooled).slow.holds());
}

#[test]
fn the_control_that_looks_nothing_up_belongs_to_no_family() {
    let mut run = Run::new();
    run.schemes.push((EMPTY_LOOKUP, -0.9));
    let samples = run.samples();
    let schemes = samples.iter().filter(|s| s.scheme != EMPTY_LOOKUP);
    let without = summary(schemes.cloned().collect()).unwrap().pooled;
    let mut with = summary(samples).unwrap().pooled;
    with.retain(|row| row.scheme != EMPTY_LOOKUP);
    assert_eq!(with, without);
}

#[test]
fn tiers_stay_apart_and_a_module_counts_once() {
    let mut run = Run::new();
    run.modules = vec![
        ("m0", Isa::X86_64, Tier::Wild),
        ("m0", Isa::Aarch64, Tier::Wild),
        ("m1", Isa::X86_64, Tier::Wild),
        ("p0", Isa::X86_64, Tier::Program),
    ];
    let rows = summary_of(&run).pooled;
    let n = |tier: Tier, isas: &str| {
        let found = rows
            .iter()
            .find(|r| (r.scheme.as_str(), r.tier, r.isas.as_str()) == ("tight", tier, isas));
        found.map(|r| r.n_modules)
    };
    assert_eq!(n(Tier::Wild, "x86_64"), Some(2));
    assert_eq!(n(Tier::Wild, "aarch64"), Some(1));
    assert_eq!(n(Tier::Wild, "aarch64+x86_64"), Some(2));
    assert_eq!(n(Tier::Program, "x86_64"), Some(1));
    assert_eq!(rows.iter().filter(|r| r.scheme == "tight").count(), 4);
}

#[test]
fn interrupted_blocks_are_left_out_and_counted() {
    let mut samples = Run::new().samples();
    samples.retain(|s| !(s.scheme == "tight" && s.process == 3 && s.block == 2 && s.position > 4));
    let summary = summary(samples).unwrap();
    assert_eq!(summary.unpaired_blocks, 3);
    let blocks: usize = summary
        .latency
        .iter()
        .filter(|r| r.scheme == "tight")
        .map(|r| r.blocks)
        .sum();
    assert_eq!(blocks, 3 * 36 - 3);
}

#[test]
fn impossible_rows_are_named() {
    let mut samples = Run::new().samples();
    samples.push(samples[7].clone());
    let error = summary(samples.clone()).unwrap_err().to_string();
    assert!(error.contains("position 7 is there twice"), "{error}");
    samples.pop();
    samples[0].ns = 0;
    let error = summary(samples).unwrap_err().to_string();
    assert!(
        error.starts_with("exact on m0/x86_64/copying, process 0, block 0: 0 ns"),
        "{error}"
    );
}

#[test]
fn broken_files_name_file_and_column() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("samples.csv");
    let error = || summarize_folder(dir.path(), 1).unwrap_err().to_string();
    assert!(error().contains("samples.csv: "), "{}", error());

    let header = "run,process,block,position,scheme,module,isa,collector,tier,queries,cache,timed,chain,copies,lookups";
    let row = "r,0,0,0,exact,m,x86_64,copying,wild,walk,hot,visit,independent,1,100";
    fs::write(&path, format!("{header}\n{row}\n")).unwrap();
    assert!(
        error().contains("samples.csv: column `ns` is missing"),
        "{}",
        error()
    );
    fs::write(&path, format!("{header},ns\n{row},soon\n")).unwrap();
    assert!(
        error().contains("samples.csv: line 2, column `ns`: "),
        "{}",
        error()
    );
    fs::write(&path, format!("{header},ns\n{row}\n")).unwrap();
    assert!(
        error().contains("line 2 has 15 columns instead of 16"),
        "{}",
        error()
    );
    fs::write(&path, format!("ns,extra,{header}\n5,x,{row}\n")).unwrap();
    assert_eq!(summarize_folder(dir.path(), 1).unwrap().latency.len(), 1);
}
