//! Wasmtime with the lab's stack maps in it: every program of the corpus, under
//! both collectors, once with each scheme. Each checkpoint of a program is a
//! collection. Programs must return what they have to, every lookup must answer
//! what it does with today's format, Wasmtime must record the safepoints that the
//! lab finds, and no lookup may miss where empties are recorded and told.

mod safepoints;

use anyhow::{Context, Result, ensure};
use safepoints::{COLLECTORS, options};
use stackmap_corpus::programs::{self, Program};
use stackmap_corpus::{Collector, Isa};
use stackmap_encoders::{Encoder, SchemeSource, SchemeVisitor, for_each_scheme};
use std::ops::AddAssign;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use wasmtime::{Caller, Config, Engine, Linker, Module, Store};
use wasmtime_environ::{
    STACK_MAP_ANSWERS, STACK_MAP_EMPTIES, STACK_MAP_LOOKUPS, STACK_MAP_MISSING,
    STACK_MAP_REFERENCES, STACK_MAP_SCHEME,
};

/// Room for programs that recurse deeply.
const WASM_STACK: usize = 64 << 20;
const THREAD_STACK: usize = WASM_STACK + (16 << 20);

/// Collections of a program; at later checkpoints nothing happens.
const MOST_COLLECTIONS: u64 = 500;

/// A scheme, by what it promises.
struct Scheme {
    name: &'static str,
    tri_state: bool,
}

/// All schemes, by number.
#[derive(Default)]
struct Schemes(Vec<Scheme>);

impl SchemeVisitor for Schemes {
    fn visit<E: Encoder>(&mut self, _: &SchemeSource) {
        self.0.push(Scheme {
            name: E::NAME,
            tri_state: E::TRI_STATE,
        });
    }
}

/// What one or more programs came to, whatever the scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Answers {
    collections: u64,
    lookups: u64,
    references: u64,
    hash: u64,
}

/// What is the scheme's own.
#[derive(Clone, Copy, Default)]
struct Costs {
    empties: u64,
    missing: u64,
    section_bytes: u64,
    cwasm_bytes: u64,
}

fn main() -> Result<()> {
    let worker = thread::Builder::new().stack_size(THREAD_STACK);
    let worker = worker.spawn(rehearse).context("cannot start a thread")?;
    worker.join().expect("errors are returned")
}

fn rehearse() -> Result<()> {
    let mut schemes = Schemes::default();
    for_each_scheme(&mut schemes);
    safepoints::compare()?;

    let isa = Isa::host().context("Cranelift does not compile for this machine")?;
    println!(
        "{:<10} {:<13} {:>8} {:>11} {:>8} {:>10} {:>8} {:>8} {:>13} {:>12}",
        "collector",
        "scheme",
        "programs",
        "collections",
        "lookups",
        "references",
        "empties",
        "missing",
        "section bytes",
        ".cwasm bytes"
    );
    for collector in COLLECTORS {
        let mut today = Vec::new();
        for (number, scheme) in schemes.0.iter().enumerate() {
            STACK_MAP_SCHEME.store(number, Relaxed);
            rehearse_scheme(scheme, isa, collector, &mut today)?;
        }
    }
    Ok(())
}

/// Runs all programs; `today` is what they came to with the first scheme.
fn rehearse_scheme(
    scheme: &Scheme,
    isa: Isa,
    collector: Collector,
    today: &mut Vec<Answers>,
) -> Result<()> {
    let name = scheme.name;
    let (mut answers, mut costs) = (Answers::default(), Costs::default());
    for (i, program) in programs::all().iter().enumerate() {
        let at = || format!("{} with {name}, collector {collector}", program.name);
        let (a, c) = run(program, isa, collector).with_context(at)?;
        if today.len() == i {
            today.push(a);
        }
        ensure!(
            a == today[i],
            "{}: lookups do not answer as today's do",
            at()
        );
        ensure!(
            !scheme.tri_state || c.missing == 0,
            "{}: {} frames at no known safepoint",
            at(),
            c.missing
        );
        answers += a;
        costs += c;
    }
    println!(
        "{collector:<10} {name:<13} {:>8} {:>11} {:>8} {:>10} {:>8} {:>8} {:>13} {:>12}",
        programs::all().len(),
        answers.collections,
        answers.lookups,
        answers.references,
        costs.empties,
        costs.missing,
        costs.section_bytes,
        costs.cwasm_bytes
    );
    Ok(())
}

fn run(program: &Program, isa: Isa, collector: Collector) -> Result<(Answers, Costs)> {
    let engine = Engine::new(&config(isa, collector)?)?;
    let code = Module::new(&engine, program.wat)?;
    let cwasm = code.serialize()?;
    let section = safepoints::section(&cwasm)?;

    for counter in [
        &STACK_MAP_LOOKUPS,
        &STACK_MAP_REFERENCES,
        &STACK_MAP_EMPTIES,
        &STACK_MAP_MISSING,
        &STACK_MAP_ANSWERS,
    ] {
        counter.store(0, Relaxed);
    }
    let collections = collect_at_checkpoints(&engine, program, &code)?;
    let seen = |counter: &AtomicU64| counter.load(Relaxed);
    let answers = Answers {
        collections,
        lookups: seen(&STACK_MAP_LOOKUPS),
        references: seen(&STACK_MAP_REFERENCES),
        hash: seen(&STACK_MAP_ANSWERS),
    };
    let costs = Costs {
        empties: seen(&STACK_MAP_EMPTIES),
        missing: seen(&STACK_MAP_MISSING),
        section_bytes: section.len() as u64,
        cwasm_bytes: cwasm.len() as u64,
    };
    Ok((answers, costs))
}

/// Runs a program and counts the collections that its checkpoints start.
fn collect_at_checkpoints(engine: &Engine, program: &Program, code: &Module) -> Result<u64> {
    let mut store = Store::new(engine, 0);
    let mut linker = Linker::new(engine);
    linker.func_wrap(
        "lab",
        "checkpoint",
        |mut caller: Caller<'_, u64>| -> wasmtime::Result<()> {
            if *caller.data() < MOST_COLLECTIONS {
                *caller.data_mut() += 1;
                caller.gc(None)?;
            }
            Ok(())
        },
    )?;
    program.run(&mut store, &linker, code)?;
    Ok(*store.data())
}

impl AddAssign for Answers {
    fn add_assign(&mut self, one: Answers) {
        self.collections += one.collections;
        self.lookups += one.lookups;
        self.references += one.references;
    }
}

impl AddAssign for Costs {
    fn add_assign(&mut self, one: Costs) {
        self.empties += one.empties;
        self.missing += one.missing;
        self.section_bytes += one.section_bytes;
        self.cwasm_bytes += one.cwasm_bytes;
    }
}

fn config(isa: Isa, collector: Collector) -> Result<Config> {
    let mut config = options(isa, collector)
        .config()
        .map_err(anyhow::Error::msg)?;
    config
        .async_stack_size(THREAD_STACK)
        .max_wasm_stack(WASM_STACK);
    Ok(config)
}
