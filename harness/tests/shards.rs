//! Shares of a run, put together, are the run.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Small modules of several tiers, some of which have every kind of row.
const MODULES: &str = "(hoot|julia-parse|bignum|diamonds)";

fn lab(arguments: &[&str]) -> Output {
    let lab = Command::new(env!("CARGO_BIN_EXE_stackmap-lab"))
        .args(arguments)
        .output();
    lab.expect("the lab runs")
}

fn share(of: &str, out: &Path, more: &[&str]) {
    let out = out.to_str().expect("a name");
    let mut arguments = vec!["run", "-m", MODULES, "--shard", of, "--out", out];
    arguments.extend(more);
    let output = lab(&arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn merge(folders: &[&Path], out: &Path) -> Output {
    let mut arguments = vec!["merge", "--out", out.to_str().expect("a name")];
    arguments.extend(folders.iter().map(|f| f.to_str().expect("a name")));
    lab(&arguments)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn shares_add_up_to_the_bytes_of_one_run() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    share("1/1", &at("one"), &[]);
    let shares = ["1/3", "2/3", "3/3"];
    for (i, of) in shares.iter().enumerate() {
        share(of, &at(&i.to_string()), &[]);
    }
    // In any order.
    let folders = [at("2"), at("0"), at("1")];
    let output = merge(&[&folders[0], &folders[1], &folders[2]], &at("three"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let output = merge(&[&at("one")], &at("whole"));
    assert!(output.status.success(), "{}", text(&output.stderr));

    let names = ["schemes", "modules", "size", "costs", "safety", "anatomy"];
    for name in names.map(|name| format!("{name}.csv")) {
        let read = |run: &str| fs::read(at(run).join(&name)).ok();
        assert!(name == "costs.csv" || read("one").is_some(), "{name}");
        assert_eq!(read("one"), read("three"), "{name}");
        assert_eq!(read("one"), read("whole"), "{name}");
    }
    assert!(at("three").join("report.html").exists());

    let output = merge(&[&folders[0], &folders[1]], &at("less"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("shares [1, 3] of 3"));

    share("2/3", &at("other"), &["--seed", "2"]);
    let output = merge(&[&folders[1], &at("other"), &folders[0]], &at("mixed"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("of another run"));
}

#[test]
fn times_of_different_code_are_not_put_together() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    share("1/1", &at("cells"), &[]);
    let timed = |name: &str, code: &str, machine: &str| {
        let folder = at(name);
        fs::create_dir(&folder).unwrap();
        let provenance = format!(r#"{{"code_sha256 blocks":"{code}"}}"#);
        fs::write(folder.join("provenance.json"), provenance).unwrap();
        let runs = format!(
            "run,seed,machine,began,ended\n{name},1,{machine},2026-01-01T00:00:00Z,2026-01-01T00:01:00Z\n"
        );
        fs::write(folder.join("runs.csv"), runs).unwrap();
        let header = "run,process,block,position,scheme,module,isa,collector,tier,queries,cache,timed,lookups,ns,chain,copies,faults\n";
        let mut samples = header.to_owned();
        for process in 0..4 {
            for (position, scheme, ns) in [(0, "exact", 100), (1, "blocks", 60)] {
                samples += &format!(
                    "{name},{process},0,{position},{scheme},hoot-reflect,x86_64,copying,wild,uniform,hot,visit,10,{ns},independent,1,\n"
                );
            }
        }
        fs::write(folder.join("samples.csv"), samples).unwrap();
        folder
    };
    let (one, two) = (timed("one", "a", "here"), timed("two", "a", "there"));
    let other = timed("other", "b", "here");
    let output = merge(&[&at("cells"), &one, &two], &at("same"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let read = |name: &str| fs::read_to_string(at("same").join(name)).unwrap();
    assert_eq!(read("samples.csv").lines().count(), 1 + 2 * 8);
    assert_eq!(read("runs.csv").lines().count(), 1 + 2);

    let output = merge(&[&at("cells"), &one, &other], &at("differ"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("differ in code_sha256 blocks"));
    let output = merge(&[&at("cells"), &one, &one], &at("twice"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("is among the others already"));
    assert!(!at("twice").exists());
}
