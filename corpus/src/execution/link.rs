//! Gives a module its imports.

use super::host::{self, Host, JS_STRING, JsString};
use super::{passing, replay};
use crate::sections::custom;
use crate::traces::Value;
use wasmtime::{
    AsContextMut, Error, Extern, ExternRef, ExternType, Func, FuncType, Global, ImportType, Memory,
    Module, Result, Store, Tag, Val,
};

/// J2CL numbers its string constants and lists them in this section as JSON.
const CONSTANTS: &str = "string.consts";
/// The module that those are imported from.
const FROM_SECTION: &str = "string.const";
/// The module of string constants that are called by what they hold, by the usual
/// setting of compilers.
const BY_NAME: &str = "'";

/// The imports in the order in which the module names them. A function that is not
/// known traps when it is called: few of a module's imports are called by an
/// execution.
pub(super) fn imports(
    store: &mut Store<Host>,
    module: &Module,
    wasm: &[u8],
) -> Result<Vec<Extern>> {
    let constants = custom(wasm, CONSTANTS).map(serde_json::from_slice::<Vec<String>>);
    let constants = constants.transpose()?.unwrap_or_default();
    let mut imports = Vec::new();
    for import in module.imports() {
        let given = match import.ty() {
            ExternType::Func(ty) => function(store, &import, ty).into(),
            ExternType::Tag(ty) => Tag::new(&mut *store, &ty)?.into(),
            // Only the module uses it, or there would be no trace.
            ExternType::Memory(ty) if store.data().replay.is_some() => {
                Memory::new(&mut *store, ty)?.into()
            }
            ExternType::Global(ty) if traced(store, &import).is_some() => {
                let value = traced(store, &import).unwrap_or(Value::Null);
                let val = passing::arrive(&mut store.as_context_mut(), &value, ty.content())?;
                Global::new(&mut *store, ty, val)?.into()
            }
            ExternType::Global(ty) => {
                let text = constant(&import, &constants).ok_or_else(|| unknown(&import))?;
                let string = JsString(text.encode_utf16().collect::<Vec<_>>().into());
                let reference = ExternRef::new(&mut *store, string)?;
                Global::new(&mut *store, ty, Val::ExternRef(Some(reference)))?.into()
            }
            _ => return Err(unknown(&import)),
        };
        imports.push(given);
    }
    Ok(imports)
}

fn function(store: &mut Store<Host>, import: &ImportType<'_>, ty: FuncType) -> Func {
    let (module, name) = (import.module(), import.name());
    if store.data().replay.is_some() {
        return replayed(store, import, ty);
    }
    let known = host::function(module, name);
    let (name, what) = (name.to_owned(), format!("{module}.{name}"));
    Func::new(store, ty, move |mut caller, args, results| {
        let (function, hashed) =
            known.ok_or_else(|| Error::msg(format!("{what} is called, and this host has none")))?;
        if hashed {
            caller.data_mut().note_call(&name, args);
        }
        function(&mut caller, args, results)
    })
}

/// An import that a trace answers, but for the built-in string functions.
fn replayed(store: &mut Store<Host>, import: &ImportType<'_>, ty: FuncType) -> Func {
    let (module, name) = (import.module().to_owned(), import.name().to_owned());
    let known = host::function(&module, &name);
    let known = known.filter(|_| module == JS_STRING);
    Func::new(
        store,
        ty.clone(),
        move |mut caller, args, results| match known {
            Some((function, _)) if !host::is_written_down(&caller, &name, args) => {
                function(&mut caller, args, results)
            }
            _ => replay::call(
                &mut caller.as_context_mut(),
                (&module, &name),
                args,
                &ty,
                results,
            ),
        },
    )
}

/// The value of an imported global in the trace, if there is one.
fn traced(store: &Store<Host>, import: &ImportType<'_>) -> Option<Value> {
    let key = (import.module().to_owned(), import.name().to_owned());
    store.data().globals.get(&key).cloned()
}

/// The text of an imported string constant.
fn constant<'a>(import: &ImportType<'a>, constants: &'a [String]) -> Option<&'a str> {
    match import.module() {
        BY_NAME => Some(import.name()),
        FROM_SECTION => constants
            .get(import.name().parse::<usize>().ok()?)
            .map(String::as_str),
        _ => None,
    }
}

fn unknown(import: &ImportType<'_>) -> Error {
    let (module, name) = (import.module(), import.name());
    Error::msg(format!(
        "it imports {module}.{name}, and this host has none"
    ))
}
