//! Results folders that nobody meant to make: whatever is wrong with one, it
//! is said in one line, and what is right in it is not lost.

mod folder;

use folder::{LARGE, SMALL, Shape, write};
use stackmap_reports::results::{SampleRow, read_rows};
use stackmap_reports::{
    Rules, frontier_text, load, rank, readme_results, stats, terminal_summary, write_report,
};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn made(shape: Shape) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), shape);
    dir
}

/// Changes one line of a file, counted from 1.
fn edit(dir: &Path, file: &str, line: usize, change: impl Fn(&str) -> String) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).unwrap();
    let lines = text.lines().enumerate();
    let lines = lines.map(|(i, text)| match i + 1 == line {
        true => change(text),
        false => text.to_owned(),
    });
    let text: Vec<String> = lines.collect();
    fs::write(&path, text.join("\n") + "\n").unwrap();
}

/// The same with another value in one column.
fn set(dir: &Path, file: &str, line: usize, column: &str, value: &str) {
    let text = fs::read_to_string(dir.join(file)).unwrap();
    let header = text.lines().next().unwrap();
    let place = header.split(',').position(|c| c == column).unwrap();
    edit(dir, file, line, |row| {
        let mut fields: Vec<&str> = row.split(',').collect();
        fields[place] = value;
        fields.join(",")
    });
}

/// Everything that can be said of a folder.
fn say_everything(dir: &Path) -> String {
    let results = load(dir).unwrap();
    write_report(&results, dir, &Rules::default()).unwrap();
    let runs = [
        ("one".to_owned(), results.clone()),
        ("two".to_owned(), results),
    ];
    let results = &runs[0].1;
    let said = [
        terminal_summary(results),
        frontier_text(results),
        readme_results(results),
        rank(&runs).0,
        fs::read_to_string(dir.join("report.html")).unwrap(),
        fs::read_to_string(dir.join("decision.md")).unwrap(),
    ];
    said.join("\n")
}

/// Adds a module without maps to a tier: today's section is empty, and some
/// schemes list its empty safepoints.
fn add_module_without_maps(dir: &Path, tier: &str) {
    let append = |file: &str, text: &str| {
        let path = dir.join(file);
        let before = fs::read_to_string(&path).unwrap();
        fs::write(&path, before + text).unwrap();
    };
    append(
        "modules.csv",
        &format!(
            "mapless,x86_64,copying,{tier},900,9000,0,3,0,4,0,0,4,4,4,0,a toolchain,a toolchain\n"
        ),
    );
    for (scheme, bytes) in [
        ("exact", 0),
        ("consed", 0),
        ("ranges", 40),
        ("ranges-consed", 40),
    ] {
        append(
            "size.csv",
            &format!(
                "{scheme},mapless,x86_64,{tier},0,4,{bytes},0,{bytes},0,0,0,,0,copying,9000,,,9.0,1.0,64\n"
            ),
        );
    }
}

#[test]
fn a_module_without_maps_never_fails_a_report_nor_moves_a_mean() {
    let dir = made(SMALL);
    let before = terminal_summary(&load(dir.path()).unwrap());
    add_module_without_maps(dir.path(), "wild");
    let said = say_everything(dir.path());
    assert!(said.contains("mapless") && !said.contains("NaN") && !said.contains("inf"));
    assert_eq!(terminal_summary(&load(dir.path()).unwrap()), before);
}

#[test]
fn a_run_of_nothing_but_a_module_without_maps_never_fails_its_report() {
    let shape = Shape {
        latency: false,
        ..SMALL
    };
    let dir = made(shape);
    for file in ["modules.csv", "size.csv"] {
        let text = fs::read_to_string(dir.path().join(file)).unwrap();
        let header = text.lines().next().unwrap();
        fs::write(dir.path().join(file), format!("{header}\n")).unwrap();
    }
    add_module_without_maps(dir.path(), "yours");
    let said = say_everything(dir.path());
    assert!(said.contains("mapless") && !said.contains("NaN"));
    assert!(said.contains("nothing to recommend"));
}

#[test]
fn tables_without_rows_never_fail_a_report() {
    let dir = made(SMALL);
    let headers = [
        (
            "walks.csv",
            "module,isa,collector,checkpoints,growths,stacks,frames,deepest,cache_16,cache_1024,repeated,tier,language,collections,execution,walked,median,p99,empty\n",
        ),
        (
            "touched.csv",
            "scheme,module,isa,tier,collector,execution,depth,frames,instructions,bytes_read,lines,pages\n",
        ),
        (
            "safety.csv",
            "scheme,module,isa,fault,policy,outcome,count,trials,tier,collector\n",
        ),
        (
            "costs.csv",
            "scheme,module,isa,tier,collector,queries,lookups,instructions,bytes_read,lines,scratch_lines\n",
        ),
    ];
    for (file, header) in headers {
        fs::write(dir.path().join(file), header).unwrap();
    }
    say_everything(dir.path());
}

#[test]
fn what_cannot_have_been_measured_is_never_accepted() {
    let wrong = [
        ("size.csv", "ratio", "NaN"),
        ("size.csv", "ratio", "-1"),
        ("size.csv", "ratio", "inf"),
        ("size.csv", "ratio", ""),
        ("size.csv", "ratio", "0.5001"),
        ("size.csv", "bytes", "-1"),
        ("size.csv", "bytes_index", "1"),
        ("size.csv", "baseline_bytes", "0"),
        ("size.csv", "encode_ns_per_safepoint", "-inf"),
        ("modules.csv", "confirmed", "99999999"),
        ("latency.csv", "ns", "NaN"),
        ("latency.csv", "ns", "0"),
        ("latency.csv", "ratio", "-1"),
        ("latency.csv", "ratio", "inf"),
        ("latency.csv", "ratio_lo", "NaN"),
        ("latency.csv", "ratio_lo", "99"),
        ("latency.csv", "ratio_hi", "inf"),
        ("samples.csv", "ns", "0"),
        ("samples.csv", "ns", "1e3"),
        ("samples.csv", "ns", "NaN"),
        ("samples.csv", "lookups", "0"),
        ("safety.csv", "count", "-1"),
        ("safety.csv", "count", "7"),
        ("safety.csv", "trials", "1"),
    ];
    let dir = made(LARGE);
    load(dir.path()).unwrap();
    for (file, column, value) in wrong {
        let path = dir.path().join(file);
        let good = fs::read(&path).unwrap();
        // Not the first row, whose line one would find by chance.
        set(dir.path(), file, 3, column, value);
        let error = load(dir.path()).unwrap_err().to_string();
        let place = format!("{file}: line ");
        assert!(
            error.contains(&place) && !error.contains('\n'),
            "{column} {value}: {error}"
        );
        fs::write(&path, good).unwrap();
    }
}

#[test]
fn a_row_is_never_counted_twice() {
    let dir = made(LARGE);
    for file in [
        "modules.csv",
        "schemes.csv",
        "size.csv",
        "latency.csv",
        "safety.csv",
    ] {
        let path = dir.path().join(file);
        let good = fs::read_to_string(&path).unwrap();
        let third = good.lines().nth(2).unwrap();
        fs::write(&path, format!("{good}{third}\n")).unwrap();
        let last = good.lines().count() + 1;
        let error = load(dir.path()).unwrap_err().to_string();
        let place = format!("{file}: line {last} has the same ");
        assert!(
            error.contains(&place) && error.contains("as line 3"),
            "{error}"
        );
        fs::write(&path, good).unwrap();
    }
}

#[test]
fn a_timing_is_never_counted_twice() {
    let dir = made(SMALL);
    let path = dir.path().join("samples.csv");
    let good = fs::read_to_string(&path).unwrap();
    let third = good.lines().nth(2).unwrap();
    fs::write(&path, format!("{good}{third}\n")).unwrap();
    let error = stats::summarize_folder(dir.path()).unwrap_err().to_string();
    assert!(error.contains("samples.csv: line 5: exact on "), "{error}");
    let error = read_rows::<SampleRow>(&path).unwrap_err().to_string();
    assert!(
        error.contains("line 5 has the same run, process"),
        "{error}"
    );
}

#[test]
fn the_baseline_is_never_two_sizes_at_once() {
    let dir = made(SMALL);
    let path = dir.path().join("size.csv");
    let text = fs::read_to_string(&path).unwrap();
    let row: Vec<&str> = text.lines().nth(2).unwrap().split(',').collect();
    let (bytes, baseline) = (
        row[6].parse::<f64>().unwrap(),
        row[11].parse::<u64>().unwrap() + 8,
    );
    set(
        dir.path(),
        "size.csv",
        3,
        "baseline_bytes",
        &baseline.to_string(),
    );
    set(
        dir.path(),
        "size.csv",
        3,
        "ratio",
        &(bytes / baseline as f64).to_string(),
    );
    let error = load(dir.path()).unwrap_err().to_string();
    assert!(
        error.contains("size.csv: line 3, column `baseline_bytes`"),
        "{error}"
    );
}
