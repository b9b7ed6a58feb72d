//! Every program returns its known result under each collector, with a
//! collection forced at every checkpoint and a heap too small to do without.

use std::num::NonZeroUsize;

use stackmap_corpus::programs::{self, Program};
use wasmtime::{
    Caller, Collector, Config, Engine, Linker, Module, Result, Store, StoreLimits,
    StoreLimitsBuilder, Trap, WasmBacktrace,
};

/// Bytes of GC heap: every program's live data fits, its garbage does not.
const HEAP_LIMIT: usize = 4 << 20;

/// Wasm frames that must have been on the stack at some checkpoint.
const DEEP: usize = 4;

/// More Wasm frames than any program has, so that a backtrace is complete.
const MAX_FRAMES: usize = 1 << 16;

struct Run {
    result: Result<i64>,
    checkpoints: usize,
    deepest: usize,
}

struct Host {
    limits: StoreLimits,
    collect: bool,
    checkpoints: usize,
    deepest: usize,
}

fn run(program: &Program, collector: Collector) -> Run {
    let mut config = Config::new();
    config
        .wasm_gc(true)
        .wasm_function_references(true)
        .wasm_tail_call(true)
        .wasm_backtrace_max_frames(NonZeroUsize::new(MAX_FRAMES))
        .collector(collector);
    let engine = Engine::new(&config).expect("the engine supports every collector");
    let module = Module::new(&engine, program.wat)
        .unwrap_or_else(|error| panic!("{}: {error:?}", program.name));

    let mut linker = Linker::new(&engine);
    linker
        .func_wrap("lab", "checkpoint", |mut caller: Caller<'_, Host>| {
            let frames = WasmBacktrace::force_capture(&caller).frames().len();
            let host = caller.data_mut();
            host.checkpoints += 1;
            host.deepest = host.deepest.max(frames);
            if host.collect {
                caller.gc(None)
            } else {
                Ok(())
            }
        })
        .expect("a fresh linker has no such import");

    let mut store = Store::new(
        &engine,
        Host {
            limits: StoreLimitsBuilder::new().memory_size(HEAP_LIMIT).build(),
            collect: !matches!(collector, Collector::Null),
            checkpoints: 0,
            deepest: 0,
        },
    );
    store.limiter(|host| &mut host.limits);

    let result = linker
        .instantiate(&mut store, &module)
        .and_then(|instance| {
            let run = instance.get_typed_func::<i32, i64>(&mut store, "run")?;
            run.call(&mut store, program.size)
        });
    let Host {
        checkpoints,
        deepest,
        ..
    } = *store.data();
    Run {
        result,
        checkpoints,
        deepest,
    }
}

fn check(collector: Collector) {
    for program in programs::all() {
        let run = run(program, collector);
        let name = program.name;
        match run.result {
            Ok(result) => assert_eq!(result, program.expected, "{name}"),
            Err(error) => panic!("{name}: {error:?}"),
        }
        assert!(run.checkpoints > 0, "{name} reached no checkpoint");
        assert!(
            run.deepest >= DEEP,
            "{name} had {} frames at its deepest checkpoint",
            run.deepest
        );
    }
}

#[test]
fn results_are_right_when_every_checkpoint_moves_all_objects() {
    check(Collector::Copying);
}

#[test]
fn results_are_right_when_every_checkpoint_frees_what_no_frame_holds() {
    check(Collector::DeferredReferenceCounting);
}

/// Without a collector the same heap is too small, so the two tests above
/// also saw collections that allocation itself brought about.
#[test]
fn every_program_allocates_more_than_the_heap_holds() {
    for program in programs::all() {
        match run(program, Collector::Null).result {
            Ok(_) => panic!(
                "{} ran in {HEAP_LIMIT} bytes without a collector",
                program.name
            ),
            // So the null collector reports a heap that cannot grow.
            Err(error) => assert_eq!(
                error.downcast_ref(),
                Some(&Trap::AllocationTooLarge),
                "{}: {error:?}",
                program.name
            ),
        }
    }
}

#[test]
fn names_are_unique_and_sorted() {
    assert!(programs::all().is_sorted_by(|a, b| a.name < b.name));
}
