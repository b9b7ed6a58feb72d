//! Runs a module by a trace: each call of an import is compared with the one that
//! was written down, and answered as it was then. The first difference ends it.

use super::host::Host;
use super::passing::{arrive, leave};
use crate::traces::{Callee, Event, Trace, Value};
use std::collections::HashMap;
use wasmtime::{
    AsContextMut, Error, Extern, Func, Instance, Module, OwnedRooted, Result, RootScope,
    StoreContextMut, Val,
};

/// How far a trace is replayed, and the objects that passed.
pub(super) struct Replay {
    events: std::vec::IntoIter<Event>,
    /// How many are over.
    over: usize,
    imports: HashMap<(String, String), usize>,
    names: Vec<String>,
    exports: Vec<String>,
    instance: Option<Instance>,
    /// What each object is, and how often it is still mentioned.
    objects: Vec<(Held, usize)>,
}

/// What is known of an object. The module's are kept alive from the first to the
/// last time that they pass.
#[derive(Default)]
pub(super) enum Held {
    /// It has not passed yet, or does not pass again.
    #[default]
    Nothing,
    /// It is JavaScript's.
    Host,
    /// It is the module's.
    Reference(OwnedRooted<wasmtime::ExternRef>),
    /// It is a function of the module.
    Function(Func),
}

impl Replay {
    /// A replay of this trace, and the values of the imported globals by name.
    pub fn new(trace: Trace) -> (Replay, HashMap<(String, String), Value>) {
        let objects = mentions(&trace);
        let header = trace.header;
        let names = header
            .imports
            .iter()
            .map(|(from, name)| format!("{from}.{name}"));
        let names = names.collect();
        let mut replay = Replay {
            over: 0,
            imports: header.imports.into_iter().zip(0..).collect(),
            names,
            exports: header.exports,
            instance: None,
            objects,
            events: trace.events.into_iter(),
        };
        for value in &trace.globals {
            replay.is_hosts(value);
        }
        (
            replay,
            header.globals.into_iter().zip(trace.globals).collect(),
        )
    }

    /// What passes from JavaScript before the module has had it is JavaScript's.
    fn is_hosts(&mut self, value: &Value) {
        if let Value::Object(id) = value
            && let Some((held @ Held::Nothing, 1..)) = self.objects.get_mut(*id as usize)
        {
            *held = Held::Host;
        }
    }

    pub fn held(&mut self, id: u32) -> Option<&mut Held> {
        self.objects.get_mut(id as usize).map(|(held, _)| held)
    }

    /// Takes note that a value has passed.
    fn passed(&mut self, value: &Value) {
        if let Value::Object(id) = value
            && let Some((held, left)) = self.objects.get_mut(*id as usize)
        {
            *left -= 1;
            if *left == 0 {
                *held = Held::Nothing;
            }
        }
    }

    fn next(&mut self) -> Option<Event> {
        let event = self.events.next()?;
        self.over += 1;
        Some(event)
    }

    /// An event that is not the one of the trace.
    fn differs(&self, what: &str, event: Option<&Event>) -> Error {
        let traced = match event {
            None => "the trace ends".to_owned(),
            Some(Event::Call(import, _)) => format!("{} is called", self.names[*import]),
            Some(Event::Return(_)) => "the import returns".to_owned(),
            Some(Event::Enter(..)) => "the module is entered".to_owned(),
            Some(Event::Leave(_)) => "the module returns".to_owned(),
        };
        let over = self.over;
        Error::msg(format!("event {over}: {what}, but in the trace {traced}"))
    }
}

/// How often each object is mentioned.
fn mentions(trace: &Trace) -> Vec<(Held, usize)> {
    let mut objects: Vec<(Held, usize)> = Vec::new();
    let mut mention = |id: u32| {
        let at = id as usize;
        // They are numbered as they first pass, so no number is skipped.
        if at == objects.len() {
            objects.push((Held::Nothing, 0));
        }
        if let Some((_, left)) = objects.get_mut(at) {
            *left += 1;
        }
    };
    let mut value = |value: &Value| {
        if let Value::Object(id) = value {
            mention(*id);
        }
    };
    trace.globals.iter().for_each(&mut value);
    for event in &trace.events {
        match event {
            Event::Call(_, arguments) => arguments.iter().for_each(&mut value),
            Event::Return(result) | Event::Leave(result) => value(result),
            Event::Enter(callee, arguments) => {
                if let Callee::Object(id) = callee {
                    value(&Value::Object(*id));
                }
                arguments.iter().for_each(&mut value);
            }
        }
    }
    objects
}

fn replay<'s>(store: &'s mut StoreContextMut<'_, Host>) -> Result<&'s mut Replay> {
    let replay = store.data_mut().replay.as_mut();
    replay.ok_or_else(|| Error::msg("this execution has no trace"))
}

/// Instantiates the module and enters it as the trace says, to the trace's end.
pub(super) fn run(
    store: &mut StoreContextMut<'_, Host>,
    code: &Module,
    imports: &[Extern],
) -> Result<()> {
    let event = replay(store)?.next();
    let Some(Event::Enter(Callee::Start, _)) = event else {
        return Err(replay(store)?.differs("the module is instantiated", event.as_ref()));
    };
    let instance = Instance::new(&mut *store, code, imports)?;
    left(store, &[])?;
    replay(store)?.instance = Some(instance);
    loop {
        match replay(store)?.next() {
            None => return Ok(()),
            Some(Event::Enter(callee, arguments)) => enter(store, callee, &arguments)?,
            other => return Err(replay(store)?.differs("nothing runs", other.as_ref())),
        }
    }
}

/// Answers a call of an import.
pub(super) fn call(
    store: &mut StoreContextMut<'_, Host>,
    (from, name): (&str, &str),
    arguments: &[Val],
    ty: &wasmtime::FuncType,
    results: &mut [Val],
) -> Result<()> {
    let event = replay(store)?.next();
    let key = (from.to_owned(), name.to_owned());
    let this = replay(store)?.imports.get(&key).copied();
    match event {
        Some(Event::Call(import, traced)) if Some(import) == this => {
            compare(store, &format!("{from}.{name}"), arguments, &traced)?;
        }
        other => {
            let what = format!("{from}.{name} is called");
            return Err(replay(store)?.differs(&what, other.as_ref()));
        }
    }
    loop {
        match replay(store)?.next() {
            Some(Event::Enter(callee, arguments)) => enter(store, callee, &arguments)?,
            Some(Event::Return(value)) => {
                for (result, ty) in results.iter_mut().zip(ty.results()) {
                    *result = give(store, &value, &ty)?;
                }
                replay(store)?.passed(&value);
                return Ok(());
            }
            other => return Err(replay(store)?.differs("an import runs", other.as_ref())),
        }
    }
}

/// Enters the module, and compares what it returns.
fn enter(store: &mut StoreContextMut<'_, Host>, callee: Callee, traced: &[Value]) -> Result<()> {
    // What passes on the way lives no longer than the call.
    let mut scope = RootScope::new(store);
    let store = &mut scope.as_context_mut();
    let function = function(store, callee)?;
    let ty = function.ty(&*store);
    if ty.params().len() != traced.len() {
        let over = replay(store)?.over;
        return Err(Error::msg(format!(
            "event {over}: the function takes {} arguments, but {} in the trace",
            ty.params().len(),
            traced.len()
        )));
    }
    let mut arguments = Vec::new();
    for (value, ty) in traced.iter().zip(ty.params()) {
        arguments.push(give(store, value, &ty)?);
    }
    let callee = match callee {
        Callee::Object(id) => Some(Value::Object(id)),
        _ => None,
    };
    for value in callee.iter().chain(traced) {
        replay(store)?.passed(value);
    }
    let mut results = vec![Val::null_any_ref(); ty.results().len()];
    function.call(&mut *store, &arguments, &mut results)?;
    left(store, &results)
}

fn function(store: &mut StoreContextMut<'_, Host>, callee: Callee) -> Result<Func> {
    let unknown = |what: String| Error::msg(format!("{what} is entered, and there is none"));
    match callee {
        Callee::Start => Err(unknown("another instance".to_owned())),
        Callee::Object(id) => match replay(store)?.held(id) {
            Some(Held::Function(function)) => Ok(*function),
            _ => Err(unknown(format!("object {id}"))),
        },
        Callee::Export(export) => {
            let replay = replay(store)?;
            let name = replay.exports[export].clone();
            let instance = replay.instance;
            let instance = instance.ok_or_else(|| unknown(format!("export {name}")))?;
            let function = instance.get_func(&mut *store, &name);
            function.ok_or_else(|| unknown(format!("export {name}")))
        }
    }
}

/// The module has returned this.
fn left(store: &mut StoreContextMut<'_, Host>, results: &[Val]) -> Result<()> {
    match replay(store)?.next() {
        Some(Event::Leave(Value::Undefined)) if results.is_empty() => Ok(()),
        Some(Event::Leave(traced)) => compare(store, "the module's return", results, &[traced]),
        other => Err(replay(store)?.differs("the module returns", other.as_ref())),
    }
}

/// Compares what the module gives away with the trace.
fn compare(
    store: &mut StoreContextMut<'_, Host>,
    what: &str,
    given: &[Val],
    traced: &[Value],
) -> Result<()> {
    let over = replay(store)?.over;
    if given.len() != traced.len() {
        let (given, traced) = (given.len(), traced.len());
        return Err(Error::msg(format!(
            "event {over}: {what}: {given} values, but {traced} in the trace"
        )));
    }
    for (i, (val, value)) in given.iter().zip(traced).enumerate() {
        if let Some(seen) = leave(store, val, value)? {
            return Err(Error::msg(format!(
                "event {over}: {what}: value {i} is {seen}, but {value} in the trace"
            )));
        }
        replay(store)?.passed(value);
    }
    Ok(())
}

/// A value on its way into the module.
fn give(
    store: &mut StoreContextMut<'_, Host>,
    value: &Value,
    ty: &wasmtime::ValType,
) -> Result<Val> {
    let replay = replay(store)?;
    let over = replay.over;
    replay.is_hosts(value);
    arrive(store, value, ty).map_err(|e| Error::msg(format!("event {over}: {e}")))
}
