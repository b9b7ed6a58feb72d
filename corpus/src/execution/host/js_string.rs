//! The strings of JavaScript, as WebAssembly's proposal on built-in strings
//! specifies them: UTF-16, and a trap where a string is expected and none is given.

use super::{Host, HostFunction, u32_at};
use std::sync::Arc;
use wasmtime::{ArrayRef, Caller, Error, ExternRef, Result, Rooted, Val};

pub(in crate::execution) const MODULE: &str = "wasm:js-string";

/// Code units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::execution) struct JsString(pub Arc<[u16]>);

/// Whether a trace has a call: one with an argument that should be a string and is
/// none.
pub(in crate::execution) fn is_written_down(
    caller: &Caller<'_, Host>,
    name: &str,
    args: &[Val],
) -> bool {
    let strings = match name {
        "cast" | "length" | "charCodeAt" | "substring" | "intoCharCodeArray" => 0..1,
        "concat" | "compare" => 0..2,
        _ => 0..0,
    };
    strings
        .into_iter()
        .any(|i| string(caller, args, i).is_err())
}

pub(super) fn function(name: &str) -> Option<HostFunction> {
    Some(match name {
        "cast" => |caller, args, results| {
            string(caller, args, 0)?;
            results[0] = args[0];
            Ok(())
        },
        "test" => |caller, args, results| {
            let is_string = optional(caller, args, 0).is_ok_and(|string| string.is_some());
            number(results, i32::from(is_string))
        },
        "fromCharCodeArray" => |caller, args, results| {
            let (array, length) = array(caller, args, 0)?;
            let (start, end) = (u32_at(args, 1)?, u32_at(args, 2)?);
            if start > end || end > length {
                return Err(Error::msg("a range outside an array of char codes"));
            }
            let mut units = Vec::new();
            for i in start..end {
                let unit = array.get(&mut *caller, i)?.i32().unwrap_or_default();
                units.push(unit as u16);
            }
            give(caller, results, units)
        },
        "intoCharCodeArray" => |caller, args, results| {
            let units = string(caller, args, 0)?;
            let (array, length) = array(caller, args, 1)?;
            let start = u32_at(args, 2)?;
            if u64::from(start) + units.len() as u64 > length.into() {
                return Err(Error::msg("a string does not fit an array of char codes"));
            }
            for (i, &unit) in (start..).zip(units.iter()) {
                array.set(&mut *caller, i, Val::I32(unit.into()))?;
            }
            number(results, units.len() as i32)
        },
        "fromCharCode" => |caller, args, results| {
            let unit = u32_at(args, 0)? as u16;
            give(caller, results, vec![unit])
        },
        "length" => |caller, args, results| {
            let length = string(caller, args, 0)?.len();
            number(results, length as i32)
        },
        "charCodeAt" => |caller, args, results| {
            let units = string(caller, args, 0)?;
            let unit = units.get(u32_at(args, 1)? as usize);
            let unit = unit.ok_or_else(|| Error::msg("an index outside a string"))?;
            number(results, (*unit).into())
        },
        "concat" => |caller, args, results| {
            let (first, second) = (string(caller, args, 0)?, string(caller, args, 1)?);
            give(caller, results, [&first[..], &second[..]].concat())
        },
        "substring" => |caller, args, results| {
            let units = string(caller, args, 0)?;
            let (start, end) = (u32_at(args, 1)? as usize, u32_at(args, 2)? as usize);
            let part = units.get(start..end.min(units.len())).unwrap_or(&[]);
            give(caller, results, part.to_vec())
        },
        "equals" => |caller, args, results| {
            let same = optional(caller, args, 0)? == optional(caller, args, 1)?;
            number(results, i32::from(same))
        },
        "compare" => |caller, args, results| {
            let order = string(caller, args, 0)?.cmp(&string(caller, args, 1)?);
            number(results, order as i32)
        },
        _ => return None,
    })
}

fn number(results: &mut [Val], value: i32) -> Result<()> {
    results[0] = Val::I32(value);
    Ok(())
}

fn give(caller: &mut Caller<'_, Host>, results: &mut [Val], units: Vec<u16>) -> Result<()> {
    let string = JsString(units.into());
    results[0] = Val::ExternRef(Some(ExternRef::new(caller, string)?));
    Ok(())
}

fn string(caller: &Caller<'_, Host>, args: &[Val], i: usize) -> Result<Arc<[u16]>> {
    optional(caller, args, i)?.ok_or_else(not_a_string)
}

/// A string or null.
fn optional(caller: &Caller<'_, Host>, args: &[Val], i: usize) -> Result<Option<Arc<[u16]>>> {
    let Some(reference) = args[i].externref().flatten() else {
        return Ok(None);
    };
    let data = reference.data(caller)?;
    let string = data.and_then(|data| data.downcast_ref::<JsString>());
    string
        .map(|string| Some(string.0.clone()))
        .ok_or_else(not_a_string)
}

fn not_a_string() -> Error {
    Error::msg("a string is expected and none is given")
}

/// An array of char codes and its length.
fn array(caller: &mut Caller<'_, Host>, args: &[Val], i: usize) -> Result<(Rooted<ArrayRef>, u32)> {
    let reference = args[i].anyref().flatten();
    let reference = reference.ok_or_else(|| Error::msg("an array of char codes is null"))?;
    let array = reference.unwrap_array(&mut *caller)?;
    let length = array.len(&*caller)?;
    Ok((array, length))
}
