//! The decision follows from the data and the weights, and bad folders are
//! refused in one clear line.

mod folder;

use folder::timings::pooled;
use folder::{LARGE, SMALL, write};
use stackmap_reports::results::{Cache, LatencyRow, Queries, read_rows, write_rows};
use stackmap_reports::stats::{Candidate, Decision, Fate, Outcome, decide};
use stackmap_reports::{Weights, load, write_report};
use std::fs;
use std::path::Path;

const SCHEMES: &str = "name,exact,records_empties,tri_state,control,reader_lines,writer_lines,compiler_lines,reader_branches,writer_branches,reader_nesting,writer_nesting,fields\n";

type Row<'a> = (&'a str, &'a str, [u64; 2], [f64; 2], f64);

/// Schemes on two modules: name, flags, bytes out of 1000, hot ratio and half
/// the width of its interval; without a width there is no interval.
fn tiny(dir: &Path, schemes: &[Row<'_>]) {
    write(dir, SMALL);
    let mut list = format!("{SCHEMES}exact,true,false,false,false,50,60,0,9,9,3,3,5\n");
    let text = fs::read_to_string(dir.join("size.csv")).unwrap();
    let mut size = format!("{}\n", text.lines().next().unwrap());
    let like: Vec<LatencyRow> = read_rows(&dir.join("latency.csv")).unwrap();
    let mut latencies = Vec::new();
    let exact = [("exact", "", [1000, 1000], [1.0, 1.0], 0.0)];
    for (name, flags, bytes, hot, half) in exact.iter().chain(schemes) {
        if !flags.is_empty() {
            list += &format!("{name},{flags},60,70,0,9,9,3,3,5\n");
        }
        for (i, module) in ["one", "two"].into_iter().enumerate() {
            let (b, ratio) = (bytes[i], hot[i]);
            size += &format!(
                "{name},{module},x86_64,wild,75,25,{b},0,{b},0,0,1000,{},0,copying,,,,9.5,0.5,3000\n",
                b as f64 / 1000.0
            );
            latencies.push(LatencyRow {
                scheme: (*name).to_owned(),
                module: module.to_owned(),
                queries: Queries::Walk,
                cache: Cache::Hot,
                ratio,
                ratio_lo: half.is_finite().then_some(ratio - half),
                ratio_hi: half.is_finite().then_some(ratio + half),
                ..like[0].clone()
            });
        }
    }
    fs::write(dir.join("schemes.csv"), list).unwrap();
    fs::write(dir.join("size.csv"), size).unwrap();
    write_rows(dir, &pooled(&latencies, |_| 75)).unwrap();
    write_rows(dir, &latencies).unwrap();
}

fn decided(schemes: &[Row<'_>], weights: &str) -> Decision {
    let dir = tempfile::tempdir().unwrap();
    tiny(dir.path(), schemes);
    decide(&load(dir.path()).unwrap(), &weights.parse().unwrap())
}

fn winner(name: &str) -> Outcome {
    Outcome::Winner(name.to_owned())
}

fn fate<'d>(decision: &'d Decision, name: &str) -> &'d Fate {
    let mut found = decision.candidates.iter();
    &found.find(|c| c.means.scheme.name == name).unwrap().fate
}

const GOOD: &str = "true,false,false,false";

#[test]
fn the_score_is_the_weighted_geometric_mean_of_the_ratios() {
    let d = decided(&[("a", GOOD, [100, 400], [2.0, 2.0], 0.0)], "bytes=3,hot=1");
    let Fate::Ranked(score) = fate(&d, "a") else {
        panic!("{:?}", fate(&d, "a"));
    };
    let by_hand = (0.2_f64.powi(3) * 2.0).powf(0.25);
    assert!((score.value - by_hand).abs() < 1e-12, "{score:?}");
}

#[test]
fn a_weight_changes_the_decision_and_its_text() {
    let schemes = [
        ("small", GOOD, [200, 200], [3.0, 3.0], 0.05),
        ("quick", GOOD, [700, 700], [0.5, 0.5], 0.05),
    ];
    let by_bytes = decided(&schemes, "bytes=0.9,hot=0.1");
    assert_eq!(by_bytes.outcome, winner("small"));
    assert_eq!(
        decided(&schemes, "bytes=0.1,hot=0.9").outcome,
        winner("quick")
    );
    let shares = &by_bytes.sensitivity.bytes_share;
    assert_eq!((shares[0].from, &shares[0].outcome), (0, &winner("quick")));
    let last = &shares[shares.len() - 1];
    assert_eq!((last.to, &last.outcome), (100, &winner("small")));

    let dir = tempfile::tempdir().unwrap();
    tiny(dir.path(), &schemes);
    let results = load(dir.path()).unwrap();
    let mut texts = Vec::new();
    for weights in ["bytes=0.9,hot=0.1", "bytes=0.1,hot=0.9"] {
        write_report(&results, dir.path(), &weights.parse().unwrap()).unwrap();
        texts.push(fs::read_to_string(dir.path().join("decision.md")).unwrap());
    }
    assert!(texts[0].contains("Upstream `small`") && texts[1].contains("Upstream `quick`"));
}

#[test]
fn constraints_come_before_scores() {
    let d = decided(
        &[
            (
                "range",
                "false,false,false,false",
                [10, 10],
                [0.5, 0.5],
                0.0,
            ),
            ("toy", "true,false,false,true", [10, 10], [0.5, 0.5], 0.0),
            ("good", GOOD, [500, 500], [0.9, 0.9], 0.01),
        ],
        "bytes=1,hot=1",
    );
    assert_eq!(d.outcome, winner("good"));
    let Fate::Excluded(broken) = fate(&d, "range") else {
        panic!("{:?}", fate(&d, "range"));
    };
    let broken: Vec<String> = broken.iter().map(ToString::to_string).collect();
    assert_eq!(broken, ["is not exact"]);
    let is_toy = |c: &Candidate| c.means.scheme.name == "toy";
    assert!(
        !d.candidates.iter().any(is_toy),
        "a control is no candidate"
    );
}

#[test]
fn a_scheme_that_records_empties_is_a_candidate() {
    let empties = ("empties", "true,true,true,false", [10, 10], [0.5, 0.5], 0.0);
    let d = decided(
        &[empties, ("good", GOOD, [500, 500], [0.9, 0.9], 0.01)],
        "bytes=1,hot=1",
    );
    assert_eq!(d.outcome, winner("empties"));
}

/// One run: no interval is no width of zero.
#[test]
fn without_intervals_nothing_is_decided_unless_time_weighs_nothing() {
    let schemes = [
        ("a", GOOD, [100, 100], [0.5, 0.5], f64::NAN),
        ("b", GOOD, [900, 900], [0.9, 0.9], f64::NAN),
    ];
    let names = ["a", "b", "exact"].map(str::to_owned).to_vec();
    let d = decided(&schemes, "bytes=1,hot=1");
    assert_eq!(d.outcome, Outcome::Inconclusive(names));
    assert_eq!(decided(&schemes, "bytes=1").outcome, winner("a"));
}

#[test]
fn overlapping_intervals_are_inconclusive() {
    let close = |half| {
        [
            ("a", GOOD, [500, 500], [0.80, 0.80], half),
            ("b", GOOD, [490, 490], [0.83, 0.83], half),
        ]
    };
    let wide = decided(&close(0.05), "bytes=1,hot=1");
    assert_eq!(
        wide.outcome,
        Outcome::Inconclusive(vec!["a".into(), "b".into()])
    );
    assert_eq!(decided(&close(0.001), "bytes=1,hot=1").outcome, winner("a"));
}

#[test]
fn the_dominated_are_named_and_todays_format_can_win() {
    let schemes = [
        ("worse", GOOD, [600, 600], [1.5, 1.5], 0.01),
        ("better", GOOD, [500, 500], [1.2, 1.2], 0.01),
    ];
    let d = decided(&schemes, "bytes=1,hot=1");
    assert_eq!(*fate(&d, "worse"), Fate::Dominated("better".to_owned()));
    let slow = decided(&schemes, "bytes=0.05,hot=0.95");
    assert_eq!(slow.outcome, winner("exact"));
}

#[test]
fn a_module_that_decides_alone_is_found() {
    let d = decided(
        &[
            ("steady", GOOD, [400, 400], [1.0, 1.0], 0.01),
            ("lucky", GOOD, [20, 900], [1.0, 1.0], 0.01),
        ],
        "bytes=1,hot=1",
    );
    assert_eq!(d.outcome, winner("lucky"));
    let without: Vec<_> = d.sensitivity.without_module.iter().collect();
    let (key, lowest) = without[0];
    assert_eq!(
        (key.module.as_str(), lowest.as_deref()),
        ("one", Some("steady"))
    );
    assert_eq!(without[1].1.as_deref(), Some("lucky"));
}

#[test]
fn a_less_safe_scheme_is_excluded() {
    let dir = tempfile::tempdir().unwrap();
    tiny(dir.path(), &[("a", GOOD, [100, 100], [0.5, 0.5], 0.01)]);
    let header = "scheme,module,isa,fault,policy,outcome,count,trials,tier,collector\n";
    let rows = |harmful: u64| {
        let line = |scheme: &str, outcome: &str, n: u64| {
            format!("{scheme},one,x86_64,PC: +1 bytes,today,{outcome},{n},1000,wild,copying\n")
        };
        let exact = line("exact", "detected", 900) + &line("exact", "bogus root", 100);
        header.to_owned()
            + &exact
            + &line("a", "detected", 1000 - harmful)
            + &line("a", "bogus root", harmful)
    };
    let outcome = |harmful| {
        fs::write(dir.path().join("safety.csv"), rows(harmful)).unwrap();
        decide(&load(dir.path()).unwrap(), &Weights::default()).outcome
    };
    assert_eq!(outcome(100), winner("a"));
    assert_eq!(outcome(150), winner("exact"));
}

#[test]
fn a_missing_column_is_named_for_every_file() {
    let files = [
        ("modules.csv", "confirmed"),
        ("schemes.csv", "tri_state"),
        ("size.csv", "bytes_payload"),
        ("latency.csv", "ratio_lo"),
        ("pooled.csv", "stratum"),
        ("left-out.csv", "inside"),
        ("runs.csv", "machine"),
        ("samples.csv", "process"),
        ("safety.csv", "outcome"),
    ];
    for (file, column) in files {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), LARGE);
        let path = dir.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen(column, "renamed", 1)).unwrap();
        let error = load(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains(file) && error.contains(&format!("`{column}`")),
            "{error}"
        );
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn columns_may_move_and_more_may_come() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), SMALL);
    let path = dir.path().join("schemes.csv");
    let before = load(dir.path()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let moved = text.lines().enumerate().map(|(i, line)| {
        let mut fields: Vec<&str> = line.split(',').collect();
        fields.rotate_left(3);
        let extra = if i == 0 {
            "new".to_owned()
        } else {
            i.to_string()
        };
        format!("{extra},{}\n", fields.join(","))
    });
    fs::write(&path, moved.collect::<String>()).unwrap();
    assert_eq!(load(dir.path()).unwrap(), before);
}

#[test]
fn bad_values_and_absent_files_are_one_line() {
    type Spoil = fn(&Path);
    let spoil: [(&str, Spoil); 5] = [
        ("line 2, column `bytes`", |d| {
            edit(d, "size.csv", |line| {
                line.replacen("25,1000,", "25,lots,", 1)
            })
        }),
        ("column `ratio`", |d| {
            edit(d, "size.csv", |line| {
                line.replacen(",1000,1,", ",1000,0,", 1)
            })
        }),
        ("`exact` is not among", |d| {
            edit(d, "schemes.csv", |line| line.replacen("exact", "other", 1))
        }),
        ("modules.csv: no such file", |d| {
            fs::remove_file(d.join("modules.csv")).unwrap()
        }),
        ("provenance.json", |d| {
            fs::write(d.join("provenance.json"), "[1]").unwrap()
        }),
    ];
    for (expected, spoil) in spoil {
        let dir = tempfile::tempdir().unwrap();
        tiny(dir.path(), &[]);
        spoil(dir.path());
        let error = load(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains(expected) && !error.contains('\n'),
            "{expected}: {error}"
        );
    }
}

/// Changes the first row of a file.
fn edit(dir: &Path, file: &str, change: fn(&str) -> String) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    let (header, row) = (lines.next().unwrap(), change(lines.next().unwrap()));
    let rest: Vec<&str> = lines.collect();
    fs::write(&path, format!("{header}\n{row}\n{}\n", rest.join("\n"))).unwrap();
}
