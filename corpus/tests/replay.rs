//! From a trace to an execution. Without libtest, because this program is its own
//! child.

mod pinned;

use pinned::pinned;
use stackmap_corpus::execution::{Executed, Executions, execute};
use stackmap_corpus::recorded::{RecordOptions, TARGETS, Target, record};
use stackmap_corpus::traces::{self, TraceHeader};
use stackmap_corpus::wild::WildModule;
use stackmap_corpus::{CHILD_COMMAND, CorpusError, Isa, child, child_main};
use std::fs;
use std::path::Path;

/// Gives an object of its own away, is given it back, asks for strings, and has a
/// memory that it imports.
const MODULE: &str = r#"(module
  (type $tree (struct (field (ref null $tree)) (field (ref null $tree))))
  (import "env" "keep" (func $keep (param anyref)))
  (import "env" "ask" (func $ask (param externref i32) (result externref)))
  (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
  (import "env" "constant" (global $constant externref))
  (import "env" "memory" (memory 1))
  (global $kept (mut eqref) (ref.null eq))
  (func $grow (param $depth i32) (result (ref null $tree))
    (if (i32.eqz (local.get $depth)) (then (return (ref.null $tree))))
    (struct.new $tree
      (call $grow (i32.sub (local.get $depth) (i32.const 1)))
      (call $grow (i32.sub (local.get $depth) (i32.const 1)))))
  (func (export "back") (param $object eqref) (result i32)
    (ref.eq (local.get $object) (global.get $kept)))
  (func (export "run") (param $object externref) (result i32)
    (global.set $kept (call $grow (i32.const 13)))
    (call $keep (global.get $kept))
    (drop (call $grow (i32.const 16)))
    (i32.store (i32.const 65532) (i32.const 7))
    (i32.add
      (call $length (call $ask (local.get $object) (i32.load (i32.const 65532))))
      (i32.add (call $length (global.get $constant)) (call $length (ref.null extern))))))"#;

/// The events that it takes part in. The sum of the lengths is 3 + 2 + 0.
fn body() -> Vec<u8> {
    let number = |value: f64| [&[4][..], &value.to_le_bytes()].concat();
    let string = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [6, text.len() as u8]
            .into_iter()
            .chain(units)
            .collect::<Vec<u8>>()
    };
    let [call, result, enter, leave] = [[0], [1], [2], [4]];
    let (undefined, null) = ([1], [0]);
    let object = |id: u8| [7, id];
    [
        &string("ok")[..],
        &enter,
        &[0, 0],
        &leave,
        &undefined,
        &enter,
        &[2, 1],
        &object(0),
        &call,
        &[0, 1],
        &object(1),
        &enter,
        &[1, 1],
        &object(1),
        &leave,
        &number(1.0),
        &result,
        &undefined,
        &call,
        &[1, 2],
        &object(0),
        &number(7.0),
        &result,
        &string("abc"),
        &call,
        &[2, 1],
        &null,
        &result,
        &number(0.0),
        &leave,
        &number(5.0),
    ]
    .concat()
}

fn header(module_sha256: &str) -> TraceHeader {
    let pair = |from: &str, name: &str| (from.to_owned(), name.to_owned());
    TraceHeader {
        execution: "e".to_owned(),
        module: "m".to_owned(),
        module_sha256: module_sha256.to_owned(),
        licence: "MIT".to_owned(),
        engine: "none".to_owned(),
        imports: vec![
            pair("env", "keep"),
            pair("env", "ask"),
            pair("wasm:js-string", "length"),
        ],
        globals: vec![pair("env", "constant")],
        exports: vec!["back".to_owned(), "run".to_owned()],
    }
}

fn main() {
    child::enter().unwrap();
    if std::env::args().nth(1).is_some_and(|a| a == CHILD_COMMAND) {
        std::process::exit(child_main());
    }
    // Only code of this machine runs.
    let target = TARGETS.into_iter().find(|t| Some(t.isa) == Isa::host());
    let Some(target) = target else {
        return println!("replay: nothing runs here");
    };
    let folder = tempfile::tempdir().unwrap();
    let (module, options) = pinned(folder.path(), MODULE, "");
    pin_execution(folder.path());
    record(&module, target, &options).unwrap();
    let folder = folder.path();
    let run = || replayed(folder, &module, target, &options);
    let traced = |sha256: &str, body: &[u8]| {
        traces::store(&folder.join("recorded-traces"), &header(sha256), body).unwrap();
        run()
    };
    let sha256 = module.prepared_sha256().to_owned();
    let executed = traced(&sha256, &body()).unwrap();
    assert!(executed.watched.collections >= 3);
    assert!(
        executed.calls[0].starts_with("trace "),
        "{:?}",
        executed.calls
    );
    every_difference_is_named(&|body| traced(&sha256, body));
    let error = refused(traced(&sha256.replace(&sha256[..1], "x"), &body()));
    assert!(
        error.contains("of another version of the module"),
        "{error}"
    );

    traced(&sha256, &body()).unwrap();
    damage_is_noticed(&folder.join("recorded-traces/e.trace"), &run);
    println!("replay: ok");
}

/// Pins the execution, too.
fn pin_execution(folder: &Path) {
    let execution = "[[execution]]\nname = \"e\"\nmodule = \"m\"\nreference = \"here\"\n\
         [execution.replayed]\ndriver = \"d.mjs\"\ninput = \"i\"\nscripts = {}\n";
    fs::write(folder.join("executions.toml"), execution).unwrap();
}

fn replayed(
    folder: &Path,
    module: &WildModule,
    target: Target,
    options: &RecordOptions,
) -> Result<Executed, CorpusError> {
    let executions = Executions::read(&folder.join("executions.toml")).unwrap();
    execute(executions.get("e").unwrap(), module, target, options)
}

fn refused(ended: Result<Executed, CorpusError>) -> String {
    let error = ended.unwrap_err().to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

type Traced<'t> = &'t dyn Fn(&[u8]) -> Result<Executed, CorpusError>;

fn every_difference_is_named(traced: Traced<'_>) {
    let swapped = |from: &[u8], to: &[u8]| {
        let body = body();
        let at = body.windows(from.len()).position(|w| w == from).unwrap();
        [&body[..at], to, &body[at + from.len()..]].concat()
    };
    let eight = [&[4][..], &8f64.to_le_bytes()].concat();
    let seven = [&[4][..], &7f64.to_le_bytes()].concat();
    let cases: [(Vec<u8>, &str); 6] = [
        (
            swapped(&seven, &eight),
            "event 8: env.ask: value 1 is 7, but 8 in the trace",
        ),
        // The host's object, where the module gives its own away.
        (
            swapped(&[0, 0, 1, 7, 1], &[0, 0, 1, 7, 0]),
            "event 4: env.keep: value 0 is another object",
        ),
        // The string has more units.
        (
            swapped(&[6, 3, b'a', 0], &[6, 4, b'a', 0, b'a', 0]),
            "the module's return: value 0 is 6, but 5",
        ),
        (
            swapped(&[0, 2, 1, 0], &[0, 1, 1, 0]),
            "wasm:js-string.length is called, but in the trace env.ask",
        ),
        (
            body()[..body().len() - 10].to_vec(),
            "the module returns, but in the trace the trace ends",
        ),
        (
            [&body()[..], &[4, 1]].concat(),
            "nothing runs, but in the trace the module returns",
        ),
    ];
    for (body, part) in &cases {
        let error = refused(traced(body));
        assert!(error.contains(part), "{part} is missing in: {error}");
        assert!(error.contains("execution e of m/"), "{error}");
    }
}

/// A trace file that is cut or changed is refused, and names itself.
fn damage_is_noticed(path: &Path, run: &dyn Fn() -> Result<Executed, CorpusError>) {
    let bytes = fs::read(path).unwrap();
    for damaged in [&bytes[..bytes.len() / 2], &[&bytes[..], b"x"].concat()] {
        fs::write(path, damaged).unwrap();
        let error = refused(run());
        assert!(error.contains("e.trace: its SHA-256 is not"), "{error}");
    }
    fs::remove_file(path).unwrap();
    let error = refused(run());
    assert!(
        error.contains("e.trace") && error.contains("not there"),
        "{error}"
    );
}
