//! From a pin to a recording and back to the compiler. Without libtest,
//! because this program is its own child.

mod pinned;

use pinned::pinned;
use stackmap_corpus::recorded::{Header, TARGETS, Target, check, record, recordings};
use stackmap_corpus::{CHILD_COMMAND, Collector, Isa, child, child_main};

const MODULE: &str = r#"(module
  (type $node (struct (field (ref null $node))))
  (import "" "tick" (func $tick))
  (func (export "f") (param (ref null $node)) (result (ref null $node))
    (call $tick) (call $tick) (local.get 0)))"#;

/// The same with one safepoint more.
const OTHER: &str = r#"(module
  (type $node (struct (field (ref null $node))))
  (import "" "tick" (func $tick))
  (func (export "f") (param (ref null $node)) (result (ref null $node))
    (call $tick) (call $tick) (call $tick) (local.get 0)))"#;

fn main() {
    child::enter().unwrap();
    if std::env::args().nth(1).is_some_and(|a| a == CHILD_COMMAND) {
        std::process::exit(child_main());
    }
    every_target_is_recorded_and_holds();
    a_changed_module_is_told_difference_by_difference();
    a_known_failure_is_not_tried();
    println!("record: ok");
}

fn every_target_is_recorded_and_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (module, options) = pinned(folder.path(), MODULE, "");
    for target in TARGETS {
        let header = record(&module, target, &options).unwrap();
        assert!(header.maps >= 2, "{header:?}");
        check_sizes(&header);
        assert_eq!(check(&module, target, &options).unwrap(), [""; 0]);
    }
    let all = recordings(&options.folder).unwrap();
    assert_eq!(all.len(), TARGETS.len());
    for listed in all {
        let module = listed.open().unwrap().module().unwrap();
        assert!(module.table.is_complete(), "{}", module.key());
    }
}

fn check_sizes(header: &Header) {
    let sections = &header.provenance.sections;
    let size = |name: &str| sections.iter().find(|s| s.name == name).unwrap().bytes;
    assert_eq!(size(".text"), header.text_bytes);
    let section = header.section.as_ref().unwrap();
    assert_eq!(size(".wasmtime.stackmap"), section.bytes);
    let sum: u64 = sections.iter().map(|s| s.bytes).sum();
    assert!(sum < header.cwasm_bytes.unwrap());
}

fn a_changed_module_is_told_difference_by_difference() {
    let folder = tempfile::tempdir().unwrap();
    let (module, options) = pinned(folder.path(), MODULE, "");
    record(&module, TARGETS[0], &options).unwrap();
    let (module, options) = pinned(folder.path(), OTHER, "");
    let differences = check(&module, TARGETS[0], &options).unwrap().join("\n");
    for part in [
        "maps was",
        "section was",
        "the bytes of the stack map section differ",
        "the safepoints differ",
    ] {
        assert!(
            differences.contains(part),
            "{part} is missing in: {differences}"
        );
    }
}

fn a_known_failure_is_not_tried() {
    let folder = tempfile::tempdir().unwrap();
    let failure = "[[module.failure]]\nisa = \"s390x\"\nreason = \"it rains\"\n";
    let (module, options) = pinned(folder.path(), MODULE, failure);
    let target = |isa| Target {
        isa,
        collector: Collector::Copying,
    };
    let error = record(&module, target(Isa::S390x), &options)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("m/s390x/copying") && error.contains("it rains"),
        "{error}"
    );
    assert!(record(&module, target(Isa::X86_64), &options).is_ok());
}
