//! Wasmtime with the lab's stack maps in it: every program of the corpus, under
//! both collectors, once with each scheme that Cranelift can feed as it is.
//! Each checkpoint of a program is a collection. Programs must return what they
//! have to, and every lookup must answer what it does with today's format.

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSection};
use stackmap_corpus::CompileOptions;
use stackmap_corpus::programs::{self, Program};
use stackmap_encoders::{Encoder, SchemeSource, SchemeVisitor, for_each_scheme};
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use wasmtime::{Caller, Config, Engine, Linker, Module, Store};
use wasmtime_environ::{
    STACK_MAP_ANSWERS, STACK_MAP_LOOKUPS, STACK_MAP_REFERENCES, STACK_MAP_SCHEME, obj,
};

/// Room for programs that recurse deeply.
const WASM_STACK: usize = 64 << 20;
const THREAD_STACK: usize = WASM_STACK + (16 << 20);

/// Collections of a program; at later checkpoints nothing happens.
const MOST_COLLECTIONS: u64 = 500;

/// Name and number of a scheme that asks nothing new of Cranelift.
#[derive(Default)]
struct Usable {
    visited: usize,
    schemes: Vec<(&'static str, usize)>,
}

impl SchemeVisitor for Usable {
    fn visit<E: Encoder>(&mut self, _: &SchemeSource) {
        if E::EXACT && !E::RECORDS_EMPTIES {
            self.schemes.push((E::NAME, self.visited));
        }
        self.visited += 1;
    }
}

/// What one or more programs came to.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    collections: u64,
    lookups: u64,
    references: u64,
    answers: u64,
}

/// Bytes that one or more programs take.
#[derive(Clone, Copy, Default)]
struct Bytes {
    section: u64,
    cwasm: u64,
}

fn main() -> Result<()> {
    let worker = thread::Builder::new().stack_size(THREAD_STACK);
    let worker = worker.spawn(rehearse).context("cannot start a thread")?;
    worker.join().expect("errors are returned")
}

fn rehearse() -> Result<()> {
    let mut usable = Usable::default();
    for_each_scheme(&mut usable);
    println!(
        "{:<10} {:<13} {:>8} {:>11} {:>9} {:>10} {:>13} {:>11}",
        "collector",
        "scheme",
        "programs",
        "collections",
        "lookups",
        "references",
        "section bytes",
        ".cwasm bytes"
    );
    for collector in ["copying", "drc"] {
        let mut today: Vec<Seen> = Vec::new();
        for &(name, number) in &usable.schemes {
            STACK_MAP_SCHEME.store(number, Relaxed);
            let (mut seen, mut bytes) = (Seen::default(), Bytes::default());
            for (i, program) in programs::all().iter().enumerate() {
                let at = || format!("{} with {name}, collector {collector}", program.name);
                let (s, b) = run(program, collector).with_context(at)?;
                if today.len() == i {
                    today.push(s);
                }
                ensure!(
                    s == today[i],
                    "{}: lookups do not answer as today's do",
                    at()
                );
                seen.collections += s.collections;
                seen.lookups += s.lookups;
                seen.references += s.references;
                bytes.section += b.section;
                bytes.cwasm += b.cwasm;
            }
            println!(
                "{collector:<10} {name:<13} {:>8} {:>11} {:>9} {:>10} {:>13} {:>11}",
                programs::all().len(),
                seen.collections,
                seen.lookups,
                seen.references,
                bytes.section,
                bytes.cwasm
            );
        }
    }
    Ok(())
}

fn run(program: &Program, collector: &str) -> Result<(Seen, Bytes)> {
    let engine = Engine::new(&config(collector)?)?;
    let code = Module::new(&engine, program.wat)?;
    let cwasm = code.serialize()?;
    let section = object::File::parse(&*cwasm)?
        .section_by_name(obj::ELF_WASMTIME_STACK_MAP)
        .map_or(0, |s| s.size());
    let bytes = Bytes {
        section,
        cwasm: cwasm.len() as u64,
    };
    let before = seen(0);
    STACK_MAP_ANSWERS.store(0, Relaxed);
    let mut store = Store::new(&engine, 0);
    let mut linker = Linker::new(&engine);
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
    program.run(&mut store, &linker, &code)?;
    let after = seen(*store.data());
    let seen = Seen {
        lookups: after.lookups - before.lookups,
        references: after.references - before.references,
        ..after
    };
    Ok((seen, bytes))
}

fn seen(collections: u64) -> Seen {
    Seen {
        collections,
        lookups: STACK_MAP_LOOKUPS.load(Relaxed),
        references: STACK_MAP_REFERENCES.load(Relaxed),
        answers: STACK_MAP_ANSWERS.load(Relaxed),
    }
}

fn config(collector: &str) -> Result<Config> {
    let options = CompileOptions {
        collector: Some(collector.parse()?),
        ..CompileOptions::default()
    };
    let mut config = options.config().map_err(anyhow::Error::msg)?;
    config
        .async_stack_size(THREAD_STACK)
        .max_wasm_stack(WASM_STACK);
    Ok(config)
}
