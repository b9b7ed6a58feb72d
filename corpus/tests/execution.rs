//! From a pinned execution to recorded walks. Without libtest, because this
//! program is its own child.

mod pinned;

use pinned::{pinned, sha256};
use sha2::{Digest, Sha256};
use stackmap_corpus::execution::{Executed, Execution, Executions, execute};
use stackmap_corpus::recorded::{TARGETS, Target, record};
use stackmap_corpus::walks::{self, Walks};
use stackmap_corpus::{CHILD_COMMAND, CorpusError, Isa, child, child_main};
use std::fs;
use std::path::Path;

/// Builds trees of the depth given and prints a character for each.
const MODULE: &str = r#"(module
  (type $tree (struct (field (ref null $tree)) (field (ref null $tree))))
  (import "spectest" "print_char" (func $print (param i32)))
  (import "env" "unknown" (func $unknown))
  (func $grow (param $depth i32) (result (ref null $tree))
    (if (i32.eqz (local.get $depth)) (then (return (ref.null $tree))))
    (struct.new $tree
      (call $grow (i32.sub (local.get $depth) (i32.const 1)))
      (call $grow (i32.sub (local.get $depth) (i32.const 1)))))
  (func (export "run") (param $depth i32) (result i32)
    (drop (call $grow (local.get $depth)))
    (call $print (i32.const 0x2713))
    (local.get $depth))
  (func (export "fail") (call $unknown)))"#;

const CALLS: &str = r#"[{ function = "run", arguments = [12], results = [12] }]"#;
const TIMES: u64 = 200;

fn main() {
    child::enter().unwrap();
    if std::env::args().nth(1).is_some_and(|a| a == CHILD_COMMAND) {
        std::process::exit(child_main());
    }
    // Only code of this machine runs.
    let target = TARGETS.into_iter().find(|t| Some(t.isa) == Isa::host());
    let Some(target) = target else {
        return println!("execution: nothing runs here");
    };
    let folder = tempfile::tempdir().unwrap();
    let (module, options) = pinned(folder.path(), MODULE, "");
    let run = |calls: &str, output: &str| -> Result<(Execution, Executed), CorpusError> {
        let execution = execution(folder.path(), calls, output);
        let executed = execute(&execution, &module, target, &options)?;
        Ok((execution, executed))
    };
    assert!(
        run(CALLS, "").unwrap_err().to_string().contains("m."),
        "the module is not recorded yet"
    );
    record(&module, target, &options).unwrap();
    let printed = "\u{2713}".repeat(TIMES as usize);
    let (execution, executed) = run(CALLS, &printed).unwrap();
    every_collection_is_seen(&execution, &executed);
    assert_eq!(run(CALLS, &printed).unwrap().1.watched, executed.watched);
    what_is_not_pinned_is_refused(&run, &printed);
    walks_are_kept_and_checked(folder.path(), &execution, &executed, target);
    println!("execution: ok");
}

/// An execution that is to print `output`.
fn execution(folder: &Path, calls: &str, output: &str) -> Execution {
    let path = folder.join("executions.toml");
    let mut hash = Sha256::new();
    for _ in 0..TIMES {
        hash.update("print_char");
        hash.update(f64::from(0x2713).to_bits().to_le_bytes());
    }
    let calls_sha256: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    let text = format!(
        "[[execution]]\nname = \"e\"\nmodule = \"m\"\nreference = \"here\"\n\
         [execution.called]\ncalls = {calls}\ntimes = {TIMES}\n\
         output_sha256 = \"{}\"\ncalls_sha256 = \"{calls_sha256}\"\n",
        sha256(output.as_bytes())
    );
    fs::write(&path, text).unwrap();
    let executions = Executions::read(&path).unwrap();
    let error = executions.get("f").unwrap_err().to_string();
    assert!(error.contains("the executions are e"), "{error}");
    executions.get("e").unwrap().clone()
}

fn every_collection_is_seen(execution: &Execution, executed: &Executed) {
    let watched = &executed.watched;
    assert!(watched.collections >= 3, "{}", watched.collections);
    assert_eq!(watched.stacks.len() as u64, watched.collections);
    assert!(watched.stacks.iter().all(|s| (1..20).contains(&s.len())));
    let header = executed.walks(execution).header;
    assert_eq!(header.calls, ["run(12)"]);
    assert_eq!((header.every, header.frames), (1, header.frames_kept));
}

type Run<'r> = &'r dyn Fn(&str, &str) -> Result<(Execution, Executed), CorpusError>;

fn what_is_not_pinned_is_refused(run: Run<'_>, printed: &str) {
    let cases = [
        (CALLS.replace("results = [12]", "results = [13]"), "not 13"),
        (
            CALLS.replace("\"run\"", "\"walk\""),
            "exports no function walk",
        ),
        (CALLS.replace("arguments = [12], ", ""), "it takes (i32)"),
        (
            CALLS.replace("arguments = [12]", "arguments = [1.5]"),
            "it takes (i32)",
        ),
        (
            "[{ function = \"fail\" }]".to_owned(),
            "env.unknown is called",
        ),
    ];
    for (calls, part) in &cases {
        let error = run(calls, printed).unwrap_err().to_string();
        assert!(error.contains(part), "{part} is missing in: {error}");
        assert!(error.contains("execution e of m/"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let error = run(CALLS, "other").unwrap_err().to_string();
    assert!(error.contains("it printed 600 bytes"), "{error}");
}

fn walks_are_kept_and_checked(
    folder: &Path,
    execution: &Execution,
    executed: &Executed,
    target: Target,
) {
    let folder = folder.join("walks");
    let made = executed.walks(execution);
    walks::store(&folder, &made).unwrap();
    let kept = walks::of_module(&folder, &executed.module).unwrap();
    assert_eq!(kept, std::slice::from_ref(&made));
    assert_eq!(
        walks::recorded(&folder, &made).unwrap().as_ref(),
        Some(&made)
    );

    let mut other = executed.module.clone();
    other.section.as_mut().unwrap()[4] ^= 1;
    let error = walks::of_module(&folder, &other).unwrap_err().to_string();
    assert!(error.contains("of other code"), "{error}");

    let mut strange = made.clone();
    strange.stacks[0][0] += 1;
    walks::store(&folder, &strange).unwrap();
    let error = walks::of_module(&folder, &executed.module)
        .unwrap_err()
        .to_string();
    assert!(error.contains("is not in the module's table"), "{error}");

    damage_is_noticed(&made);
    let name = format!("e.{}.{}.walks", target.isa, target.collector);
    fs::remove_file(folder.join(&name)).unwrap();
    let error = walks::of_module(&folder, &executed.module)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&name) && error.contains("not there"),
        "{error}"
    );
}

fn damage_is_noticed(walks: &Walks) {
    let bytes = walks::write(walks).unwrap();
    assert_eq!(walks::read(&bytes, "w").unwrap(), *walks);
    for i in 0..bytes.len() {
        assert!(walks::read(&bytes[..i], "w").is_err(), "cut at {i}");
        let mut changed = bytes.clone();
        changed[i] ^= 0x20;
        let error = walks::read(&changed, "w").unwrap_err().to_string();
        assert!(
            error.starts_with("w: ") && error.lines().count() == 1,
            "{error}"
        );
    }
}
