//! One process that compiles: one module in all formats, a file for each.

use crate::observe::cpu_ns;
use crate::subject::Subject;
use crate::variant::Variant;
use anyhow::{Context, Result};
use object::write::Object;
use object::{Architecture, BinaryFormat, Endianness};
use serde::{Deserialize, Serialize};
use stackmap_corpus::Collector;
use stackmap_encoders::Table;
use stackmap_rehearsal::config_of;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use wasmtime::{CacheStore, Engine};
use wasmtime_environ::formats::{self, StackMapSection};

/// What a process is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompileJob {
    pub subject: String,
    pub collector: Collector,
    /// The formats, in this order.
    pub variants: Vec<Variant>,
    /// Where the files are to be.
    pub folder: PathBuf,
}

/// What it answers for each format.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Compiled {
    /// Nanoseconds of compiling; `None` if no function was compiled anew.
    pub ns: Option<f64>,
    /// Writing the section as a share of compiling everything, by the time that the
    /// processors work for it.
    pub writer_share: f64,
}

/// The file with a module in a format. A memo before it does not change it.
pub fn cwasm(folder: &Path, subject: &str, collector: Collector, variant: Variant) -> PathBuf {
    let scheme = variant.scheme();
    folder.join(format!("{subject}.{collector}.{scheme}.cwasm"))
}

/// Wild modules take seconds to minutes, and only their sections differ: their
/// functions are compiled once.
pub fn compile(job: &CompileJob) -> Result<Vec<Compiled>> {
    let subject = Subject::named(&job.subject)?;
    let mut config = config_of(&subject.options(job.collector)?)?;
    if subject.is_execution() {
        config.enable_incremental_compilation(Arc::new(Functions::default()))?;
    }
    let engine = Engine::new(&config)?;
    let wasm = subject.wasm()?;
    let compile = || -> Result<_> {
        let started = Instant::now();
        let cwasm = engine.precompile_module(&wasm)?;
        Ok((cwasm, started.elapsed().as_nanos() as f64))
    };
    // Once for the functions of wild modules, and so that none of the others is first.
    let before = cpu_ns();
    compile()?;
    let first_ns = cpu_ns() - before;
    let compiled = job.variants.iter().map(|&variant| -> Result<Compiled> {
        variant.select();
        // Now what the writer is given is kept.
        formats::SEEN.store(formats::HASHED, Relaxed);
        let (cwasm, ns) = compile()?;
        formats::SEEN.store(formats::PLAIN, Relaxed);
        let file = self::cwasm(&job.folder, &job.subject, job.collector, variant);
        std::fs::write(&file, cwasm).with_context(|| file.display().to_string())?;
        let ns = (!subject.is_execution()).then_some(ns);
        Ok(Compiled {
            ns,
            writer_share: write_again(&handed_over()?) / ns.unwrap_or(first_ns),
        })
    });
    compiled.collect()
}

/// Functions that are compiled, by what they were compiled from.
#[derive(Debug, Default)]
struct Functions(Mutex<HashMap<Vec<u8>, Vec<u8>>>);

impl CacheStore for Functions {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        let functions = self.0.lock().expect("nobody panics holding it");
        functions.get(key).cloned().map(Cow::Owned)
    }

    fn insert(&self, key: &[u8], value: Vec<u8>) -> bool {
        let mut functions = self.0.lock().expect("nobody panics holding it");
        functions.insert(key.to_owned(), value).is_none()
    }
}

/// What the compiler handed to the last module's writer.
pub fn handed_over() -> Result<Table> {
    let table = formats::LAST_TABLE
        .lock()
        .expect("nobody panics holding it");
    table.clone().context("nothing was compiled")
}

/// Nanoseconds in which Wasmtime writes these safepoints in the chosen format.
fn write_again(table: &Table) -> f64 {
    let safepoints = table.iter().map(|safepoint| {
        let slots: Vec<u32> = safepoint.slots().collect();
        (safepoint.pc.into(), safepoint.frame_size, slots)
    });
    let safepoints: Vec<(u64, u32, Vec<u32>)> = safepoints.collect();
    // Of the object nothing but its bytes matters.
    let mut object = Object::new(BinaryFormat::Elf, Architecture::X86_64, Endianness::Little);
    let started = Instant::now();
    let mut section = StackMapSection::default();
    for (pc, frame_size, slots) in &safepoints {
        section.push(*pc, *frame_size, slots.iter().copied());
    }
    section.append_to(&mut object);
    started.elapsed().as_nanos() as f64
}
