//! What fault injection does, and what can come of it.

use stackmap_corpus::named_enum;

named_enum! {
    /// What the runtime makes of a missing entry.
    pub enum Policy ("policy") {
        /// As Wasmtime does: no references.
        Today = "today",
        /// A fatal error.
        Strict = "strict",
    }
}

named_enum! {
    /// What went wrong.
    pub enum Fault ("fault") {
        /// Nothing, at a safepoint with live references.
        NoneMap = "none: at a map",
        /// Nothing, at one without.
        NoneEmpty = "none: at an empty safepoint",
        /// The PC is four bytes too low.
        FourBefore = "PC: -4 bytes",
        /// The PC is one byte too low.
        OneBefore = "PC: -1 bytes",
        /// The PC is one byte too high.
        OneAfter = "PC: +1 bytes",
        /// The PC is four bytes too high.
        FourAfter = "PC: +4 bytes",
        /// The address of the call rather than the return address.
        Call = "PC: of the call",
        /// An address within the call instruction.
        MidInstruction = "PC: within the call",
        /// The address at which the function starts.
        FunctionStart = "PC: function start",
        /// The address at which the function ends.
        FunctionEnd = "PC: function end",
        /// An address in the next function that has no maps.
        MaplessFunction = "PC: next map-less function",
        /// An address between two functions.
        Padding = "PC: padding",
        /// The text is taken to start a page earlier.
        TextBase = "PC: text base off a page",
        /// Another safepoint of the function: no pure lookup can tell.
        OtherSafepoint = "control: other safepoint of the function",
        /// The writer was not told of a safepoint without references.
        EmptyLeftOut = "writer: an empty map left out",
        /// The writer was not told of a map.
        MapLeftOut = "writer: a map left out",
        /// The writer was not told of a function.
        FunctionLeftOut = "writer: a function left out",
        /// One bit of the section is wrong.
        BitFlip = "section: bit flip",
        /// The section is cut short.
        Truncation = "section: truncation",
    }
}

/// Kinds of fault that one mistake gives rise to, so that a format which notices one
/// of them mostly notices the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The return address of a call, missed by some bytes.
    BesideReturn,
    /// An address at which no call returns: the edge of a function, or a place
    /// without safepoints.
    NoCall,
    /// The code lies elsewhere than is thought, so that every address is wrong.
    WrongBase,
    /// The writer was not told.
    LeftOut,
}

impl Fault {
    /// What it is a variant of; none of what is not injected.
    pub fn family(self) -> Option<Family> {
        match self {
            Fault::FourBefore
            | Fault::OneBefore
            | Fault::OneAfter
            | Fault::FourAfter
            | Fault::Call
            | Fault::MidInstruction => Some(Family::BesideReturn),
            Fault::FunctionStart | Fault::FunctionEnd | Fault::MaplessFunction | Fault::Padding => {
                Some(Family::NoCall)
            }
            Fault::TextBase => Some(Family::WrongBase),
            Fault::EmptyLeftOut | Fault::MapLeftOut | Fault::FunctionLeftOut => {
                Some(Family::LeftOut)
            }
            Fault::NoneMap
            | Fault::NoneEmpty
            | Fault::OtherSafepoint
            | Fault::BitFlip
            | Fault::Truncation => None,
        }
    }

    /// Whether nothing is wrong.
    pub fn is_none(self) -> bool {
        matches!(self, Fault::NoneMap | Fault::NoneEmpty)
    }

    /// Whether the writer was not told of something.
    pub fn is_forgotten(self) -> bool {
        matches!(
            self,
            Fault::EmptyLeftOut | Fault::MapLeftOut | Fault::FunctionLeftOut
        )
    }

    /// Whether a format can be held responsible for its answer: a wrong PC, or
    /// something that the writer was not told. No lookup can notice another
    /// safepoint of the same function, and damage comes from outside what
    /// Wasmtime trusts.
    pub fn is_injected(self) -> bool {
        self.family().is_some()
    }
}

named_enum! {
    /// What became of a lookup with a fault, from the best to the worst.
    pub enum Effect ("effect") {
        /// The entry is missing, and that is fatal.
        Detected = "detected",
        /// The reader refused the section.
        ErrorValue = "error value",
        /// Nothing was wrong, but the entry is missing, and that is fatal.
        FalseAlarm = "false alarm",
        /// The right slots after all.
        Harmless = "harmless",
        /// Slots that hold a reference elsewhere in the function, dead here.
        StaleRoot = "stale root",
        /// A live reference is not visited.
        MissedRoot = "missed root",
        /// Slots that never hold a reference in this function.
        BogusRoot = "bogus root",
        /// Slots outside the frame.
        OutOfFrame = "out-of-frame slot",
    }
}

/// What an effect means to the program that goes on running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The fault was noticed.
    Detected,
    /// It was not, and the answer happened to be right.
    Harmless,
    /// It was not, and the answer was wrong.
    Harmful,
}

impl Effect {
    /// What the effect means to the program.
    pub fn class(self) -> Class {
        match self {
            Effect::Detected | Effect::ErrorValue | Effect::FalseAlarm => Class::Detected,
            Effect::Harmless => Class::Harmless,
            Effect::StaleRoot | Effect::MissedRoot | Effect::BogusRoot | Effect::OutOfFrame => {
                Class::Harmful
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_are_in_the_order_of_their_classes_and_an_unknown_one_is_refused() {
        let classes: Vec<Class> = Effect::ALL.iter().map(|e| e.class()).collect();
        assert!(classes.is_sorted());
        assert_eq!(Effect::FalseAlarm.class(), Class::Detected);
        assert_eq!(Effect::StaleRoot.class(), Class::Harmful);
        for unknown in ["missed-root", "bogus_root", "new"] {
            assert!(unknown.parse::<Effect>().is_err(), "{unknown}");
        }
    }

    #[test]
    fn only_wrong_pcs_and_what_the_writer_was_not_told_are_injected() {
        let kinds = ["PC:", "writer:"];
        for fault in Fault::ALL {
            let expected = kinds.iter().any(|kind| fault.name().starts_with(kind));
            assert_eq!(fault.is_injected(), expected, "{fault}");
        }
    }
}
