//! An execution and all that it takes to run it, in whatever engine.

use super::host::Host;
use super::link;
use super::manifest::{Call, Called, Execution, Kind, Value};
use super::replay;
use crate::error::CorpusError;
use crate::sha256::sha256_hex;
use crate::traces::{self, Trace};
use crate::wild::{FetchOptions, WildModule, fetch};
use wasmtime::{AsContextMut, Error, Extern, Instance, Module, Result, Store, Val, ValType};

/// A pinned execution with its module, fetched and prepared.
pub struct Runnable {
    name: String,
    wasm: Vec<u8>,
    does: Does,
}

enum Does {
    Call(Called),
    Replay {
        trace: Trace,
        /// SHA-256 of the file of the trace, in hexadecimal.
        sha256: String,
    },
}

impl Runnable {
    /// Fetches the module, and reads the trace of an execution that has one.
    pub fn open(
        execution: &Execution,
        entry: &WildModule,
        options: &FetchOptions,
    ) -> Result<Runnable, CorpusError> {
        let path = fetch(entry, options)?;
        let wasm = std::fs::read(&path).map_err(|e| CorpusError::read(&path, e))?;
        let does = match &execution.kind {
            Kind::Called(called) => Does::Call(called.clone()),
            Kind::Replayed(replayed) => {
                let (trace, sha256) = traces::open(&replayed.traces, &execution.name)?;
                if trace.header.module_sha256 != entry.prepared_sha256() {
                    let origin = format!("execution {} of {}", execution.name, entry.name);
                    let problem = "the trace is of another version of the module";
                    let remedy = "record it anew: `stackmap-lab corpus record-run`";
                    return Err(CorpusError::unusable(&origin, problem, remedy));
                }
                Does::Replay { trace, sha256 }
            }
        };
        Ok(Runnable {
            name: execution.name.clone(),
            wasm,
            does,
        })
    }

    /// The execution's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The module, ready to be compiled.
    pub fn wasm(&self) -> &[u8] {
        &self.wasm
    }

    /// What is called, or the trace that is replayed.
    pub(super) fn calls(&self) -> Vec<String> {
        match &self.does {
            Does::Call(called) => called.calls.iter().map(Call::to_string).collect(),
            Does::Replay { sha256, .. } => vec![format!("trace {sha256}")],
        }
    }

    /// How often all of that is called.
    pub(super) fn times(&self) -> u64 {
        match &self.does {
            Does::Call(called) => called.times,
            Does::Replay { .. } => 1,
        }
    }

    /// Runs the module once, on this thread, and gives what it printed. `code` is
    /// [`wasm`](Self::wasm), compiled. Anything that is not as pinned is an error.
    /// Some modules recurse deeply: a thread with 64 MiB of stack has enough, and an
    /// engine that leaves 16 MiB of it to WebAssembly.
    pub fn run(&self, code: &Module) -> Result<Vec<u8>> {
        let host = match &self.does {
            Does::Call(called) => Host::new(called.arguments.clone(), called.files.clone()),
            Does::Replay { trace, .. } => Host::of_trace(trace.clone()),
        };
        let mut store = Store::new(code.engine(), host);
        let imports = link::imports(&mut store, code, &self.wasm)?;
        match &self.does {
            Does::Call(called) => {
                call_all(called, &mut store, code, &imports)?;
                check(called, store.data()).map_err(Error::msg)?;
            }
            Does::Replay { .. } => {
                let replayed = replay::run(&mut store.as_context_mut(), code, &imports);
                // Where in the module a trace differs says nothing to anybody.
                replayed.map_err(|e| Error::msg(e.root_cause().to_string()))?;
            }
        }
        Ok(store.into_data().output)
    }
}

fn call_all(
    called: &Called,
    store: &mut Store<Host>,
    code: &Module,
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
