//! Modules from Cranelift IR: functions compiled one by one and laid out as
//! Wasmtime lays out a text section.
//!
//! The safepoint list is Cranelift's own list of call sites without its tail
//! calls. Libcalls and probestack calls are on that list. On x86_64 the
//! calls that fetch thread-local addresses are not, and none of them can
//! collect.

use crate::error::CorpusError;
use crate::input;
use crate::module::Module;
use crate::names::listed;
use crate::names::{Collector, Isa, Tier};
use crate::text::{self, CompiledFunction, Layout};
use cranelift_codegen::ir;
use cranelift_codegen::isa::{self, OwnedTargetIsa, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CodegenError, Context};
use cranelift_reader::{IsaSpec, ParseError, ParseOptions};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::str::FromStr;
use target_lexicon::{Architecture, Triple};

/// The settings that Wasmtime compiles with and that shape frames or calls.
const SETTINGS: [(&str, &str); 4] = [
    ("opt_level", "speed"),
    ("preserve_frame_pointers", "true"),
    ("enable_multi_ret_implicit_sret", "true"),
    ("enable_verifier", "true"),
];

/// The compiler for a target given by short architecture name or by triple,
/// set up as Wasmtime does; fails for targets that Cranelift does not know.
pub fn target_isa(target: &str) -> Result<OwnedTargetIsa, CorpusError> {
    let unknown = |problem: String| {
        let known = listed(&Isa::OF_MODULES);
        let remedy = format!("name one of {known}, or a full target triple");
        CorpusError::unusable(target, problem, &remedy)
    };
    let triple = match target.parse() {
        Ok(Isa::X86_64) => "x86_64-unknown-linux-gnu",
        Ok(Isa::Aarch64) => "aarch64-unknown-linux-gnu",
        Ok(Isa::Riscv64) => "riscv64gc-unknown-linux-gnu",
        Ok(Isa::S390x) => "s390x-ibm-linux-gnu",
        _ => target,
    };
    let triple = Triple::from_str(triple).map_err(|e| unknown(e.to_string()))?;
    let mut flags = settings::builder();
    for (name, value) in SETTINGS {
        let set = flags.set(name, value);
        set.map_err(|e| unknown(format!("Cranelift rejects {name}={value}: {e}")))?;
    }
    let builder = isa::lookup(triple).map_err(|e| unknown(e.to_string()))?;
    let isa = builder.finish(settings::Flags::new(flags));
    isa.map_err(|e| unknown(e.to_string()))
}

/// Compiles `functions` and lays them out in order; fails with the name of
/// the first function that Cranelift rejects.
pub fn module_from_functions(
    name: &str,
    tier: Tier,
    isa: &dyn TargetIsa,
    functions: Vec<ir::Function>,
) -> Result<Module, CorpusError> {
    let compiled: Vec<_> = functions.into_par_iter().map(|f| compile(f, isa)).collect();
    let preferred = isa.function_alignment().preferred;
    let mut text = Layout::default();
    for compiled in compiled {
        let compiled = compiled
            .map_err(|problem| CorpusError::unusable(name, problem, "correct the function"))?;
        text.append(&compiled, preferred)
            .map_err(|problem| CorpusError::unusable(name, problem, "compile fewer functions"))?;
    }
    Ok(Module {
        name: name.to_owned(),
        isa: isa_of(isa.triple()),
        collector: Collector::None,
        tier,
        provenance: format!(
            "CLIF, cranelift-codegen {}, {}",
            cranelift_codegen::VERSION,
            isa.triple()
        ),
        text_bytes: u64::from(text.end),
        cwasm_bytes: None,
        section: None,
        functions: text.functions,
        table: text.table,
        cross_check: text.cross_check,
    })
}

/// Compiles a `.clif` file for `target`, or for the first `target` line in
/// the file and with the file's `set` lines, or for the host. Stack maps are
/// the `stack_map=[...]` lists that the file gives its calls. Parse errors
/// name the line.
pub fn read_clif(path: &Path, target: Option<&str>) -> Result<Module, CorpusError> {
    let origin = path.display().to_string();
    let text = String::from_utf8(input::read(path)?)
        .map_err(|e| CorpusError::unusable(&origin, e, "give text of Cranelift IR"))?;
    let (functions, isas) = parse(&origin, &text)?;
    let isa = match (target, isas) {
        (Some(target), _) => target_isa(target)?,
        (None, IsaSpec::Some(isas)) if !isas.is_empty() => {
            isas.into_iter().next().expect("not empty")
        }
        (None, _) => target_isa(&Triple::host().to_string())?,
    };
    let mut module = module_from_functions(&origin, Tier::Yours, &*isa, functions)?;
    if let Some(stem) = path.file_stem() {
        module.name = stem.to_string_lossy().into_owned();
    }
    Ok(module)
}

/// The functions of a `.clif` file's text and the targets it names; `origin`
/// names it in errors.
pub(crate) fn parse(origin: &str, text: &str) -> Result<(Vec<ir::Function>, IsaSpec), CorpusError> {
    let options = ParseOptions::default();
    let file = catch(|| cranelift_reader::parse_test(text, options))
        .map_err(|problem| {
            CorpusError::unusable(
                origin,
                problem,
                "reduce the file and report it to Cranelift",
            )
        })?
        .map_err(|error| parse_error(origin, &error))?;
    if file.functions.is_empty() {
        return Err(CorpusError::unusable(
            origin,
            "no function in it",
            "add one",
        ));
    }
    let functions = file.functions.into_iter().map(|(function, _)| function);
    Ok((functions.collect(), file.isa_spec))
}

fn parse_error(origin: &str, error: &ParseError) -> CorpusError {
    let place = format!("{origin}:{}", error.location.line_number);
    CorpusError::unusable(&place, &error.message, "correct the CLIF")
}

/// The ISA of a target that Cranelift has accepted. Variants of Arm and RISC-V
/// count as one.
fn isa_of(triple: &Triple) -> Isa {
    match triple.architecture {
        Architecture::Aarch64(_) => Isa::Aarch64,
        Architecture::Riscv64(_) => Isa::Riscv64,
        other => {
            let isa = other.to_string().parse();
            isa.expect("Cranelift compiles for no other architecture")
        }
    }
}

fn compile(mut function: ir::Function, isa: &dyn TargetIsa) -> Result<CompiledFunction, String> {
    text::mark_tail_calls(&mut function);
    let name = function.name.to_string();
    let mut context = Context::for_function(function);
    let code = catch(|| {
        let compiled = context.compile(isa, &mut Default::default());
        compiled.map(|_| ()).map_err(|e| describe(&e.inner))
    })
    .and_then(|result| result)
    .map_err(|problem| format!("function {name}: {problem}"))
    .and_then(|()| {
        context
            .take_compiled_code()
            .ok_or_else(|| format!("function {name}: no code"))
    })?;
    Ok(CompiledFunction::of(&code))
}

fn describe(error: &CodegenError) -> String {
    match error {
        CodegenError::Verifier(errors) => format!("the verifier says {errors}"),
        other => other.to_string(),
    }
}

/// Runs Cranelift on input that may make it panic.
fn catch<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        format!("Cranelift panicked: {}", text.unwrap_or("no message"))
    })
}
