//! The report as its readers get it.

mod folder;

use folder::{LARGE, SMALL, Shape, write};
use stackmap_reports::results::{AGAIN, Cache, PooledRow, Row, Verdict, read_rows, write_rows};
use stackmap_reports::stats::left_out_text;
use stackmap_reports::{
    Rules, frontier_text, load, rank, readme_results, terminal_summary, write_report,
};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder that stays after the test, so that one can look at it.
fn rendered(name: &str, shape: Shape) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    write(&dir, shape);
    write_report(&load(&dir).unwrap(), &dir, &Rules::default()).unwrap();
    dir
}

fn files(dir: &Path) -> Vec<(String, String)> {
    let mut files = vec![
        (
            "report.html".to_owned(),
            fs::read_to_string(dir.join("report.html")).unwrap(),
        ),
        (
            "decision.md".to_owned(),
            fs::read_to_string(dir.join("decision.md")).unwrap(),
        ),
    ];
    for entry in fs::read_dir(dir.join("plots")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.push((name, fs::read_to_string(path).unwrap()));
    }
    files.sort();
    files
}

fn attributes<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let open = format!(" {name}=\"");
    let rest = text.split(open.as_str()).skip(1);
    rest.map(|r| r.split('"').next().unwrap()).collect()
}

#[test]
fn two_runs_give_the_same_bytes() {
    let first = files(&rendered("stable-1", LARGE));
    let second = files(&rendered("stable-2", LARGE));
    assert!(first.len() > 20, "{} files", first.len());
    assert_eq!(first, second);
}

#[test]
fn every_plot_has_a_title_a_description_and_a_table() {
    for (name, shape) in [("plots-small", SMALL), ("plots-large", LARGE)] {
        let dir = rendered(name, shape);
        let page = fs::read_to_string(dir.join("report.html")).unwrap();
        let figures: Vec<&str> = page.split("<figure").skip(1).collect();
        let svgs = fs::read_dir(dir.join("plots")).unwrap().count();
        assert_eq!(figures.len(), svgs);
        assert_eq!(page.matches("<svg").count(), svgs);
        for figure in figures {
            let figure = figure.split("</figure>").next().unwrap();
            let id = attributes(figure, "id")[0];
            for needed in [
                "<title id=",
                "<desc id=",
                "<details><summary>Table",
                "<tbody>\n<tr>",
            ] {
                assert!(figure.contains(needed), "{id} lacks {needed}");
            }
        }
    }
}

#[test]
fn every_internal_link_resolves_and_no_id_repeats() {
    let page = fs::read_to_string(rendered("links", LARGE).join("report.html")).unwrap();
    let ids = attributes(&page, "id");
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len());
    let links = attributes(&page, "href");
    assert!(links.len() > 20);
    for link in links {
        let target = link
            .strip_prefix('#')
            .expect("the page links to nothing but itself");
        assert!(distinct.contains(target), "{link}");
    }
    for reference in attributes(&page, "aria-labelledby")
        .iter()
        .flat_map(|r| r.split(' '))
    {
        assert!(distinct.contains(reference), "{reference}");
    }
    for outside in ["src=", "url(", "@import", "<script", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn plots_follow_the_theme() {
    for (name, text) in files(&rendered("theme", LARGE)) {
        if name.ends_with(".svg") {
            let marks = text.split("</style>").nth(1).unwrap();
            assert!(!marks.contains("=\"#"), "{name} has a fixed colour");
            assert!(text.contains("prefers-color-scheme"), "{name}");
            assert!(
                text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"),
                "{name}"
            );
        }
    }
}

#[test]
fn what_was_not_measured_is_said() {
    let shape = Shape {
        latency: false,
        ..SMALL
    };
    let dir = rendered("sizes-alone", shape);
    let page = fs::read_to_string(dir.join("report.html")).unwrap();
    for absent in ["latency.csv", "samples.csv", "safety.csv"] {
        assert!(
            page.contains(&format!("There is no <code>{absent}</code>")),
            "{absent}"
        );
    }
    let decision = fs::read_to_string(dir.join("decision.md")).unwrap();
    assert!(decision.contains("it would be `consed`"), "{decision}");
    assert!(
        decision.contains("hot caches were not measured"),
        "{decision}"
    );
}

#[test]
fn the_terminal_table_fits_and_names_every_scheme() {
    let dir = rendered("terminal", LARGE);
    let text = terminal_summary(&load(&dir).unwrap());
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("Both controls"), "{text}");
    assert!(lines[3].starts_with("exact "), "{text}");
    let table = &lines[2..=2 + LARGE.schemes];
    assert!(table.iter().all(|l| l.chars().count() <= 100), "{text}");
    assert!(
        !text.contains("ranges-naive"),
        "a control is no scheme: {text}"
    );
    assert!(
        table.iter().any(|l| l.starts_with("ranges-exact-set ")),
        "{text}"
    );
}

/// A double of a control that is broken on purpose: the copy of the baseline
/// comes out faster in one scenario.
fn break_a_control(dir: &Path) {
    let path = dir.join(PooledRow::FILE);
    let mut rows: Vec<PooledRow> = read_rows(&path).unwrap();
    let is_broken = |row: &&mut PooledRow| row.scheme == AGAIN && row.cache == Cache::Cold;
    for row in rows.iter_mut().filter(is_broken) {
        row.verdict = Verdict::Faster;
    }
    write_rows(dir, &rows).unwrap();
}

#[test]
fn a_broken_control_comes_first_everywhere() {
    let dir = rendered("broken-control", LARGE);
    let first_of = |page: &str| {
        let paragraph = page.split("<p>").nth(1).unwrap();
        paragraph.split("</p>").next().unwrap().to_owned()
    };
    let page = |dir: &Path| fs::read_to_string(dir.join("report.html")).unwrap();
    let said = "Controls of lookup timings failed";
    assert!(!page(&dir).contains(said));
    let sound = load(&dir).unwrap();
    break_a_control(&dir);
    let results = load(&dir).unwrap();
    write_report(&results, &dir, &Rules::default()).unwrap();
    let first = first_of(&page(&dir));
    assert!(
        first.starts_with(said) && first.contains("exact-again"),
        "{first}"
    );
    let decision = fs::read_to_string(dir.join("decision.md")).unwrap();
    let decision = decision
        .trim_start_matches("# Decision")
        .trim_start()
        .to_owned();
    let (ranking, _) = rank(&[("a".to_owned(), results.clone())]);
    let withheld = "(no verdict: a control failed)";
    assert!(ranking.contains(withheld), "{ranking}");
    assert!(!rank(&[("a".to_owned(), sound)]).0.contains(withheld));
    for (text, before) in [
        (terminal_summary(&results), ""),
        (readme_results(&results), ""),
        (frontier_text(&results), ""),
        (decision, ""),
        (ranking, "a: "),
    ] {
        assert!(text.starts_with(&format!("{before}{said}")), "{text}");
    }
}

#[test]
fn runs_and_how_they_predict_one_another_are_told() {
    let dir = rendered("runs", LARGE);
    let results = load(&dir).unwrap();
    let page = fs::read_to_string(dir.join("report.html")).unwrap();
    let runs = "Lookups were timed in 8 runs on A CPU @ 2.00 GHz, from 2026-01-01T00:00:00Z to 2026-01-01T07:10:00Z.";
    let text = left_out_text(results.left_out.as_deref().unwrap()).unwrap();
    for place in [page, terminal_summary(&results), readme_results(&results)] {
        assert!(place.contains(runs) && place.contains(&text), "{place}");
    }
}
