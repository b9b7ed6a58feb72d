//! Real modules, compiled by the real Wasmtime.

use crate::assemble::assemble;
use crate::capture::{CallSites, Capture};
use crate::cwasm::Cwasm;
use crate::error::CorpusError;
use crate::input;
use crate::module::Module;
use crate::names::{Collector, Isa, OptLevel, Tier, listed};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use target_lexicon::{Aarch64Architecture, Architecture, Triple};
use wasmtime::{Config, Engine};

/// How to compile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileOptions {
    /// `x86_64`, `aarch64`, `riscv64`, `s390x`, `pulley64` or a target triple.
    /// `None` is the ISA of this machine without optional CPU features, so that
    /// a module gives the same code on every machine with that ISA.
    pub target: Option<String>,
    /// `None` is Wasmtime's default.
    pub collector: Option<Collector>,
    /// `None` is Wasmtime's default.
    pub opt_level: Option<OptLevel>,
}

impl CompileOptions {
    /// The ISA to compile for. The error names the ISAs that exist.
    pub fn isa(&self) -> Result<Isa, String> {
        let target = self.target.as_deref().unwrap_or(std::env::consts::ARCH);
        let triple = Triple::from_str(target);
        Ok(match triple.map(|triple| triple.architecture) {
            Ok(Architecture::X86_64) => Isa::X86_64,
            Ok(Architecture::Aarch64(Aarch64Architecture::Aarch64)) => Isa::Aarch64,
            Ok(Architecture::Riscv64(_)) => Isa::Riscv64,
            Ok(Architecture::S390x) => Isa::S390x,
            Ok(Architecture::Pulley64) => Isa::Pulley64,
            _ => {
                let known = listed(&Isa::OF_MODULES);
                return Err(format!("unknown target {target}, not one of {known}"));
            }
        })
    }

    fn triple(&self) -> Result<String, String> {
        Ok(match (&self.target, self.isa()?) {
            (Some(triple), _) if triple.contains('-') => triple.clone(),
            (_, Isa::Riscv64) => "riscv64gc-unknown-linux-gnu".into(),
            (_, Isa::Pulley64) => Isa::Pulley64.to_string(),
            (_, isa) => format!("{isa}-unknown-linux-gnu"),
        })
    }

    fn wasmtime_collector(&self) -> Result<wasmtime::Collector, String> {
        Ok(match self.collector {
            None => wasmtime::Collector::Auto,
            Some(Collector::Copying) => wasmtime::Collector::Copying,
            Some(Collector::Drc) => wasmtime::Collector::DeferredReferenceCounting,
            Some(Collector::Null) => wasmtime::Collector::Null,
            Some(other @ (Collector::None | Collector::Unknown)) => {
                let known = listed(&Collector::OF_MODULES);
                return Err(format!(
                    "no module is compiled for {other}, only for {known}"
                ));
            }
        })
    }

    /// The engine configuration, with every proposal that Wasmtime implements
    /// on this target. Stack switching stays off: it also turns off inlining
    /// and so would change modules that do not use it.
    pub fn config(&self) -> Result<Config, String> {
        let mut config = Config::new();
        let target = config.target(&self.triple()?).map(|_| ());
        target.map_err(|e| format!("{e:#}"))?;
        config.collector(self.wasmtime_collector()?);
        if let Some(level) = self.opt_level {
            config.cranelift_opt_level(match level {
                OptLevel::None => wasmtime::OptLevel::None,
                OptLevel::Speed => wasmtime::OptLevel::Speed,
                OptLevel::SpeedAndSize => wasmtime::OptLevel::SpeedAndSize,
            });
        }
        let shared_memories = self.isa()? != Isa::Pulley64;
        config
            .wasm_function_references(true)
            .wasm_gc(true)
            .wasm_exceptions(true)
            .wasm_tail_call(true)
            .wasm_multi_memory(true)
            .wasm_memory64(true)
            .wasm_relaxed_simd(true)
            .wasm_extended_const(true)
            .wasm_wide_arithmetic(true)
            .wasm_custom_page_sizes(true)
            .wasm_threads(shared_memories)
            .shared_memory(shared_memories);
        Ok(config)
    }
}

/// What to do when the compiler crashes on a module.
pub(crate) const CRASH_REMEDY: &str =
    "try another --target, --collector or --opt-level, or leave the module out";

/// What a compile gives.
#[derive(Serialize, Deserialize)]
pub(crate) struct CompiledModule {
    pub cwasm: Vec<u8>,
    pub calls: CallSites,
}

/// Compiles a module, binary or text, in this process. `origin` names it in
/// errors.
pub(crate) fn compile(
    origin: &str,
    bytes: &[u8],
    options: &CompileOptions,
) -> Result<CompiledModule, CorpusError> {
    let usage = |problem: String| {
        CorpusError::unusable(origin, problem, "see the help for the options that exist")
    };
    let mut config = options.config().map_err(usage)?;
    let capture = Arc::new(Capture::new(options.isa().map_err(usage)?));
    let compiled = catch_unwind(AssertUnwindSafe(|| {
        config.enable_incremental_compilation(capture.clone())?;
        Engine::new(&config)?.precompile_module(bytes)
    }));
    let cwasm = match compiled {
        Ok(result) => result.map_err(|e| rejected(origin, bytes, &format!("{e:#}")))?,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            let problem = format!("the compiler panicked: {}", text.unwrap_or("no message"));
            return Err(CorpusError::unusable(origin, problem, CRASH_REMEDY));
        }
    };
    let parsed = Cwasm::parse(origin, &cwasm)?;
    let calls = capture.call_sites(parsed.text, &parsed.functions);
    Ok(CompiledModule { cwasm, calls })
}

/// Says what the owner of a module that Wasmtime rejects can do.
fn rejected(origin: &str, bytes: &[u8], problem: &str) -> CorpusError {
    if wat::parse_bytes(bytes).is_ok_and(|binary| is_component(&binary)) {
        let problem = "it is a component, and stack maps belong to its core modules";
        return CorpusError::unusable(origin, problem, COMPONENT_REMEDY);
    }
    let remedy = if problem.contains("legacy_exceptions") || problem.contains("legacy exceptions") {
        "convert it: wasm-opt --all-features --translate-to-exnref IN -o OUT (npm package binaryen)"
    } else if problem.contains("feature") || problem.contains("support is not enabled") {
        "build it without that proposal, which Wasmtime 48 lacks on this target"
    } else {
        "check it: wasm-tools validate --features all"
    };
    CorpusError::unusable(origin, problem, remedy)
}

const COMPONENT_REMEDY: &str = "take them out and give those: \
    wasm-tools component unbundle --threshold 0 --module-dir core -o rest.wasm COMPONENT";

/// The preamble is that of a module but for two bytes, the layer.
fn is_component(binary: &[u8]) -> bool {
    binary.starts_with(b"\0asm") && binary.get(6..8) == Some(&[1, 0])
}

/// Compiles a module, binary or text, in this process and finds all its
/// safepoints. Errors are one line that names the module and the remedy; for
/// modules of unknown size use [`crate::compile_isolated`].
pub fn compile_wasm(
    name: &str,
    tier: Tier,
    provenance: String,
    bytes: &[u8],
    options: &CompileOptions,
) -> Result<Module, CorpusError> {
    let CompiledModule { cwasm, calls } = compile(name, bytes, options)?;
    assemble(name, name, tier, provenance, &cwasm, Some(calls))
}

/// Reads a `.cwasm`, finding safepoints without live references by
/// disassembly alone. The module takes the file's name.
pub fn read_cwasm(path: &Path) -> Result<Module, CorpusError> {
    let bytes = input::read(path)?;
    cwasm_module(path, Tier::Yours, &bytes)
}

/// The stack maps in the bytes of a `.cwasm`; `origin` names it in errors.
pub fn parse_cwasm(origin: &str, bytes: &[u8]) -> Result<Module, CorpusError> {
    assemble(origin, origin, Tier::Yours, String::new(), bytes, None)
}

fn cwasm_module(path: &Path, tier: Tier, bytes: &[u8]) -> Result<Module, CorpusError> {
    let origin = path.display().to_string();
    assemble(&origin, &stem(path), tier, file_name(path), bytes, None)
}

/// Reads a `.wasm`, `.wat` or `.cwasm` and compiles the first two in this
/// process. The content decides which of them it is; only a `.wat` is known by
/// its extension.
pub fn read_path(path: &Path, tier: Tier, options: &CompileOptions) -> Result<Module, CorpusError> {
    read_with(path, tier, |origin, bytes| compile(origin, bytes, options))
}

/// As [`read_path`], with `compile` for what is not compiled yet.
pub(crate) fn read_with(
    path: &Path,
    tier: Tier,
    compile: impl FnOnce(&str, &[u8]) -> Result<CompiledModule, CorpusError>,
) -> Result<Module, CorpusError> {
    let bytes = input::read(path)?;
    let origin = path.display().to_string();
    let is_text = path.extension().is_some_and(|e| e == "wat");
    if bytes.starts_with(b"\x7fELF") {
        cwasm_module(path, tier, &bytes)
    } else if bytes.starts_with(b"\0asm") || is_text {
        let CompiledModule { cwasm, calls } = compile(&origin, &bytes)?;
        assemble(
            &origin,
            &stem(path),
            tier,
            file_name(path),
            &cwasm,
            Some(calls),
        )
    } else {
        let problem = "neither a WebAssembly module nor a .cwasm";
        Err(CorpusError::unusable(
            &origin,
            problem,
            "give a .wasm, .wat or .cwasm file",
        ))
    }
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
