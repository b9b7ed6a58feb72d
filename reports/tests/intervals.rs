//! One source: whatever interval or verdict about a time a page, a table or a
//! line prints stands in `pooled.csv`, `latency.csv`, `wasmtime.csv`,
//! `wasmtime-stress.csv` or `decision.csv`.

mod folder;

use folder::{LARGE, write};
use stackmap_reports::results::{
    DecisionRow, LatencyRow, PooledRow, Results, Row, Verdict, WasmtimeRow, WasmtimeStressRow,
    read_rows,
};
use stackmap_reports::{
    Rules, frontier_text, load, rank, readme_results, terminal_summary, upstream_note, write_report,
};
use std::fs;
use std::path::{Path, PathBuf};

/// A number as it is printed, and how far from it the value behind it may lie.
#[derive(Clone, Copy, Debug)]
struct Printed {
    value: f64,
    tolerance: f64,
}

impl Printed {
    fn parse(text: &str) -> Option<Printed> {
        let is_plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let value = text.parse().ok().filter(|_| is_plain)?;
        let decimals = text.split_once('.').map_or(0, |(_, rest)| rest.len());
        Some(Printed {
            value,
            tolerance: 0.5 / 10f64.powi(decimals as i32) + 1e-9,
        })
    }

    fn is(self, value: f64) -> bool {
        (self.value - value).abs() <= self.tolerance
    }
}

/// What a text says of a time.
#[derive(Clone, Debug)]
struct Claim {
    ratio: Option<Printed>,
    interval: Option<(Printed, Printed)>,
    verdict: Option<Verdict>,
    text: String,
}

/// The verdict that a text begins with.
fn verdict_at(text: &str) -> Option<Verdict> {
    let text = text.strip_prefix(' ')?;
    let word = text.split(|c: char| !c.is_ascii_lowercase()).next()?;
    word.parse().ok()
}

/// The ratio that a text ends with.
fn ratio_before(text: &str) -> Option<Printed> {
    let text = text.strip_suffix("× ")?;
    let start = text.rfind(|c: char| !c.is_ascii_digit() && c != '.');
    let start = start.map_or(0, |i| i + text[i..].chars().next().unwrap().len_utf8());
    Printed::parse(&text[start..])
}

/// Every `[a, b]` of two numbers, with the ratio before and the verdict behind
/// it, and every ratio with a verdict behind it.
fn claims(text: &str) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (at, _) in text.match_indices('[') {
        let Some((inside, rest)) = text[at + 1..].split_once(']') else {
            continue;
        };
        let Some((lo, hi)) = inside.split_once(", ") else {
            continue;
        };
        if let (Some(lo), Some(hi)) = (Printed::parse(lo), Printed::parse(hi)) {
            claims.push(Claim {
                ratio: ratio_before(&text[..at]),
                interval: Some((lo, hi)),
                verdict: verdict_at(rest),
                text: format!("[{inside}]"),
            });
        }
    }
    for (at, _) in text.match_indices('×') {
        let rest = &text[at + '×'.len_utf8()..];
        if let Some(verdict) = verdict_at(rest) {
            let before = format!("{}× ", &text[..at]);
            claims.push(Claim {
                ratio: ratio_before(&before),
                interval: None,
                verdict: Some(verdict),
                text: before
                    .chars()
                    .rev()
                    .take(12)
                    .collect::<Vec<_>>()
                    .iter()
                    .rev()
                    .collect(),
            });
        }
    }
    claims
}

/// All rows that an interval may stand in.
struct Sources {
    results: Results,
    decision: Vec<DecisionRow>,
}

impl Sources {
    /// Those of a folder whose report is written.
    fn of(dir: &Path) -> Sources {
        Sources {
            results: load(dir).unwrap(),
            decision: read_rows(&dir.join(DecisionRow::FILE)).unwrap(),
        }
    }
}

impl Claim {
    fn fits(&self, ratio: f64, ends: Option<(f64, f64)>, verdict: Option<Verdict>) -> bool {
        let fits_interval = match (self.interval, ends) {
            (Some((lo, hi)), Some(ends)) => lo.is(ends.0) && hi.is(ends.1),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let fits_verdict = self.verdict.is_none() || self.verdict == verdict;
        fits_interval && fits_verdict && self.ratio.is_none_or(|printed| printed.is(ratio))
    }

    fn stands_in(&self, sources: &Sources) -> bool {
        let Sources { results, decision } = sources;
        let executed = |row: &WasmtimeRow| {
            let ratios = [
                (row.pause_ratio, row.pause_lo, row.pause_hi),
                (row.load_bytes_ratio, row.load_bytes_lo, row.load_bytes_hi),
                (row.load_file_ratio, row.load_file_lo, row.load_file_hi),
                (row.compile_ratio, row.compile_lo, row.compile_hi),
            ];
            ratios.into_iter().any(|(ratio, lo, hi)| {
                ratio.is_some_and(|ratio| self.fits(ratio, lo.zip(hi), None))
            })
        };
        let stressed = |row: &WasmtimeStressRow| {
            self.fits(row.pause_ratio, row.pause_lo.zip(row.pause_hi), None)
        };
        let decided = |row: &DecisionRow| {
            let ends = row.ratio_lo.zip(row.ratio_hi);
            row.ratio.is_some_and(|ratio| self.fits(ratio, ends, None))
        };
        let pooled = |row: &PooledRow| {
            let (like, these) = (row.ratio_lo.zip(row.ratio_hi), row.here_lo.zip(row.here_hi));
            self.fits(row.ratio, like, Some(row.verdict)) || self.fits(row.ratio, these, None)
        };
        let latency = |row: &LatencyRow| {
            let ends = row.ratio_lo.zip(row.ratio_hi);
            self.fits(row.ratio, ends, Some(row.verdict))
        };
        results.pooled.iter().flatten().any(pooled)
            || results.latencies.iter().flatten().any(latency)
            || decision.iter().any(decided)
            || results.executions.iter().flatten().any(executed)
            || results.stress.iter().flatten().any(stressed)
    }
}

/// What a text claims that no row says.
fn unfounded(text: &str, sources: &Sources) -> Vec<String> {
    let claims = claims(text).into_iter();
    let unfounded = claims.filter(|claim| !claim.stands_in(sources));
    unfounded.map(|claim| claim.text).collect()
}

fn check(name: &str, text: &str, sources: &Sources) {
    assert_eq!(unfounded(text, sources), Vec::<String>::new(), "{name}");
}

#[test]
fn every_interval_and_verdict_stands_in_the_rows() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), LARGE);
    let results = load(dir.path()).unwrap();
    let page = write_report(&results, dir.path(), &Rules::default()).unwrap();
    let file = |path: &Path| fs::read_to_string(path).unwrap();
    let note = upstream_note(&results, |_| Some("a drawing".to_owned()));
    let (ranking, _) = rank(&[("a".to_owned(), results.clone())]);
    let texts = [
        ("README", readme_results(&results)),
        ("report", file(&page)),
        ("decision", file(&dir.path().join("decision.md"))),
        ("upstream note", note.unwrap_or_default()),
        ("rank", ranking),
        ("terminal", terminal_summary(&results)),
        ("frontier", frontier_text(&results)),
    ];
    let sources = Sources::of(dir.path());
    for (name, text) in &texts {
        check(name, text, &sources);
    }
    let found = claims(&texts[1].1);
    assert!(
        found.len() > 100,
        "only {} claims in the report",
        found.len()
    );
    assert!(found.iter().any(|claim| claim.verdict.is_some()));
}

#[test]
fn what_no_row_says_is_found() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), LARGE);
    let results = load(dir.path()).unwrap();
    write_report(&results, dir.path(), &Rules::default()).unwrap();
    let sources = Sources::of(dir.path());
    let row = &results.pooled.as_ref().unwrap()[0];
    let (ratio, lo, hi) = (row.ratio, row.ratio_lo.unwrap(), row.ratio_hi.unwrap());
    let said = format!("{ratio:.2}× [{lo:.2}, {hi:.2}] {}", row.verdict);
    check("what a row says", &said, &sources);
    let other = match row.verdict {
        Verdict::Same => Verdict::Slower,
        _ => Verdict::Same,
    };
    for wrong in [
        format!("{ratio:.2}× [{lo:.2}, {hi:.2}] {other}"),
        format!("{ratio:.2}× [{:.2}, {hi:.2}]", lo - 0.31),
        "0.01× faster".to_owned(),
        "[0.001, 0.002]".to_owned(),
    ] {
        assert_eq!(unfounded(&wrong, &sources).len(), 1, "{wrong}");
    }
}

/// The same of what is published.
#[test]
fn the_published_pages_claim_what_the_published_rows_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let published = root.join("reports/published");
    let sources = Sources::of(&published);
    let pages = ["report.html", "decision.md", "upstream.md"].map(|name| published.join(name));
    for path in pages.iter().chain(&[root.join("README.md")]) {
        let path: &PathBuf = path;
        check(
            &path.display().to_string(),
            &fs::read_to_string(path).unwrap(),
            &sources,
        );
    }
}
