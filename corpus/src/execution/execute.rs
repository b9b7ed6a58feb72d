//! From a pinned execution to its collections.
#![allow(unsafe_code)]

use super::collections::{Watched, watch};
use super::host::Host;
use super::link;
use super::manifest::{Call, Called, Execution, Kind, Value};
use super::replay;
use crate::compile::CompileOptions;
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::ModuleKey;
use crate::recorded::{
    CompiledWild, Provenance, RecordOptions, Recording, Target, compile_whole, file_name,
};
use crate::sha256::sha256_hex;
use crate::traces;
use crate::walks::{Walks, WalksHeader};
use crate::wild::WildModule;
use std::thread;
use wasmtime::{AsContextMut, Engine, Error, Extern, Instance, Result, Store, Val, ValType};

/// Stack for deep recursion, and what of it Wasm may use.
const THREAD_STACK: usize = 64 << 20;
const WASM_STACK: usize = 16 << 20;

const REMEDY: &str = "run it anew, and correct executions.toml if that is what it should do";

/// What an execution did.
#[derive(Debug)]
pub struct Executed {
    /// The module with its recorded table, in which every return address is.
    pub module: Module,
    /// Where the module came from and how it was compiled.
    pub provenance: Provenance,
    /// What was called, or the trace that was replayed.
    pub calls: Vec<String>,
    /// How often all of that was called.
    pub times: u64,
    /// What it printed.
    pub output: Vec<u8>,
    /// Its collections.
    pub watched: Watched,
}

/// Compiles the module of an execution and runs it. An execution that does not do
/// what is pinned is refused, as is one with a return address that the module's
/// recorded table lacks. The program must call [`crate::child_main`].
pub fn execute(
    execution: &Execution,
    entry: &WildModule,
    target: Target,
    options: &RecordOptions,
) -> Result<Executed, CorpusError> {
    let key = target.key(&entry.name);
    let origin = format!("execution {} of {key}", execution.name);
    let refuse = |problem: String| CorpusError::unusable(&origin, problem, REMEDY);
    let recorded = Recording::open(&options.folder.join(file_name(&key)))?.module()?;
    let compiled = compile_whole(entry, target, options)?;
    if (&recorded.section, &recorded.table) != (&compiled.module.section, &compiled.module.table) {
        let problem = "the module's recorded table is not that of the code";
        let remedy = "record it anew: `stackmap-lab corpus record`";
        return Err(CorpusError::unusable(&origin, problem, remedy));
    }
    let (host, calls, times) = match &execution.kind {
        Kind::Called(called) => {
            let host = Host::new(called.arguments.clone(), called.files.clone());
            let calls = called.calls.iter().map(Call::to_string);
            (host, calls.collect(), called.times)
        }
        Kind::Replayed(replayed) => {
            let (trace, sha256) = traces::open(&replayed.traces, &execution.name)?;
            if trace.header.module_sha256 != entry.prepared_sha256() {
                let problem = "the trace is of another version of the module";
                let remedy = "record it anew: `stackmap-lab corpus record-run`";
                return Err(CorpusError::unusable(&origin, problem, remedy));
            }
            (Host::of_trace(trace), vec![format!("trace {sha256}")], 1)
        }
    };
    let ran = run(execution, &compiled, host)?;
    let (host, watched) = ran.map_err(|e| match execution.kind {
        Kind::Called(_) => refuse(format!("{e:#}")),
        // Where in the module a trace differs says nothing to anybody.
        Kind::Replayed(_) => refuse(e.root_cause().to_string()),
    })?;
    if let Kind::Called(called) = &execution.kind {
        check(called, &host).map_err(refuse)?;
    }
    check_addresses(&watched, &recorded).map_err(refuse)?;
    Ok(Executed {
        module: recorded,
        provenance: compiled.provenance,
        calls,
        times,
        output: host.output,
        watched,
    })
}

impl Executed {
    /// The collections of this execution, to be recorded.
    pub fn walks(&self, execution: &Execution) -> Walks {
        let ModuleKey {
            module,
            isa,
            collector,
        } = self.module.key();
        let section = self.module.section.as_deref().unwrap_or_default();
        let header = WalksHeader {
            execution: execution.name.clone(),
            calls: self.calls.clone(),
            times: self.times,
            module,
            isa,
            collector,
            provenance: self.provenance.clone(),
            section_sha256: sha256_hex(section),
            collections: self.watched.collections,
            frames: self.watched.frames,
            every: self.watched.every,
            stacks: self.watched.stacks.len() as u64,
            frames_kept: self.watched.stacks.iter().map(|s| s.len() as u64).sum(),
        };
        Walks {
            header,
            stacks: self.watched.stacks.clone(),
        }
    }
}

type Ran = Result<(Host, Watched)>;

/// Runs the code on a thread with much stack. The outer error is of this program.
fn run(execution: &Execution, compiled: &CompiledWild, host: Host) -> Result<Ran, CorpusError> {
    let failed = |problem: &dyn std::fmt::Display| {
        CorpusError::unusable(&execution.name, problem, "free memory and try again")
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(THREAD_STACK)
            .spawn_scoped(scope, || run_here(execution, compiled, host));
        match thread.map_err(|e| failed(&e))?.join() {
            Ok(ran) => ran,
            Err(_) => Err(failed(&"its thread panicked")),
        }
    })
}

fn run_here(
    execution: &Execution,
    compiled: &CompiledWild,
    host: Host,
) -> Result<Ran, CorpusError> {
    let code = match load(&compiled.options, &compiled.cwasm) {
        Ok(code) => code,
        Err(error) => return Ok(Err(error)),
    };
    let mut store = Store::new(code.engine(), host);
    let text = code.text().as_ptr_range();
    let text = text.start as usize..text.end as usize;
    let (ran, watched) = watch(text, || {
        let imports = link::imports(&mut store, &code, &compiled.wasm)?;
        match &execution.kind {
            Kind::Called(called) => call_all(called, &mut store, &code, &imports),
            Kind::Replayed(_) => replay::run(&mut store.as_context_mut(), &code, &imports),
        }
    })?;
    Ok(ran.map(|()| (store.into_data(), watched)))
}

fn load(options: &CompileOptions, cwasm: &[u8]) -> Result<wasmtime::Module> {
    let mut config = options.config().map_err(Error::msg)?;
    config
        .async_stack_size(THREAD_STACK)
        .max_wasm_stack(WASM_STACK);
    let engine = Engine::new(&config)?;
    // SAFETY: a child process of this program has just compiled it.
    unsafe { wasmtime::Module::deserialize(&engine, cwasm) }
}

fn call_all(
    called: &Called,
    store: &mut Store<Host>,
    code: &wasmtime::Module,
    imports: &[Extern],
) -> Result<()> {
    let instance = Instance::new(&mut *store, code, imports)?;
    for _ in 0..called.times {
        for call in &called.calls {
            call_one(call, store, &instance)?;
        }
    }
    Ok(())
}

fn call_one(call: &Call, store: &mut Store<Host>, instance: &Instance) -> Result<()> {
    let function = instance
        .get_func(&mut *store, &call.function)
        .ok_or_else(|| Error::msg(format!("it exports no function {}", call.function)))?;
    let ty = function.ty(&*store);
    let given = ty.params().zip(&call.arguments);
    let arguments: Option<Vec<Val>> = given.map(|(ty, &value)| number(&ty, value)).collect();
    let arguments = arguments.filter(|given| given.len() == ty.params().len());
    let arguments = arguments.ok_or_else(|| {
        let params: Vec<_> = ty.params().map(|p| p.to_string()).collect();
        Error::msg(format!("{call}: it takes ({})", params.join(", ")))
    })?;
    let mut results = vec![Val::null_any_ref(); ty.results().len()];
    function
        .call(&mut *store, &arguments, &mut results)
        .map_err(|e| e.context(format!("{call} failed")))?;
    let expected = ty.results().zip(&call.results);
    for ((ty, &value), result) in expected.zip(&results) {
        let expected = number(&ty, value);
        if expected.as_ref().and_then(bits) != bits(result) {
            let problem = format!("{call} gives {result:?}, not {value}");
            return Err(Error::msg(problem));
        }
    }
    Ok(())
}

/// A number of that type; `None` if it has no such number.
fn number(ty: &ValType, value: Value) -> Option<Val> {
    Some(match (ty, value) {
        (ValType::I32, Value::Integer(value)) => Val::I32(value.try_into().ok()?),
        (ValType::I64, Value::Integer(value)) => Val::I64(value),
        (ValType::F32, Value::Float(value)) => Val::F32((value as f32).to_bits()),
        (ValType::F64, Value::Float(value)) => Val::F64(value.to_bits()),
        _ => return None,
    })
}

/// What tells a number from others of its type.
fn bits(value: &Val) -> Option<u64> {
    Some(match *value {
        Val::I32(value) => value.cast_unsigned().into(),
        Val::I64(value) => value.cast_unsigned(),
        Val::F32(bits) => bits.into(),
        Val::F64(bits) => bits,
        _ => return None,
    })
}

fn check(called: &Called, host: &Host) -> Result<(), String> {
    let output = sha256_hex(&host.output);
    if output != called.output_sha256 {
        let bytes = host.output.len();
        let expected = &called.output_sha256;
        return Err(format!(
            "it printed {bytes} bytes with SHA-256 {output}, but {expected} is pinned"
        ));
    }
    let (calls, expected) = (host.calls_sha256(), &called.calls_sha256);
    if calls != *expected {
        return Err(format!(
            "its calls of imported functions have SHA-256 {calls}, but {expected} is pinned"
        ));
    }
    Ok(())
}

fn check_addresses(watched: &Watched, module: &Module) -> Result<(), String> {
    if watched.strange > 0 {
        return Err(format!(
            "{} return addresses lie outside its code",
            watched.strange
        ));
    }
    let known: Vec<u32> = module.table.iter().map(|s| s.pc).collect();
    let missing = |pc: &&u32| known.binary_search(pc).is_err();
    match watched.pcs.iter().find(missing) {
        Some(pc) => Err(format!(
            "return address {pc:#x} is not in the module's table"
        )),
        None => Ok(()),
    }
}
