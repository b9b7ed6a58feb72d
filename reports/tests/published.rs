//! The published run: its files are what the rows say, and the README says
//! what the files say.

use stackmap_reports::results::{
    AnatomyRow, CallsRow, CostRow, EmptiesRow, LatencyRow, ModuleRow, PooledRow, Row, SafetyRow,
    SchemeRow, SizeRow, WalkRow, read_rows, write_rows,
};
use stackmap_reports::{empties_text, load, readme_results};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn published() -> PathBuf {
    root().join("reports/published")
}

#[test]
fn the_readme_says_what_the_published_files_say() {
    let published = published();
    let results = load(&published).unwrap();
    let expected = readme_results(&results);
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(
        readme.contains(&expected),
        "README.md is not of the run in {}; renew it with `just publish`. Expected:\n{expected}",
        published.display()
    );
    let note = fs::read_to_string(published.join("upstream.md")).unwrap();
    let recommended = expected.lines().next().unwrap();
    assert!(note.contains(recommended), "upstream.md is of another run");
}

#[test]
fn the_page_on_empties_says_what_its_tables_say() {
    let dir = root().join("reports/cost-of-empties");
    let rows: Vec<EmptiesRow> = read_rows(&dir.join(EmptiesRow::FILE)).unwrap();
    let calls: Vec<CallsRow> = read_rows(&dir.join(CallsRow::FILE)).unwrap();
    let page = fs::read_to_string(root().join("reports/cost-of-empties.md")).unwrap();
    let text = empties_text(&rows, &calls);
    let lacks = text.split("\n\n").any(|table| !page.contains(table));
    assert!(!lacks, "cost-of-empties.md has other tables than:\n{text}");
}

/// Reads a table and writes it again.
fn survives<R: Row>() {
    let dir = tempfile::tempdir().unwrap();
    let path = published().join(R::FILE);
    let rows: Vec<R> = read_rows(&path).unwrap();
    write_rows(dir.path(), &rows).unwrap();
    let written = fs::read(dir.path().join(R::FILE)).unwrap();
    // Not `assert_eq`, which would print both files.
    assert!(written == fs::read(&path).unwrap(), "{} changed", R::FILE);
}

#[test]
fn every_published_table_survives_reading_and_writing_byte_for_byte() {
    survives::<ModuleRow>();
    survives::<SchemeRow>();
    survives::<SizeRow>();
    survives::<LatencyRow>();
    survives::<PooledRow>();
    survives::<AnatomyRow>();
    survives::<CostRow>();
    survives::<WalkRow>();
    survives::<SafetyRow>();
}
