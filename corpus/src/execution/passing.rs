//! Values on their way into a module and out of it, as WebAssembly's interface to
//! JavaScript converts them.

use super::host::{Host, JsString};
use super::replay::Held;
use crate::traces::Value;
use wasmtime::{
    AnyRef, AsContext, Error, ExternRef, Func, HeapType, I31, Result, Rooted, StoreContextMut, Val,
    ValType,
};

/// A value as the module is given it, where it wants this type.
pub(super) fn arrive(
    store: &mut StoreContextMut<'_, Host>,
    value: &Value,
    ty: &ValType,
) -> Result<Val> {
    let wrong = || Error::msg(format!("{value} in the trace, where {ty} is wanted"));
    Ok(match ty {
        ValType::I32 => Val::I32(number(value).ok_or_else(wrong)? as i64 as i32),
        ValType::F32 => Val::F32((number(value).ok_or_else(wrong)? as f32).to_bits()),
        ValType::F64 => Val::F64(number(value).ok_or_else(wrong)?.to_bits()),
        ValType::I64 => match value {
            Value::BigInt(value) => Val::I64(*value),
            _ => return Err(wrong()),
        },
        ValType::Ref(ty) => match ty.heap_type().top() {
            HeapType::Extern => Val::ExternRef(reference(store, value)?),
            HeapType::Any => {
                let reference = reference(store, value)?;
                let inner = reference.map(|r| AnyRef::convert_extern(&mut *store, r));
                Val::AnyRef(inner.transpose()?)
            }
            HeapType::Func => Val::FuncRef(function(store, value).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        },
        ValType::V128 => return Err(wrong()),
    })
}

/// What JavaScript makes of a value where a number is wanted. `None` of those that
/// no pinned module passes there.
fn number(value: &Value) -> Option<f64> {
    Some(match value {
        Value::Number(bits) => f64::from_bits(*bits),
        Value::Bool(value) => f64::from(*value),
        Value::Null => 0.0,
        Value::Undefined => f64::NAN,
        Value::BigInt(_) | Value::String(_) | Value::Object(_) => return None,
    })
}

fn reference(
    store: &mut StoreContextMut<'_, Host>,
    value: &Value,
) -> Result<Option<Rooted<ExternRef>>> {
    if let Some(small) = small(value) {
        let inner = AnyRef::from_i31(&mut *store, small);
        return ExternRef::convert_any(&mut *store, inner).map(Some);
    }
    if let Value::Object(id) = value
        && let Some(Held::Reference(held)) = held(store, *id)
    {
        let held = held.clone();
        return Ok(Some(held.to_rooted(&mut *store)));
    }
    match value {
        Value::Null => Ok(None),
        Value::String(units) => ExternRef::new(store, JsString(units.clone())).map(Some),
        other => ExternRef::new(store, other.clone()).map(Some),
    }
}

/// A number that the module sees as an `i31`.
fn small(value: &Value) -> Option<I31> {
    let Value::Number(bits) = *value else {
        return None;
    };
    let whole = f64::from_bits(bits) as i32;
    let same = f64::from(whole).to_bits() == bits;
    same.then(|| I31::new_i32(whole)).flatten()
}

fn function(store: &mut StoreContextMut<'_, Host>, value: &Value) -> Option<Option<Func>> {
    match value {
        Value::Null => Some(None),
        Value::Object(id) => match held(store, *id) {
            Some(Held::Function(function)) => Some(Some(*function)),
            _ => None,
        },
        _ => None,
    }
}

fn held<'s>(store: &'s mut StoreContextMut<'_, Host>, id: u32) -> Option<&'s mut Held> {
    store.data_mut().replay.as_mut()?.held(id)
}

/// What a module gives away.
enum Given {
    Value(Value),
    /// A reference to something of the module's own.
    Reference(Rooted<ExternRef>),
    Function(Func),
}

/// Compares what the module gives away with the trace, and takes note of an object
/// that passes for the first time. Gives what it is if it is not that of the trace.
pub(super) fn leave(
    store: &mut StoreContextMut<'_, Host>,
    val: &Val,
    traced: &Value,
) -> Result<Option<String>> {
    let given = given(store, val)?;
    let same = match (&given, traced) {
        (Given::Value(value), traced) => value == traced,
        (Given::Reference(reference), Value::Object(id)) => match held(store, *id) {
            Some(Held::Nothing) => {
                let owned = reference.to_owned_rooted(&mut *store)?;
                if let Some(held) = self::held(store, *id) {
                    *held = Held::Reference(owned);
                }
                true
            }
            Some(Held::Reference(held)) => {
                let held = held.clone();
                Rooted::ref_eq(&*store, reference, &held)?
            }
            _ => false,
        },
        (Given::Function(function), Value::Object(id)) => match held(store, *id) {
            Some(held @ Held::Nothing) => {
                *held = Held::Function(*function);
                true
            }
            Some(Held::Function(held)) => {
                let held = *held;
                held.to_raw(&mut *store) == function.to_raw(&mut *store)
            }
            _ => false,
        },
        _ => false,
    };
    Ok((!same).then(|| match given {
        Given::Value(value) => value.to_string(),
        Given::Reference(_) => "another object of the module".to_owned(),
        Given::Function(_) => "another function of the module".to_owned(),
    }))
}

fn given(store: &mut StoreContextMut<'_, Host>, val: &Val) -> Result<Given> {
    let reference = match *val {
        Val::I32(value) => return Ok(Given::Value(Value::number(value.into()))),
        Val::I64(value) => return Ok(Given::Value(Value::BigInt(value))),
        Val::F32(bits) => return Ok(Given::Value(Value::number(f32::from_bits(bits).into()))),
        Val::F64(bits) => return Ok(Given::Value(Value::number(f64::from_bits(bits)))),
        Val::ExternRef(None) | Val::AnyRef(None) | Val::FuncRef(None) => {
            return Ok(Given::Value(Value::Null));
        }
        Val::FuncRef(Some(function)) => return Ok(Given::Function(function)),
        Val::ExternRef(Some(reference)) => reference,
        Val::AnyRef(Some(inner)) => ExternRef::convert_any(&mut *store, inner)?,
        _ => {
            return Err(Error::msg(
                "the module gives away what JavaScript has no value for",
            ));
        }
    };
    if let Some(data) = reference.data(store.as_context())? {
        let string = data.downcast_ref::<JsString>();
        let value = string.map(|string| Value::String(string.0.clone()));
        let value = value.or_else(|| data.downcast_ref::<Value>().cloned());
        let strange = || Error::msg("the module gives away what no trace gave it");
        return value.map(Given::Value).ok_or_else(strange);
    }
    let inner = AnyRef::convert_extern(&mut *store, reference)?;
    Ok(match inner.as_i31(&*store)? {
        Some(small) => Given::Value(Value::number(small.get_i32().into())),
        None => Given::Reference(reference),
    })
}
