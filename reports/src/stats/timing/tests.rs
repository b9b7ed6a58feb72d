//! From samples to verdicts, on small runs with known answers.

use super::*;
use crate::results::{
    AGAIN, BASELINE, Collector, EMPTY_LOOKUP, Isa, ModuleRow, RunRow, Stratum, Tier, Verdict,
};
use crate::stats::made_up::Runs;
use std::fs;

fn summary(samples: Vec<SampleRow>) -> Result<Summary, StatsError> {
    let mut all = Samples::default();
    for sample in samples {
        all.push(sample)?;
    }
    summarize(&all, &Context::default())
}

fn summary_of(run: &Runs) -> Summary {
    summary(run.samples()).unwrap()
}

fn pooled<'a>(summary: &'a Summary, scheme: &str) -> &'a PooledRow {
    summary.pooled.iter().find(|r| r.scheme == scheme).unwrap()
}

#[test]
fn verdicts_follow_the_truth() {
    let summary = summary_of(&Runs::new());
    let verdict = |scheme| pooled(&summary, scheme).verdict;
    assert_eq!(verdict("tight"), Verdict::Faster);
    assert_eq!(verdict("loose"), Verdict::Slower);
    assert_eq!(verdict(AGAIN), Verdict::Same);
    assert!(Controls::of(&summary.pooled).hold());
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
            .all(|r| (r.processes, r.blocks, r.runs, r.machines) == (12, 36, 6, 1))
    );
    let tight = pooled(&summary, "tight");
    assert_eq!((tight.runs, tight.machines, tight.toolchains), (6, 1, 3));
}

#[test]
fn neither_row_order_nor_other_schemes_matter() {
    let samples = Runs::new().samples();
    let expected = summary(samples.clone()).unwrap();
    let mut shuffled = samples.clone();
    shuffled.sort_by_key(|s| u64::from(s.position) * 7919 % 13 + u64::from(s.process) * 31 % 7);
    assert_eq!(summary(shuffled).unwrap(), expected);

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
    let single = summary_of(&Runs {
        runs: 1,
        processes: 12,
        ..Runs::new()
    });
    assert!(single.left_out.is_empty());
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
    let controls = Controls::of(&single.pooled);
    assert!(!controls.hold() && controls.missing.is_empty());
    assert!(
        controls
            .to_string()
            .starts_with("One run gives no interval")
    );
    assert_eq!(controls.failures().len(), 2);

    let mut run = Runs::new();
    run.schemes.retain(|(scheme, _)| *scheme != AGAIN);
    let uncontrolled = summary_of(&run);
    assert_eq!(
        pooled(&uncontrolled, "loose").verdict,
        Verdict::Inconclusive
    );
    let controls = Controls::of(&uncontrolled.pooled);
    assert_eq!(
        controls.missing,
        [(
            "exact-again",
            "wild, x86_64, copying, uniform queries, hot cache".to_owned()
        )]
    );
    let none = Controls::of(&[]);
    assert!(!none.hold() && none.to_string().starts_with("No control was timed"));
}

#[test]
fn controls_can_fail() {
    let mut run = Runs::new();
    run.schemes[1].1 = 0.06;
    let biased = Controls::of(&summary_of(&run).pooled);
    let failures = biased.failures();
    assert!(
        failures[0].starts_with(
            "`exact-again` (wild, x86_64, copying, uniform queries, hot cache) is slower instead of same: 1.0"
        ),
        "{failures:?}"
    );
    assert_eq!(
        failures.len(),
        2,
        "5 % is not seen where identical code differs by 6 %"
    );
    let said = biased.to_string();
    assert!(
        said.starts_with("Controls of lookup timings failed in 2 of 2 checks"),
        "{said}"
    );
    run.schemes[1].1 = 0.0;
    run.schemes[2].1 = 0.0;
    let unseen = Controls::of(&summary_of(&run).pooled);
    assert_eq!(unseen.failures().len(), 1);
    assert!(!unseen.hold());
}

#[test]
fn the_control_that_looks_nothing_up_belongs_to_no_family() {
    let mut run = Runs::new();
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
    let mut run = Runs::new();
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
    let mut samples = Runs::new().samples();
    let is_lost = |s: &SampleRow| {
        (s.run.as_str(), s.process, s.block) == ("r3", 1, 2)
            && s.scheme == "tight"
            && s.position > 4
    };
    samples.retain(|s| !is_lost(s));
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

/// What `modules.csv` says of a module.
fn module(name: &str, maps: u64, toolchain: &str) -> ModuleRow {
    ModuleRow {
        module: name.to_owned(),
        isa: Isa::X86_64,
        collector: Collector::Copying,
        tier: Tier::Wild,
        text_bytes: 1,
        cwasm_bytes: None,
        section_bytes: None,
        functions: 1,
        maps,
        empties: 0,
        recorded: 0,
        confirmed: 0,
        call_sites: None,
        disassembled: None,
        agreed: None,
        unmatched_functions: 0,
        provenance: String::new(),
        toolchain: toolchain.to_owned(),
    }
}

/// What `runs.csv` says of a run.
fn run(name: &str, machine: &str) -> RunRow {
    RunRow {
        run: name.to_owned(),
        seed: 1,
        machine: machine.to_owned(),
        began: String::new(),
        ended: String::new(),
    }
}

fn summary_in(context: &Context) -> Result<Summary, StatsError> {
    let mut all = Samples::default();
    for sample in Runs::new().samples() {
        all.push(sample)?;
    }
    summarize(&all, context)
}

#[test]
fn modules_are_pooled_by_size_and_stand_for_their_toolchain() {
    let modules = [
        module("m0", 10, "kotlin"),
        module("m1", 5_000, "kotlin"),
        module("m2", 6_000, "dart"),
    ];
    let summary = summary_in(&Context::of(None, &modules)).unwrap();
    let tight = summary.pooled.iter().filter(|r| r.scheme == "tight");
    let counts = tight.map(|r| (r.stratum, r.n_modules, r.toolchains));
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [
            (Stratum::All, 3, 2),
            (Stratum::Small, 1, 1),
            (Stratum::Medium, 2, 2)
        ]
    );
    let controls = Controls::of(&summary.pooled);
    assert_eq!(controls.cells.len(), 2, "strata are not checked again");
}

#[test]
fn with_enough_machines_each_counts_once() {
    let runs = |machines: [&str; 6]| {
        let names = ["r0", "r1", "r2", "r3", "r4", "r5"];
        let rows = names.iter().zip(machines);
        let rows = rows.map(|(name, machine)| run(name, machine));
        rows.collect::<Vec<_>>()
    };
    let on = |machines| {
        let summary = summary_in(&Context::of(Some(&runs(machines)), &[])).unwrap();
        pooled(&summary, "tight").clone()
    };
    let (one, two) = (on(["a"; 6]), on(["a", "a", "a", "b", "b", "b"]));
    assert_eq!((one.machines, two.machines), (1, 2));
    assert_eq!((one.here_lo, one.here_hi), (two.here_lo, two.here_hi));
    let three = on(["a", "a", "b", "b", "c", "c"]);
    assert_eq!((three.machines, three.runs), (3, 6));
    assert_ne!(three.here_lo, two.here_lo);

    let lacking = Context::of(Some(&runs(["a"; 6])[..5]), &[]);
    let error = summary_in(&lacking).unwrap_err().to_string();
    assert!(
        error.starts_with("runs.csv: no row for the run `r5`"),
        "{error}"
    );
}

#[test]
fn every_run_is_left_out_once() {
    let summary = summary_of(&Runs::new());
    // Four schemes and controls besides the baseline.
    assert_eq!(summary.left_out.len(), 4 * 6);
    let text = left_out_text(&summary.left_out).unwrap();
    assert!(text.contains(" of 12 cases "), "{text}");
    assert_eq!(left_out_text(&[]), None);
}

#[test]
fn page_faults_are_counted_per_lookup() {
    let mut samples = Runs::new().samples();
    for sample in samples.iter_mut().filter(|s| s.module == "m1") {
        let faults = if sample.scheme == "tight" { 2 } else { 6 };
        (sample.lookups, sample.faults) = (4, Some(faults));
    }
    let rows = summary(samples).unwrap().page_faults;
    assert_eq!(rows.len(), 5);
    let of = |scheme| rows.iter().find(|row| row.scheme == scheme).unwrap();
    assert_eq!((of("tight").faults, of(BASELINE).faults), (0.5, 1.5));
    assert_eq!(of("tight").module, "m1");
}

#[test]
fn impossible_rows_are_named() {
    let mut samples = Runs::new().samples();
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
    let error = || summarize_folder(dir.path()).unwrap_err().to_string();
    assert!(error().contains("samples.csv: "), "{}", error());

    let header = "run,process,block,position,scheme,module,isa,collector,tier,queries,cache,timed,chain,copies,faults,lookups";
    let row = "r,0,0,0,exact,m,x86_64,copying,wild,walk,hot,visit,independent,1,,100";
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
        error().contains("line 2 has 16 columns instead of 17"),
        "{}",
        error()
    );
    fs::write(&path, format!("ns,extra,{header}\n5,x,{row}\n")).unwrap();
    assert_eq!(summarize_folder(dir.path()).unwrap().latency.len(), 1);
}
