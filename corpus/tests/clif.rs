//! Functions in Cranelift's text format become modules, and bad ones errors.

use stackmap_corpus::clif::{read_clif, target_isa};
use stackmap_corpus::{Collector, CorpusError, FunctionKind, Isa, Module, Tier};
use stackmap_encoders::Safepoint;
use std::path::PathBuf;
use tempfile::TempDir;

/// Three safepoints: one map of two slots, one of one slot, one empty.
const MAPS: &str = "
function %maps(i64, i32, i32) -> i32 tail {
    ss0 = explicit_slot 4, align = 4
    ss1 = explicit_slot 4, align = 4
    sig0 = (i64) tail
    fn0 = %callee sig0
block0(v0: i64, v1: i32, v2: i32):
    v10 = stack_addr.i64 ss0
    v11 = stack_addr.i64 ss1
    store v1, v10
    store v2, v11
    call fn0(v0), stack_map=[i32 @ ss0+0, i32 @ ss1+0]
    v3 = load.i32 v10
    call fn0(v0), stack_map=[i32 @ ss1+0]
    call fn0(v0)
    return v3
}
";

/// Two calls with maps and, on either path, a tail call.
const TAIL_CALLS: &str = "
function %tail(i64, i32) -> i32 tail {
    ss0 = explicit_slot 4, align = 4
    sig0 = (i64, i32) -> i32 tail
    fn0 = colocated %callee sig0
block0(v0: i64, v1: i32):
    v10 = stack_addr.i64 ss0
    store v1, v10
    v2 = call fn0(v0, v1), stack_map=[i32 @ ss0+0]
    v3 = load.i32 v10
    brif v3, block1, block2
block1:
    return_call fn0(v0, v1)
block2:
    v4 = call fn0(v0, v2), stack_map=[i32 @ ss0+0]
    v5 = func_addr.i64 fn0
    return_call_indirect sig0, v5(v0, v4)
}
";

fn write(text: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("input.clif");
    std::fs::write(&path, text).expect("written");
    (dir, path)
}

fn read(text: &str, target: Option<&str>) -> Result<Module, CorpusError> {
    let (_dir, path) = write(text);
    read_clif(&path, target)
}

fn message(text: &str, target: Option<&str>) -> String {
    let message = read(text, target).expect_err("unusable").to_string();
    assert_eq!(message.lines().count(), 1, "{message}");
    message
}

#[test]
fn stack_maps_of_a_file_are_recorded_on_every_isa() {
    for isa in Isa::OF_MODULES {
        let module = read(MAPS, Some(isa.name())).expect("compiles");
        assert_eq!(module.name, "input");
        assert_eq!(module.isa, isa);
        assert_eq!(module.tier, Tier::Yours);
        assert_eq!(module.collector, Collector::None);
        assert!(module.section.is_none() && module.cwasm_bytes.is_none());

        assert!(module.table.is_complete());
        let slots = |s: Safepoint<'_>| s.slots().count();
        assert_eq!(
            module.table.iter().map(slots).collect::<Vec<_>>(),
            [2, 1, 0]
        );
        let first = module.table.get(0).slots().last();
        assert_eq!(
            first,
            module.table.get(1).slots().last(),
            "ss1 lies above ss0"
        );

        let [function] = &module.functions[..] else {
            panic!("one function: {:?}", module.functions);
        };
        assert_eq!(function.kind, FunctionKind::Wasm);
        assert_eq!(u64::from(function.range.end), module.text_bytes);
        assert!(module.table.iter().all(|s| function.covers_return(s.pc)));
        assert_eq!(module.cross_check.call_sites, Some(3));
        assert_eq!(
            (module.cross_check.recorded, module.cross_check.confirmed),
            (2, 2)
        );
    }
}

#[test]
fn tail_calls_are_no_safepoints_on_any_isa() {
    for isa in Isa::OF_MODULES {
        let module = read(TAIL_CALLS, Some(isa.name())).expect("compiles");
        assert_eq!(module.table.maps(), 2, "{isa}");
        assert_eq!(
            module.table.empties(),
            0,
            "{isa}: a tail call was taken for a call"
        );
        assert_eq!(module.cross_check.call_sites, Some(2), "{isa}");
        assert_eq!(
            module.cross_check.confirmed, 2,
            "{isa}: a call was taken for a tail call"
        );
    }
}

#[test]
fn source_locations_in_the_file_are_not_mistaken_for_tail_calls() {
    let located = MAPS.replace("    call fn0", "@0001 call fn0");
    let module = read(&located, Some("x86_64")).expect("compiles");
    assert_eq!(module.table.len(), 3);
}

#[test]
fn libcalls_are_safepoints() {
    let text = "
function %f(f32) -> f32 system_v {
block0(v0: f32):
    v1 = ceil v0
    return v1
}
";
    let module = read(text, Some("x86_64")).expect("compiles");
    assert_eq!((module.table.len(), module.table.empties()), (1, 1));
}

#[test]
fn functions_lie_in_order_at_the_alignment_of_the_isa() {
    let text = MAPS.repeat(3);
    let module = read(&text, Some("x86_64")).expect("compiles");
    assert_eq!(module.functions.len(), 3);
    let alignment = target_isa("x86_64")
        .expect("known")
        .function_alignment()
        .preferred;
    for pair in module.functions.windows(2) {
        assert!(pair[0].range.end <= pair[1].range.start);
        assert!(pair[1].range.start - pair[0].range.end < alignment);
        assert!(pair[1].range.start.is_multiple_of(alignment));
    }
    assert_eq!((module.table.maps(), module.table.empties()), (6, 3));
}

#[test]
fn the_target_line_counts_unless_a_target_is_given() {
    let text = format!("target aarch64\n{MAPS}");
    assert_eq!(read(&text, None).expect("compiles").isa, Isa::Aarch64);
    assert_eq!(
        read(&text, Some("riscv64")).expect("compiles").isa,
        Isa::Riscv64
    );
    assert_eq!(Some(read(MAPS, None).expect("compiles").isa), Isa::host());
    let module = read(MAPS, Some("s390x-unknown-linux-gnu")).expect("compiles");
    assert_eq!(module.isa, Isa::S390x);
}

#[test]
fn every_isa_can_be_given_by_name() {
    let text = "function %f() system_v {\nblock0:\n    return\n}\n";
    for &isa in Isa::ALL {
        let module = read(text, Some(isa.name())).expect("compiles");
        assert_eq!(module.isa, isa);
    }
}

#[test]
fn a_syntax_error_names_file_and_line() {
    let (_dir, path) =
        write("function %f() system_v {\nblock0:\n    v0 = ichnst.i32 1\n    return\n}\n");
    let message = read_clif(&path, None)
        .expect_err("no such opcode")
        .to_string();
    assert!(
        message.starts_with(&format!("{}:3: ", path.display())),
        "{message}"
    );
    assert_eq!(message.lines().count(), 1, "{message}");
}

#[test]
fn bad_files_are_errors_of_one_line() {
    assert!(message("", None).contains("no function"));
    assert!(message(MAPS, Some("vax")).contains("x86_64"));
    let type_error = MAPS.replace("return v3", "return v0");
    let problem = message(&type_error, None);
    assert!(
        problem.contains("%maps") && problem.contains("verifier"),
        "{problem}"
    );
    let odd_slot = MAPS.replace("i32 @ ss1+0", "i8 @ ss1+1");
    assert!(message(&odd_slot, None).contains("multiple of 4"));
    let missing = read_clif("no/such.clif".as_ref(), None).expect_err("no such file");
    assert!(missing.to_string().starts_with("no/such.clif"));
}

#[test]
fn a_panic_inside_cranelift_is_an_error() {
    let text = format!("target x86_64\n{TAIL_CALLS}");
    let problem = message(&text, None);
    assert!(problem.contains("frame pointers"), "{problem}");
}
