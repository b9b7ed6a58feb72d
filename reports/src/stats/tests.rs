//! From a folder to verdicts and back, on small runs with known answers.

use super::compare::{Thresholds, compare, parse_percent};
use super::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::fs;
use tempfile::TempDir;

/// A run whose schemes take 1 + `slowed` of the baseline's time, give or take
/// one per cent per process.
struct Run {
    processes: u32,
    modules: Vec<(&'static str, &'static str, &'static str)>,
    schemes: Vec<(&'static str, f64)>,
    machine: f64,
}

impl Run {
    fn new() -> Run {
        Run {
            processes: 12,
            modules: vec![
                ("m0", "x86_64", "wild"),
                ("m1", "x86_64", "wild"),
                ("m2", "x86_64", "wild"),
            ],
            schemes: vec![
                (BASELINE, 0.0),
                (AGAIN, 0.0),
                (SLOW, 0.05),
                ("tight", -0.2),
                ("loose", 0.3),
            ],
            machine: 1.0,
        }
    }

    fn samples(&self) -> Vec<Sample> {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut samples = Vec::new();
        for process in 0..self.processes {
            for (module, isa, tier) in &self.modules {
                let mut jitter = || 1.0 + 0.02 * (f64::from(rng.next_u32()) / 2f64.powi(32) - 0.5);
                let placed: Vec<f64> = self.schemes.iter().map(|_| jitter()).collect();
                for block in 0..3 {
                    for position in 0..2 * self.schemes.len() {
                        let k = position.min(2 * self.schemes.len() - 1 - position);
                        let (scheme, slowed) = self.schemes[k];
                        samples.push(Sample {
                            run: "r".into(),
                            process,
                            block,
                            position: position as u32,
                            scheme: scheme.into(),
                            module: (*module).into(),
                            isa: (*isa).into(),
                            collector: "copying".into(),
                            tier: (*tier).into(),
                            queries: "mix".into(),
                            cache: "hot".into(),
                            timed: "visit".into(),
                            lookups: 100,
                            ns: 5000.0 * self.machine * (1.0 + slowed) * placed[k] * jitter(),
                        });
                    }
                }
            }
        }
        samples
    }

    fn folder(&self) -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        table::write(&dir.path().join("samples.csv"), &self.samples()).unwrap();
        summarize_folder(dir.path(), 1).unwrap();
        dir
    }

    fn summary(&self) -> Summary {
        summary(self.samples()).unwrap()
    }
}

fn summary(samples: Vec<Sample>) -> Result<Summary, StatsError> {
    let mut all = Samples::default();
    for sample in samples {
        all.push(sample)?;
    }
    summarize(&all, 1)
}

fn pooled<'a>(summary: &'a Summary, scheme: &str) -> &'a PooledRow {
    summary.pooled.iter().find(|r| r.scheme == scheme).unwrap()
}

#[test]
fn verdicts_follow_the_truth() {
    let summary = Run::new().summary();
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
    let single = Run {
        processes: 1,
        ..Run::new()
    }
    .summary();
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
    let uncontrolled = run.summary();
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
    let biased = controls_verdict(&run.summary().pooled);
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
    assert!(!controls_verdict(&run.summary().pooled).slow.holds());
}

#[test]
fn tiers_stay_apart_and_a_module_counts_once() {
    let mut run = Run::new();
    run.modules = vec![
        ("m0", "x86_64", "wild"),
        ("m0", "aarch64", "wild"),
        ("m1", "x86_64", "wild"),
        ("p0", "x86_64", "program"),
    ];
    let rows = run.summary().pooled;
    let n = |tier: &str, isas: &str| {
        let found = rows.iter().find(|r| {
            (r.scheme.as_str(), r.tier.as_str(), r.isas.as_str()) == ("tight", tier, isas)
        });
        found.map(|r| r.n_modules)
    };
    assert_eq!(n("wild", "x86_64"), Some(2));
    assert_eq!(n("wild", "aarch64"), Some(1));
    assert_eq!(n("wild", "aarch64+x86_64"), Some(2));
    assert_eq!(n("program", "x86_64"), Some(1));
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
    samples[0].ns = 0.0;
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

    let header =
        "run,process,block,position,scheme,module,isa,collector,tier,queries,cache,timed,lookups";
    let row = "r,0,0,0,exact,m,x86_64,copying,wild,walk,hot,visit,100";
    fs::write(&path, format!("{header}\n{row}\n")).unwrap();
    assert!(
        error().ends_with("samples.csv: column `ns` is missing"),
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
        error().contains("line 2 has 13 columns instead of 14"),
        "{}",
        error()
    );
    fs::write(&path, format!("ns,extra,{header}\n5,x,{row}\n")).unwrap();
    assert_eq!(summarize_folder(dir.path(), 1).unwrap().latency.len(), 1);
}

#[test]
fn a_slower_scheme_is_told_from_a_slower_machine() {
    let before = Run::new().folder();
    let mut run = Run {
        machine: 2.0,
        ..Run::new()
    };
    let limit = |slower| Thresholds {
        slower: Some(slower),
        larger: None,
    };
    let violations = |run: &Run, slower| {
        let after = run.folder();
        compare(before.path(), after.path(), limit(slower))
            .unwrap()
            .violations(limit(slower))
    };
    assert_eq!(violations(&run, 0.0), Vec::<String>::new());
    run.schemes[3].1 = -0.1;
    let found = violations(&run, 0.03);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("slower: tight, 3 modules, wild/x86_64/copying, mix, hot, visit: ")
    );
    assert_eq!(violations(&run, 0.2), Vec::<String>::new());

    run.processes = 2;
    let few = run.folder();
    let comparison = compare(before.path(), few.path(), limit(0.11)).unwrap();
    assert_eq!(comparison.violations(limit(0.11)), Vec::<String>::new());
    assert_eq!(
        comparison.doubtful(limit(0.11)).len(),
        1,
        "{:?}",
        comparison.pooled
    );

    run.modules.pop();
    let other = run.folder();
    let comparison = compare(before.path(), other.path(), limit(0.0)).unwrap();
    assert!(comparison.pooled.is_empty() && comparison.cells.len() == 4);
    assert!(
        comparison.notes[0].contains("not the same modules"),
        "{:?}",
        comparison.notes
    );
}

#[test]
fn larger_sections_are_found_where_the_module_is_the_same() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let limit = |larger| Thresholds {
        slower: None,
        larger: Some(larger),
    };
    let run = |dir: &TempDir, rows: &[&str]| {
        let header = "scheme,module,isa,collector,bytes,baseline_bytes";
        fs::write(
            dir.path().join("size.csv"),
            format!("{header}\n{}\n", rows.join("\n")),
        )
        .unwrap();
    };
    run(
        &a,
        &["tight,m0,x86_64,drc,100,200", "tight,m1,x86_64,drc,100,200"],
    );
    run(
        &b,
        &["tight,m0,x86_64,drc,101,200", "tight,m1,x86_64,drc,500,201"],
    );
    fs::write(
        a.path().join("provenance.json"),
        r#"{"cpu": "A", "seed": 1}"#,
    )
    .unwrap();
    fs::write(
        b.path().join("provenance.json"),
        r#"{"cpu": "B", "seed": 1}"#,
    )
    .unwrap();
    let comparison = compare(a.path(), b.path(), limit(0.0)).unwrap();
    let found = comparison.violations(limit(0.0));
    assert_eq!(
        found,
        ["larger: tight, m0/x86_64/drc: 100 -> 101 bytes (+1.00 %)"]
    );
    assert_eq!(comparison.violations(limit(0.01)), Vec::<String>::new());
    assert!(
        comparison.notes[0].starts_with("m1/x86_64/drc: `exact` differs"),
        "{:?}",
        comparison.notes
    );
    assert_eq!(comparison.notes[1], r#"cpu: "A" and "B""#);

    run(&b, &["tight,m9,x86_64,drc,101,200"]);
    let error = compare(a.path(), b.path(), limit(0.0))
        .unwrap_err()
        .to_string();
    assert!(error.contains("have no cell in common"), "{error}");
    let both = Thresholds {
        slower: Some(0.0),
        ..limit(0.0)
    };
    let error = compare(a.path(), b.path(), both).unwrap_err().to_string();
    assert!(error.contains("latency.csv: "), "{error}");
}

#[test]
fn percentages() {
    assert_eq!(parse_percent("3%").unwrap(), 0.03);
    assert_eq!(parse_percent(" 0.5 % ").unwrap(), 0.005);
    for bad in ["", "three", "-1%", "nan", "inf%"] {
        assert!(parse_percent(bad).is_err(), "{bad}");
    }
}
