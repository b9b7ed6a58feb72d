//! Compiles in child processes. Without libtest, because this program is its
//! own child.

use stackmap_corpus::{
    CHILD_COMMAND, CompileOptions, CorpusError, Limits, Module, Tier, child, child_main,
    compile_isolated, compile_wasm,
};
use std::fmt::Write;
use std::time::Duration;

const SMALL: &str = r#"(module
  (type $node (struct (field (ref null $node))))
  (import "" "tick" (func $tick))
  (func (export "f") (param (ref null $node)) (result (ref null $node))
    (call $tick) (local.get 0)))"#;

fn main() {
    child::enter().unwrap();
    if std::env::args().nth(1).is_some_and(|a| a == CHILD_COMMAND) {
        std::process::exit(child_main());
    }
    the_child_gives_what_this_process_gives();
    a_rejected_module_keeps_its_remedy();
    time_and_memory_are_limited();
    println!("isolate: ok");
}

fn isolated(wat: &str, limits: &Limits) -> Result<Module, CorpusError> {
    let options = CompileOptions::default();
    compile_isolated(
        "m",
        Tier::Smith,
        "here".into(),
        wat.as_bytes(),
        &options,
        limits,
    )
}

fn the_child_gives_what_this_process_gives() {
    let there = isolated(SMALL, &Limits::default()).unwrap();
    let options = CompileOptions::default();
    let here = compile_wasm("m", Tier::Smith, "here".into(), SMALL.as_bytes(), &options).unwrap();
    assert!(there.table.maps() > 0);
    assert_eq!(format!("{there:?}"), format!("{here:?}"));
}

fn a_rejected_module_keeps_its_remedy() {
    let error = isolated("(module (func (result i32)))", &Limits::default());
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("m: ") && error.contains("wasm-tools validate"),
        "{error}"
    );
}

fn time_and_memory_are_limited() {
    let mut function = String::from("(func (param i64) (result i64) (local.get 0)");
    for i in 0..200_000 {
        write!(
            function,
            "(i64.const {i}) (i64.mul) (local.get 0) (i64.xor)"
        )
        .unwrap();
    }
    function.push(')');
    let large = |functions| format!("(module {})", function.repeat(functions));
    // Some ten times what fits into a second, to which the limit is rounded up, on
    // a fast machine.
    let time = Limits {
        time: Duration::from_millis(500),
        ..Limits::default()
    };
    let error = isolated(&large(16), &time).unwrap_err().to_string();
    assert!(
        error.contains("longer than 0.5 s") && error.contains("--minutes"),
        "{error}"
    );
    let memory = Limits {
        memory: 16 << 20,
        ..Limits::default()
    };
    let error = isolated(&large(1), &memory).unwrap_err().to_string();
    assert!(
        error.contains("more than 16 MiB") && error.contains("--memory"),
        "{error}"
    );
}
