//! The decision follows from the data and the rules, and bad folders are refused
//! in one clear line.

mod folder;

use folder::{LARGE, SMALL, write};
use stackmap_reports::results::{Collector, Tier, WasmtimeRow, read_rows, write_rows};
use stackmap_reports::stats::{Criterion, Decision, Fate, Open, Question, Reason, decide};
use stackmap_reports::{Rules, load, write_report};
use std::fs;
use std::path::Path;

const SCHEMES: &str = "name,exact,records_empties,tri_state,control,reader_lines,writer_lines,compiler_lines,reader_branches,writer_branches,reader_nesting,writer_nesting,fields,memo_lines\n";

/// Name, flags, bytes out of 1000 on two modules, lines.
type Row<'a> = (&'a str, &'a str, [u64; 2], u64);

/// Bytes of each module's `.cwasm`.
const CWASM: u64 = 10_000;

/// Schemes on two modules.
fn tiny(dir: &Path, schemes: &[Row<'_>]) {
    write(dir, SMALL);
    let mut list = SCHEMES.to_owned();
    let text = fs::read_to_string(dir.join("size.csv")).unwrap();
    let mut size = format!("{}\n", text.lines().next().unwrap());
    let modules = fs::read_to_string(dir.join("modules.csv")).unwrap();
    let mut lines = modules.lines();
    let (head, like) = (lines.next().unwrap(), lines.next().unwrap());
    let (_, like) = like.split_once(',').unwrap();
    let exact = [("exact", GOOD, [1000, 1000], 110)];
    for (name, flags, bytes, lines) in exact.iter().chain(schemes) {
        list += &format!("{name},{flags},{lines},0,0,9,9,3,3,5,40\n");
        for (module, b) in ["one", "two"].into_iter().zip(bytes) {
            size += &format!(
                "{name},{module},x86_64,wild,75,25,{b},0,{b},0,0,1000,{},0,copying,{CWASM},,,9.5,0.5,3000\n",
                *b as f64 / 1000.0
            );
        }
    }
    fs::write(dir.join("schemes.csv"), list).unwrap();
    fs::write(dir.join("size.csv"), size).unwrap();
    let modules = format!("{head}\none,{like}\ntwo,{like}\n");
    fs::write(dir.join("modules.csv"), modules).unwrap();
    for timed in ["latency.csv", "pooled.csv"] {
        fs::remove_file(dir.join(timed)).unwrap();
    }
}

fn decided(schemes: &[Row<'_>]) -> Decision {
    decided_with(schemes, &[], &Rules::default())
}

/// The decision on schemes that also ran in Wasmtime.
fn decided_with(schemes: &[Row<'_>], executions: &[WasmtimeRow], rules: &Rules) -> Decision {
    let dir = tempfile::tempdir().unwrap();
    tiny(dir.path(), schemes);
    if !executions.is_empty() {
        write_rows(dir.path(), executions).unwrap();
    }
    decide(&load(dir.path()).unwrap(), rules)
}

/// A pause as a ratio to today's, on one of several modules.
fn pause(scheme: &str, module: usize, ratio: f64, half: f64) -> WasmtimeRow {
    WasmtimeRow {
        scheme: scheme.to_owned(),
        module: format!("m{module}"),
        tier: Tier::Program,
        collector: Collector::Copying,
        memo: 0,
        strict: false,
        collections: 9,
        pause_ratio: Some(ratio),
        pause_lo: Some(ratio - half),
        pause_hi: Some(ratio + half),
        lookup_share: None,
        walk_share: None,
        cwasm_ratio: None,
        load_bytes_ratio: None,
        load_file_ratio: None,
        compile_ratio: None,
        first_faults: None,
        load_bytes_lo: None,
        load_bytes_hi: None,
        load_file_lo: None,
        load_file_hi: None,
        compile_lo: None,
        compile_hi: None,
        pause_ns: None,
        pause_p99_ns: None,
        pause_max_ns: None,
        frame_ns: None,
        frames: 9,
        peak_bytes: None,
        processes: 9,
        lookup_ns: None,
        first_ratio: None,
        section_bytes: None,
        writer_share: None,
        memo_hits: None,
    }
}

fn answer(decision: &Decision, question: Question) -> Option<&str> {
    decision.answer(question).scheme.as_deref()
}

fn recommended(decision: &Decision) -> Option<&str> {
    Some(decision.recommended()?.name.as_str())
}

fn fate<'d>(decision: &'d Decision, name: &str) -> &'d Fate {
    let fates = decision.answers.iter().find_map(|answer| answer.fate(name));
    fates.unwrap()
}

const GOOD: &str = "true,false,false,false";
const TRI: &str = "true,true,true,false";

/// In the made-up folder a `.cwasm` has 10,000 bytes, the section 1,000.
#[test]
fn below_the_threshold_the_fewest_lines_win() {
    let schemes = [
        ("long", GOOD, [100, 100], 900),
        ("short", GOOD, [150, 190], 90),
    ];
    let d = decided(&schemes);
    assert_eq!(answer(&d, Question::FormatAlone), Some("short"));
    let Fate::Longer(bought) = fate(&d, "long") else {
        panic!("{:?}", fate(&d, "long"));
    };
    assert_eq!(bought[0].0, Criterion::Cwasm);
    assert!((bought[0].1.lo + 0.009).abs() < 1e-9, "{bought:?}");
}

/// Of what is about as long the smaller files decide, and not one line.
#[test]
fn a_line_decides_nothing() {
    let of = |lines: u64| {
        let schemes = [
            ("small", GOOD, [150, 150], 90 + lines),
            ("short", GOOD, [190, 190], 90),
        ];
        answer(&decided(&schemes), Question::FormatAlone).map(str::to_owned)
    };
    assert_eq!(of(1).as_deref(), Some("small"));
    assert_eq!(of(29).as_deref(), Some("small"));
    assert_eq!(of(30).as_deref(), Some("short"));
}

#[test]
fn above_the_threshold_the_better_one_wins_whatever_its_lines() {
    let schemes = [
        ("long", GOOD, [100, 100], 900),
        ("short", GOOD, [150, 250], 90),
    ];
    let d = decided(&schemes);
    assert_eq!(answer(&d, Question::FormatAlone), Some("long"));
    let beaten = Fate::Beaten {
        by: "long".to_owned(),
        on: vec![Criterion::Cwasm],
        open: [Criterion::TIMES.as_slice(), &[Criterion::Faults]].concat(),
    };
    assert_eq!(*fate(&d, "short"), beaten);
}

#[test]
fn a_threshold_changes_the_verdict_and_its_text() {
    let schemes = [
        ("long", GOOD, [100, 100], 900),
        ("short", GOOD, [150, 250], 90),
    ];
    let dir = tempfile::tempdir().unwrap();
    tiny(dir.path(), &schemes);
    let results = load(dir.path()).unwrap();
    let defaults = include_str!("../decision.toml");
    let loose = defaults.replace("cwasm = 0.01", "cwasm = 0.02");
    let mut texts = Vec::new();
    for rules in [defaults, &loose] {
        write_report(&results, dir.path(), &rules.parse().unwrap()).unwrap();
        texts.push(fs::read_to_string(dir.path().join("decision.md")).unwrap());
    }
    assert!(texts[0].contains("it would be `long`"), "{}", texts[0]);
    assert!(texts[1].contains("it would be `short`"), "{}", texts[1]);
    assert!(texts[1].contains("2.0 % of a `.cwasm`"), "{}", texts[1]);
    let spans = decide(&results, &Rules::default()).sensitivity.cwasm;
    let recommended = spans
        .iter()
        .map(|span| span.verdicts.recommended.as_deref());
    let recommended: Vec<_> = recommended.collect();
    assert_eq!(
        recommended,
        [Some("long"), Some("short"), None],
        "{spans:?}"
    );
}

#[test]
fn without_executions_no_verdict_is_pretended() {
    let schemes = [("good", GOOD, [500, 500], 90)];
    let dir = tempfile::tempdir().unwrap();
    tiny(dir.path(), &schemes);
    let results = load(dir.path()).unwrap();
    write_report(&results, dir.path(), &Rules::default()).unwrap();
    let text = fs::read_to_string(dir.path().join("decision.md")).unwrap();
    assert!(text.contains("No verdict yet, since pause"), "{text}");
    assert!(
        text.contains("| pause | not measured | `just wasmtime` |"),
        "{text}"
    );
}

#[test]
fn who_would_pay_decides_against_a_scheme() {
    let schemes = [
        ("slow", GOOD, [100, 100], 90),
        ("fair", GOOD, [500, 500], 900),
    ];
    let mut rows: Vec<WasmtimeRow> = (0..5).map(|m| pause("slow", m, 1.0, 0.002)).collect();
    rows.extend((0..5).map(|m| pause("fair", m, 1.0, 0.002)));
    let under = |rows: &[WasmtimeRow]| decided_with(&schemes, rows, &Rules::default());
    assert_eq!(answer(&under(&rows), Question::FormatAlone), Some("slow"));
    rows[3] = pause("slow", 3, 1.05, 0.01);
    let d = under(&rows);
    assert_eq!(answer(&d, Question::FormatAlone), Some("fair"));
    let Fate::Excluded(reasons) = fate(&d, "slow") else {
        panic!("{:?}", fate(&d, "slow"));
    };
    assert_eq!(
        reasons[0].to_string(),
        "pause of m3 with copying takes 1.05×"
    );
}

/// One of many intervals lies above the threshold by chance; that excludes nobody, and
/// is said.
#[test]
fn one_of_many_intervals_excludes_nobody() {
    let schemes = [("fair", GOOD, [500, 500], 90)];
    let rows = |others: usize| {
        let mut rows: Vec<WasmtimeRow> =
            (0..others).map(|m| pause("fair", m, 1.0, 0.002)).collect();
        rows.push(pause("fair", others, 1.02, 0.008));
        rows
    };
    let with = |others| decided_with(&schemes, &rows(others), &Rules::default());
    assert!(matches!(fate(&with(0), "fair"), Fate::Excluded(_)));
    let d = with(60);
    assert_eq!(answer(&d, Question::FormatAlone), Some("fair"));
    let open = &d.answer(Question::FormatAlone).open;
    let Some(Open::Executions {
        open: 1,
        of: 61,
        highest,
        ..
    }) = open.first()
    else {
        panic!("{open:?}");
    };
    assert_eq!(highest.execution.0, "m60");
}

/// A mean whose interval reaches across the threshold beats nobody, and says
/// how much more would be needed.
#[test]
fn what_is_open_is_said_and_beats_nobody() {
    let schemes = [("a", GOOD, [500, 500], 90), ("b", GOOD, [500, 500], 900)];
    let ratios = [0.90, 0.99, 1.0, 1.0, 1.02];
    let mut rows: Vec<WasmtimeRow> = (0..5).map(|m| pause("a", m, 1.0, 0.002)).collect();
    rows.extend((0..5).map(|m| pause("b", m, ratios[m], 0.03)));
    let d = decided_with(&schemes, &rows, &Rules::default());
    assert_eq!(answer(&d, Question::FormatAlone), Some("a"));
    let open = &d.answer(Question::FormatAlone).open;
    let is_pause = |open: &&Open| matches!(open, Open::Against { scheme, criterion: Criterion::Pause, .. } if scheme == "b");
    assert_eq!(open.iter().filter(is_pause).count(), 1, "{open:?}");
}

/// Each of three is materially better than the next in one thing.
#[test]
fn a_circle_is_no_reason_to_keep_todays_format() {
    let schemes = [
        ("a", GOOD, [500, 500], 90),
        ("b", GOOD, [500, 500], 91),
        ("c", GOOD, [500, 500], 92),
    ];
    let ratios = [
        ("a", [0.980, 0.986, 0.992]),
        ("b", [0.992, 0.980, 0.986]),
        ("c", [0.986, 0.992, 0.980]),
    ];
    let rows = ratios
        .iter()
        .flat_map(|(scheme, [pauses, loads, compiles])| {
            (0..5).map(move |m| WasmtimeRow {
                load_bytes_ratio: Some(*loads),
                compile_ratio: Some(*compiles),
                ..pause(scheme, m, *pauses, 0.001)
            })
        });
    let rows: Vec<WasmtimeRow> = rows.collect();
    let d = decided_with(&schemes, &rows, &Rules::default());
    assert_eq!(answer(&d, Question::FormatAlone), Some("a"));
}

/// What today's format built twice does by itself is held against nobody.
#[test]
fn the_control_says_how_much_is_chance() {
    let schemes = [("fair", GOOD, [500, 500], 90)];
    let mut rows: Vec<WasmtimeRow> = (0..5).map(|m| pause("fair", m, 1.0, 0.002)).collect();
    rows[3] = pause("fair", 3, 1.03, 0.01);
    let excluded = decided_with(&schemes, &rows, &Rules::default());
    assert!(matches!(fate(&excluded, "fair"), Fate::Excluded(_)));
    rows.push(pause("exact-again", 2, 1.04, 0.01));
    let d = decided_with(&schemes, &rows, &Rules::default());
    assert_eq!(answer(&d, Question::FormatAlone), Some("fair"));
}

/// A memo is a candidate of its own: it costs lines, and may be what makes a slow
/// format bearable.
#[test]
fn a_memo_saves_a_slow_scheme_and_counts_its_lines() {
    let schemes = [("slow", GOOD, [500, 500], 90)];
    let mut rows: Vec<WasmtimeRow> = (0..5).map(|m| pause("slow", m, 1.2, 0.01)).collect();
    rows.extend((0..5).map(|m| WasmtimeRow {
        memo: 64,
        ..pause("slow", m, 1.0, 0.002)
    }));
    let d = decided_with(&schemes, &rows, &Rules::default());
    assert!(matches!(fate(&d, "slow"), Fate::Excluded(_)));
    assert_eq!(recommended(&d), Some("slow + memo of 64"));
}

/// A scheme that never ran is not judged by what others did.
#[test]
fn what_others_ran_is_no_measurement_of_a_scheme() {
    let schemes = [
        ("idle", GOOD, [500, 500], 90),
        ("busy", GOOD, [500, 500], 900),
    ];
    let rows: Vec<WasmtimeRow> = (0..5).map(|m| pause("busy", m, 1.0, 0.002)).collect();
    let d = decided_with(&schemes, &rows, &Rules::default());
    let own = d.answer(Question::FormatAlone);
    assert_eq!(own.scheme.as_deref(), Some("idle"));
    assert!(own.unjudged.contains(&Criterion::Pause), "{own:?}");
}

/// An interval that reaches far up is no verdict.
#[test]
fn a_wide_interval_is_no_excuse() {
    let schemes = [("vague", GOOD, [500, 500], 90)];
    let ratios = [0.9, 1.3, 1.1, 0.8, 1.2];
    let rows: Vec<WasmtimeRow> = (0..5).map(|m| pause("vague", m, ratios[m], 0.5)).collect();
    let d = decided_with(&schemes, &rows, &Rules::default());
    let own = d.answer(Question::FormatAlone);
    assert_eq!(own.doubtful, [Criterion::Pause]);
}

#[test]
fn rule_one_comes_first_and_controls_are_no_candidates() {
    let d = decided(&[
        ("range", "false,false,false,false", [10, 10], 10),
        ("toy", "true,false,false,true", [10, 10], 10),
        ("good", GOOD, [500, 500], 90),
    ]);
    assert_eq!(answer(&d, Question::FormatAlone), Some("good"));
    assert_eq!(*fate(&d, "range"), Fate::Excluded(vec![Reason::Inexact]));
    assert!(d.schemes.iter().all(|means| means.scheme.name != "toy"));
}

#[test]
fn each_question_has_its_own_candidates() {
    let schemes = [
        ("plain", GOOD, [300, 300], 90),
        ("strict", TRI, [300, 300], 90),
    ];
    let d = decided(&schemes);
    assert_eq!(answer(&d, Question::FormatAlone), Some("plain"));
    assert_eq!(answer(&d, Question::Strict), Some("strict"));
    assert_eq!(
        recommended(&d),
        Some("plain"),
        "strict mode noticed nothing"
    );
}

#[test]
fn todays_format_stays_where_nothing_is_materially_better() {
    let d = decided(&[("little", GOOD, [950, 950], 10)]);
    assert_eq!(answer(&d, Question::FormatAlone), Some("little"));
    assert_eq!(recommended(&d), None, "fewer lines are no reason to change");
    let d = decided(&[("little", GOOD, [950, 950], 900)]);
    assert_eq!(answer(&d, Question::FormatAlone), Some("exact"));
    assert_eq!(recommended(&d), None);
}

#[test]
fn a_module_that_decides_alone_is_found() {
    let d = decided(&[
        ("short", GOOD, [150, 250], 90),
        ("long", GOOD, [100, 100], 900),
    ]);
    assert_eq!(answer(&d, Question::FormatAlone), Some("long"));
    let of = |what: &str| {
        let mut changes = d.sensitivity.left_out.iter();
        let change = changes.find(|change| change.what == what).unwrap();
        change.verdicts.answers[0].as_deref()
    };
    assert_eq!(of("module one"), Some("long"));
    assert_eq!(of("module two"), Some("short"));
}

#[test]
fn a_less_safe_scheme_is_excluded() {
    let of = |harmful| {
        let rows = [
            ("exact", "one", "PC: +1 bytes", 100),
            ("a", "one", "PC: +1 bytes", harmful),
        ];
        recommended(&decided_under(&faults(&rows))).map(str::to_owned)
    };
    assert_eq!(of(100).as_deref(), Some("a"));
    assert_eq!(of(150), None);
}

/// Rows of `safety.csv` with so many wrong answers of 1,000 to each fault.
fn faults(rows: &[(&str, &str, &str, u64)]) -> String {
    let lines = rows.iter().map(|(scheme, module, fault, wrong)| {
        let line = |outcome: &str, n: u64| {
            format!("{scheme},{module},x86_64,{fault},today,{outcome},{n},1000,wild,copying\n")
        };
        line("detected", 1000 - wrong) + &line("bogus root", *wrong)
    });
    let header = "scheme,module,isa,fault,policy,outcome,count,trials,tier,collector\n";
    header.to_owned() + &lines.collect::<String>()
}

fn decided_under(faults: &str) -> Decision {
    let dir = tempfile::tempdir().unwrap();
    tiny(dir.path(), &[("a", GOOD, [100, 100], 90)]);
    fs::write(dir.path().join("safety.csv"), faults).unwrap();
    decide(&load(dir.path()).unwrap(), &Rules::default())
}

/// Variants of one mistake count once, and one of them that is worse spoils the rest.
#[test]
fn faults_are_counted_by_families() {
    let rows = |after: u64| {
        faults(&[
            ("exact", "one", "PC: -1 bytes", 100),
            ("exact", "one", "PC: +1 bytes", 100),
            ("exact", "one", "writer: a map left out", 100),
            ("a", "one", "PC: -1 bytes", 0),
            ("a", "one", "PC: +1 bytes", after),
            ("a", "one", "writer: a map left out", 0),
        ])
    };
    let of = |after| {
        let decision = decided_under(&rows(after));
        let own = decision.felt.iter().find(|felt| felt.scheme == "a");
        let mut gaps = own.unwrap().gaps.iter();
        let gap = gaps.find(|(criterion, ..)| *criterion == Criterion::Faults);
        let gap = gap.unwrap().1.unwrap();
        (gap.lo, gap.hi, gap.n)
    };
    assert_eq!(of(0), (-2.0, 0.0, 2));
    assert_eq!(of(200), (-1.0, 1.0, 2));
}

#[test]
fn faults_of_a_module_are_left_out_with_it() {
    let d = decided_under(&faults(&[
        ("exact", "one", "PC: +1 bytes", 100),
        ("exact", "two", "PC: +1 bytes", 100),
        ("a", "one", "PC: +1 bytes", 100),
        ("a", "two", "PC: +1 bytes", 300),
    ]));
    assert_eq!(recommended(&d), None);
    let of = |what: &str| {
        let mut changes = d.sensitivity.left_out.iter();
        let change = changes.find(|change| change.what == what).unwrap();
        change.verdicts.recommended.as_deref()
    };
    assert_eq!(of("module one"), None);
    assert_eq!(of("module two"), Some("a"));
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
fn a_later_column_may_be_missing() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [pause("a", 0, 1.0, 0.1)];
    write_rows(dir.path(), &rows).unwrap();
    let path = dir.path().join("wasmtime.csv");
    let text = fs::read_to_string(&path).unwrap();
    let (head, row) = text.trim_end().split_once('\n').unwrap();
    let older = head.strip_suffix(",writer_share,memo_hits").unwrap();
    fs::write(&path, format!("{older}\n{}\n", &row[..row.len() - 2])).unwrap();
    assert_eq!(read_rows::<WasmtimeRow>(&path).unwrap(), rows);
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
