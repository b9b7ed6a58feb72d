//! What is made to go wrong.

use std::fmt;

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing, at a safepoint with live references.
    NoneMap,
    /// Nothing, at one without.
    NoneEmpty,
    /// The PC is off by so many bytes.
    Off(i32),
    /// The address of the call rather than the return address.
    Call,
    /// An address within the call instruction.
    MidInstruction,
    FunctionStart,
    FunctionEnd,
    /// An address in the next function that has no maps.
    MaplessFunction,
    /// An address between two functions.
    Padding,
    /// The text is taken to start a page earlier.
    TextBase,
    /// Another safepoint of the function: no pure lookup can tell.
    OtherSafepoint,
    /// The writer was not told of a safepoint without references.
    EmptyLeftOut,
    /// The writer was not told of a map.
    MapLeftOut,
    /// The writer was not told of a function.
    FunctionLeftOut,
    /// One bit of the section is wrong.
    BitFlip,
    /// The section is cut short.
    Truncation,
}

impl Fault {
    pub fn is_none(self) -> bool {
        matches!(self, Fault::NoneMap | Fault::NoneEmpty)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::NoneMap => "none: at a map",
            Fault::NoneEmpty => "none: at an empty safepoint",
            Fault::Off(by) => return write!(f, "PC: {by:+} bytes"),
            Fault::Call => "PC: of the call",
            Fault::MidInstruction => "PC: within the call",
            Fault::FunctionStart => "PC: function start",
            Fault::FunctionEnd => "PC: function end",
            Fault::MaplessFunction => "PC: next map-less function",
            Fault::Padding => "PC: padding",
            Fault::TextBase => "PC: text base off a page",
            Fault::OtherSafepoint => "control: other safepoint of the function",
            Fault::EmptyLeftOut => "writer: an empty map left out",
            Fault::MapLeftOut => "writer: a map left out",
            Fault::FunctionLeftOut => "writer: a function left out",
            Fault::BitFlip => "section: bit flip",
            Fault::Truncation => "section: truncation",
        })
    }
}
