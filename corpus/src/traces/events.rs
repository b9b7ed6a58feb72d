//! The body of a trace, unpacked. The parent module draws the layout.

use crate::recorded::varint::Column;
use std::fmt;
use std::sync::Arc;

const CALL: u8 = 0;
const RETURN: u8 = 1;
const ENTER: u8 = 2;
const ENTER_OBJECT: u8 = 3;
const LEAVE: u8 = 4;

/// Characters of a string that messages show.
const SHOWN: usize = 40;

/// What passes between a module and JavaScript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Undefined,
    Bool(bool),
    /// The bits of an `f64`, so that every value equals itself.
    Number(u64),
    BigInt(i64),
    String(Arc<[u16]>),
    Object(u32),
}

/// What JavaScript enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callee {
    /// The module, which is instantiated.
    Start,
    /// An exported function, by its place among them.
    Export(usize),
    /// A function that the module gave away.
    Object(u32),
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The module calls the import of this place.
    Call(usize, Vec<Value>),
    /// The import returns.
    Return(Value),
    /// JavaScript enters the module.
    Enter(Callee, Vec<Value>),
    /// The module returns.
    Leave(Value),
}

impl Value {
    /// A number; there is one that is none.
    pub fn number(value: f64) -> Value {
        let value = if value.is_nan() { f64::NAN } else { value };
        Value::Number(value.to_bits())
    }
}

/// The values of the globals, and the events; `None` if the body is damaged.
pub(super) fn read(body: &[u8], globals: usize) -> Option<(Vec<Value>, Vec<Event>)> {
    let mut rest = Column(body);
    let globals = values(&mut rest, globals)?;
    let mut events = Vec::new();
    while !rest.0.is_empty() {
        events.push(event(&mut rest)?);
    }
    Some((globals, events))
}

fn event(rest: &mut Column<'_>) -> Option<Event> {
    Some(match rest.byte()? {
        CALL => Event::Call(usize::try_from(rest.number()?).ok()?, arguments(rest)?),
        RETURN => Event::Return(value(rest)?),
        ENTER => {
            let export = usize::try_from(rest.number()?).ok()?.checked_sub(1);
            let callee = export.map_or(Callee::Start, Callee::Export);
            Event::Enter(callee, arguments(rest)?)
        }
        ENTER_OBJECT => {
            let callee = Callee::Object(rest.number()?.try_into().ok()?);
            Event::Enter(callee, arguments(rest)?)
        }
        LEAVE => Event::Leave(value(rest)?),
        _ => return None,
    })
}

fn arguments(rest: &mut Column<'_>) -> Option<Vec<Value>> {
    let count = usize::try_from(rest.number()?).ok()?;
    values(rest, count)
}

fn values(rest: &mut Column<'_>, count: usize) -> Option<Vec<Value>> {
    // Not reserved: a damaged count must not take memory.
    let mut values = Vec::new();
    for _ in 0..count {
        values.push(value(rest)?);
    }
    Some(values)
}

fn value(rest: &mut Column<'_>) -> Option<Value> {
    Some(match rest.byte()? {
        0 => Value::Null,
        1 => Value::Undefined,
        2 => Value::Bool(false),
        3 => Value::Bool(true),
        4 => Value::number(f64::from_le_bytes(fixed(rest)?)),
        5 => Value::BigInt(i64::from_le_bytes(fixed(rest)?)),
        6 => {
            let units = usize::try_from(rest.number()?).ok()?;
            let (bytes, tail) = rest.0.split_at_checked(units.checked_mul(2)?)?;
            rest.0 = tail;
            let units = bytes
                .chunks_exact(2)
                .map(|b| u16::from_le_bytes([b[0], b[1]]));
            Value::String(units.collect())
        }
        7 => Value::Object(rest.number()?.try_into().ok()?),
        _ => return None,
    })
}

fn fixed<const N: usize>(rest: &mut Column<'_>) -> Option<[u8; N]> {
    let (bytes, tail) = rest.0.split_first_chunk()?;
    rest.0 = tail;
    Some(*bytes)
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Undefined => f.write_str("undefined"),
            Value::Bool(value) => value.fmt(f),
            Value::Number(bits) => f64::from_bits(*bits).fmt(f),
            Value::BigInt(value) => write!(f, "{value}n"),
            Value::String(units) => {
                let shown: String = char::decode_utf16(units.iter().copied().take(SHOWN))
                    .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                    .collect();
                let more = if units.len() > SHOWN { "…" } else { "" };
                write!(f, "{shown:?}{more}")
            }
            Value::Object(id) => write!(f, "object {id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn events_are_read() {
        let mut body = vec![6, 2, b'o', 0, b'k', 0];
        body.extend([ENTER, 0, 0, CALL, 3, 2, 0, 4]);
        body.extend(1.5f64.to_le_bytes());
        body.extend([RETURN, 7, 1, LEAVE, 1, ENTER, 2, 1, 5]);
        body.extend((-1i64).to_le_bytes());
        body.extend([ENTER_OBJECT, 1, 1, 3, LEAVE, 2, LEAVE, 1]);
        let (globals, events) = read(&body, 1).unwrap();
        assert_eq!(globals[0].to_string(), "\"ok\"");
        let expected = [
            Event::Enter(Callee::Start, vec![]),
            Event::Call(3, vec![Value::Null, Value::number(1.5)]),
            Event::Return(Value::Object(1)),
            Event::Leave(Value::Undefined),
            Event::Enter(Callee::Export(1), vec![Value::BigInt(-1)]),
            Event::Enter(Callee::Object(1), vec![Value::Bool(true)]),
            Event::Leave(Value::Bool(false)),
            Event::Leave(Value::Undefined),
        ];
        assert_eq!(events, expected);
        assert_eq!(read(&body[..body.len() - 1], 1), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(body in vec(any::<u8>(), 0..99), globals in 0..9usize) {
            read(&body, globals);
        }
    }
}
