//! Small modules through the real compiler, on every instruction set.

use object::{Object, ObjectSection};
use stackmap_corpus::{
    Collector, CompileOptions, CorpusError, Function, FunctionKind, Isa, Module, Tier,
    compile_wasm, read_cwasm, read_path,
};
use std::fs;
use std::path::PathBuf;
use wasmtime::{Config, Engine};
use wasmtime_environ::StackMap;

/// Functions 0 live, 1 dead, 2-5 tail calls, 6 jump table, 7 exceptions.
const PROGRAM: &str = include_str!("compile.wat");

/// `try catch_all end` in a function of its own, for which there is no longer
/// a text form.
const LEGACY_EXCEPTIONS: &[u8] =
    b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x08\x01\x06\0\x06\x40\x19\x0b\x0b";

fn options(isa: &str, collector: Collector) -> CompileOptions {
    CompileOptions {
        target: Some(isa.into()),
        collector: Some(collector),
        opt_level: None,
    }
}

fn compiled(wat: &str, isa: Isa, collector: Collector) -> Module {
    let options = options(isa.name(), collector);
    compile_wasm("m", Tier::Program, String::new(), wat.as_bytes(), &options).unwrap()
}

fn wasm_function(module: &Module, i: usize) -> &Function {
    let mut functions = module
        .functions
        .iter()
        .filter(|f| f.kind == FunctionKind::Wasm);
    functions.nth(i).unwrap()
}

/// PCs and number of live slots of the safepoints in one function.
fn safepoints(module: &Module, f: &Function) -> Vec<usize> {
    let inside = module.table.iter().filter(|s| f.covers_return(s.pc));
    inside.map(|s| s.slots().count()).collect()
}

/// A `.cwasm` from an engine that nothing watches.
fn plain_cwasm(wat: &str, triple: &str, collector: wasmtime::Collector) -> Vec<u8> {
    let mut config = Config::new();
    config.target(triple).unwrap().collector(collector);
    config
        .wasm_function_references(true)
        .wasm_gc(true)
        .wasm_exceptions(true);
    let engine = Engine::new(&config).unwrap();
    engine.precompile_module(wat.as_bytes()).unwrap()
}

fn elf_section(cwasm: &[u8], name: &str) -> Vec<u8> {
    let elf = object::File::parse(cwasm).unwrap();
    elf.section_by_name(name).unwrap().data().unwrap().to_vec()
}

fn message(error: CorpusError) -> String {
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}

fn rejection(bytes: &[u8]) -> String {
    let options = options("x86_64", Collector::Copying);
    message(compile_wasm("bad", Tier::Yours, String::new(), bytes, &options).unwrap_err())
}

#[test]
fn watching_the_compile_changes_nothing() {
    for (isa, triple) in [
        (Isa::X86_64, "x86_64-unknown-linux-gnu"),
        (Isa::S390x, "s390x-unknown-linux-gnu"),
    ] {
        for (collector, theirs) in [
            (Collector::Copying, wasmtime::Collector::Copying),
            (
                Collector::Drc,
                wasmtime::Collector::DeferredReferenceCounting,
            ),
        ] {
            let plain = plain_cwasm(PROGRAM, triple, theirs);
            let watched = compiled(PROGRAM, isa, collector);
            assert_eq!(watched.collector, collector);
            assert_eq!(
                watched.section.as_deref(),
                Some(&elf_section(&plain, ".wasmtime.stackmap")[..])
            );
            assert_eq!(
                watched.text_bytes,
                elf_section(&plain, ".text").len() as u64
            );
        }
    }
}

#[test]
fn maps_are_those_that_wasmtime_reads() {
    for isa in Isa::OF_MODULES {
        let module = compiled(PROGRAM, isa, Collector::Drc);
        let section = module.section.as_ref().unwrap();
        let theirs = StackMap::iter(section).unwrap();
        let theirs = theirs.map(|(pc, m)| (pc, m.frame_size(), m.offsets().collect::<Vec<_>>()));
        let ours = module.table.iter_maps();
        let ours = ours.map(|s| (s.pc, s.frame_size, s.slots().collect::<Vec<_>>()));
        assert!(module.table.maps() >= 4, "{isa}");
        assert!(ours.eq(theirs), "{isa}");
    }
}

#[test]
fn both_routes_find_the_same_return_addresses() {
    for isa in Isa::OF_MODULES {
        for collector in [Collector::Copying, Collector::Drc, Collector::Null] {
            let module = compiled(PROGRAM, isa, collector);
            let check = module.cross_check;
            let key = module.key();
            assert!(module.table.is_complete());
            assert_eq!(check.recorded, module.table.maps(), "{key}");
            assert_eq!(check.confirmed, check.recorded, "{key}");
            assert_eq!(check.call_sites, Some(module.table.len()), "{key}");
            assert_eq!(check.disassembled, check.call_sites, "{key}");
            assert_eq!(check.agreed, check.call_sites, "{key}");
            assert_eq!(check.unmatched_functions, 0, "{key}");
        }
    }
}

#[test]
fn empties_are_found_and_tail_calls_are_not() {
    for isa in Isa::OF_MODULES {
        let module = compiled(PROGRAM, isa, Collector::Copying);
        let in_function = |i| safepoints(&module, wasm_function(&module, i));
        // Both references, then one; the allocation's slow path stands last.
        assert!(
            in_function(0).starts_with(&[2, 1, 1]),
            "{isa}: {:?}",
            in_function(0)
        );
        assert_eq!(in_function(1), [0, 0, 0], "{isa}");
        assert_eq!(in_function(2), [0; 0], "{isa}");
        assert_eq!(in_function(3), [0; 0], "{isa}");
        assert_eq!(in_function(6), [1, 1], "{isa}");
        for empty in module.table.iter().filter(|s| s.is_empty()) {
            assert!(
                module.functions.iter().any(|f| f.covers_return(empty.pc)),
                "{isa}"
            );
        }
    }
}

#[test]
fn module_start_is_told_apart() {
    for isa in Isa::OF_MODULES {
        let module = compiled(PROGRAM, isa, Collector::Copying);
        let starts = module
            .functions
            .iter()
            .filter(|f| f.kind == FunctionKind::ModuleStart);
        let [start] = starts.collect::<Vec<_>>()[..] else {
            panic!("{isa}: {:?}", module.functions);
        };
        let rest = module.table_without_start().unwrap();
        let inside = safepoints(&module, start).len();
        assert!(inside > 0, "{isa}");
        assert_eq!(rest.len() + inside, module.table.len(), "{isa}");
    }
}

#[test]
fn a_module_without_references_has_empties_alone() {
    let wat = r#"(module (import "" "f" (func $f)) (func (export "g") (call $f) (call $f)))"#;
    for isa in Isa::OF_MODULES {
        let module = compiled(wat, isa, Collector::Copying);
        assert_eq!(module.section.as_deref(), Some(&[][..]), "{isa}");
        assert_eq!(module.table.maps(), 0, "{isa}");
        assert_eq!(
            safepoints(&module, wasm_function(&module, 0)),
            [0, 0],
            "{isa}"
        );
    }
    let nothing = compiled("(module)", Isa::X86_64, Collector::Copying);
    assert!(nothing.table.is_empty() && nothing.functions.is_empty());
}

#[test]
fn a_bare_cwasm_gives_the_same_table() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bare.cwasm");
    let cwasm = plain_cwasm(
        PROGRAM,
        "aarch64-unknown-linux-gnu",
        wasmtime::Collector::Copying,
    );
    fs::write(&path, &cwasm).unwrap();
    let read = read_cwasm(&path).unwrap();
    assert_eq!(
        (read.isa, read.collector),
        (Isa::Aarch64, Collector::Copying)
    );
    assert_eq!((read.name.as_str(), read.tier), ("bare", Tier::Yours));
    assert_eq!(read.cwasm_bytes, Some(cwasm.len() as u64));
    assert_eq!(
        read.table,
        compiled(PROGRAM, Isa::Aarch64, Collector::Copying).table
    );
    assert_eq!(read.cross_check.call_sites, None);
    assert_eq!(read.cross_check.confirmed, read.cross_check.recorded);
}

#[test]
fn damaged_files_are_errors_not_panics() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("damaged.cwasm");
    let cwasm = plain_cwasm(PROGRAM, "pulley64", wasmtime::Collector::Copying);
    for end in [0, 1, 63, 64, cwasm.len() / 2, cwasm.len() - 1] {
        fs::write(&path, &cwasm[..end]).unwrap();
        let text = message(read_cwasm(&path).unwrap_err());
        assert!(text.contains("damaged.cwasm"), "{text}");
        assert!(text.contains("compile the module anew"), "{text}");
    }
}

#[test]
fn other_files_are_refused_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let refusal = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        let read = read_path(&path, Tier::Yours, &options("x86_64", Collector::Copying));
        message(read.unwrap_err())
    };
    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    assert!(refusal("program.cwasm", &program).contains("not Wasmtime's"));
    assert!(refusal("notes.txt", b"hello").contains(".wasm, .wat or .cwasm"));
    assert!(refusal("text.wat", b"(module (func (oops)))").contains("oops"));
    assert!(refusal("cut.wasm", b"\0asm\x01\0\0\0\x01").contains("wasm-tools validate"));
    for (name, component) in [
        ("part.wasm", &b"\0asm\x0d\0\x01\0"[..]),
        ("text.wat", b"(component (core module))"),
    ] {
        let text = refusal(name, component);
        assert!(text.contains("it is a component"), "{text}");
        assert!(text.contains("component unbundle --threshold 0"), "{text}");
    }
    let missing = read_cwasm(&PathBuf::from("no/such.cwasm")).unwrap_err();
    assert!(
        std::error::Error::source(&missing).is_none(),
        "a chain says it twice"
    );
    assert!(message(missing).contains("no/such.cwasm"));
}

#[test]
fn what_wasmtime_rejects_says_what_to_do() {
    let legacy = rejection(LEGACY_EXCEPTIONS);
    assert!(legacy.contains("--translate-to-exnref"), "{legacy}");
    let invalid = rejection(b"(module (func (result i32)))");
    assert!(
        invalid.starts_with("bad: ") && invalid.contains("validate"),
        "{invalid}"
    );
    let bytes = b"(module)";
    for (options, word) in [
        (options("vax", Collector::Copying), "vax"),
        (options("aarch64x", Collector::Copying), "aarch64x"),
        (options("x86_64", Collector::Unknown), "unknown"),
    ] {
        let error = compile_wasm("m", Tier::Yours, String::new(), bytes, &options).unwrap_err();
        assert!(message(error).contains(word));
    }
}

#[test]
fn read_path_goes_by_content() {
    let dir = tempfile::tempdir().unwrap();
    let options = options("x86_64", Collector::Drc);
    let text = dir.path().join("text.wat");
    fs::write(&text, PROGRAM).unwrap();
    let from_text = read_path(&text, Tier::Program, &options).unwrap();
    let binary = dir.path().join("binary.wasm");
    fs::write(&binary, wat::parse_str(PROGRAM).unwrap()).unwrap();
    let from_binary = read_path(&binary, Tier::Program, &options).unwrap();
    assert_eq!(from_text.name, "text");
    assert_eq!(from_binary.provenance, "binary.wasm");
    assert_eq!(from_text.table, from_binary.table);
    let compiled = dir.path().join("compiled.bin");
    let cwasm = plain_cwasm(
        PROGRAM,
        "x86_64-unknown-linux-gnu",
        wasmtime::Collector::Null,
    );
    fs::write(&compiled, cwasm).unwrap();
    assert_eq!(
        read_path(&compiled, Tier::Yours, &options)
            .unwrap()
            .collector,
        Collector::Null
    );
}
