//! The names that tables, files and the command line share.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Makes an enum whose variants have names. `Display`, `FromStr` and serde all
/// use these names, and `ALL` lists the variants in the order of declaration.
/// The literal after the enum says in error messages what the enum names. The
/// calling crate needs `serde`.
#[macro_export]
macro_rules! named_enum {
    (
        $(#[$about:meta])*
        $visibility:vis enum $Enum:ident ($what:literal) {
            $($(#[$meaning:meta])* $Variant:ident = $name:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility enum $Enum {
            $($(#[$meaning])* $Variant,)+
        }

        impl $Enum {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [$Enum] = &[$($Enum::$Variant),+];

            /// The name in tables, in files and on the command line.
            pub const fn name(self) -> &'static str {
                match self {
                    $($Enum::$Variant => $name,)+
                }
            }
        }

        impl ::std::fmt::Display for $Enum {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl ::std::str::FromStr for $Enum {
            type Err = $crate::UnknownName;

            fn from_str(name: &str) -> ::std::result::Result<$Enum, $crate::UnknownName> {
                let mut all = $Enum::ALL.iter().copied();
                all.find(|variant| variant.name() == name)
                    .ok_or_else(|| $crate::UnknownName::new($what, name, $Enum::ALL))
            }
        }

        impl ::serde::Serialize for $Enum {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $Enum {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<$Enum, D::Error> {
                let name = <::std::string::String as ::serde::Deserialize>::deserialize(deserializer)?;
                name.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}

/// A name that its enum does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {name}; give one of {known}")]
pub struct UnknownName {
    what: &'static str,
    name: String,
    known: String,
}

impl UnknownName {
    /// `what` says what `name` should have named, and `known` what there is.
    pub fn new(what: &'static str, name: &str, known: &[impl fmt::Display]) -> UnknownName {
        UnknownName {
            what,
            name: name.to_owned(),
            known: listed(known),
        }
    }
}

/// Names for a sentence, with commas between them.
pub(crate) fn listed(names: &[impl fmt::Display]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}

named_enum! {
    /// An instruction set that Cranelift compiles for, ascending by name.
    pub enum Isa ("ISA") {
        /// 64-bit Arm.
        Aarch64 = "aarch64",
        /// 32-bit bytecode; only functions built from CLIF can have it.
        Pulley32 = "pulley32",
        /// The same in big-endian byte order.
        Pulley32be = "pulley32be",
        /// The bytecode of Wasmtime's interpreter.
        Pulley64 = "pulley64",
        /// The same in big-endian byte order; only functions built from CLIF
        /// are called so, because a `.cwasm` does not tell the two apart.
        Pulley64be = "pulley64be",
        /// 64-bit RISC-V.
        Riscv64 = "riscv64",
        /// IBM Z.
        S390x = "s390x",
        /// 64-bit x86.
        X86_64 = "x86_64",
    }
}

impl Isa {
    /// The instruction sets that WebAssembly modules are compiled for, the
    /// most common first.
    pub const OF_MODULES: [Isa; 5] = [
        Isa::X86_64,
        Isa::Aarch64,
        Isa::Riscv64,
        Isa::S390x,
        Isa::Pulley64,
    ];

    /// That of this machine, if Cranelift compiles for it.
    pub fn host() -> Option<Isa> {
        std::env::consts::ARCH.parse().ok()
    }
}

named_enum! {
    /// The garbage collector that a module is compiled for, ascending by name.
    pub enum Collector ("collector") {
        /// Wasmtime's default: a copying collector.
        Copying = "copying",
        /// Deferred reference counting.
        Drc = "drc",
        /// None: functions built from CLIF know of no collector.
        None = "none",
        /// The collector that never collects.
        Null = "null",
        /// Not known, because another release of Wasmtime wrote the `.cwasm`.
        Unknown = "unknown",
    }
}

impl Collector {
    /// The collectors that WebAssembly modules are compiled for.
    pub const OF_MODULES: [Collector; 3] = [Collector::Copying, Collector::Drc, Collector::Null];
}

named_enum! {
    /// How much Cranelift optimises, in its own words.
    pub enum OptLevel ("opt-level") {
        /// Compiles fastest.
        None = "none",
        /// Wasmtime's default: for speed.
        Speed = "speed",
        /// For speed and small code.
        SpeedAndSize = "speed_and_size",
    }
}

named_enum! {
    /// Where a module comes from. Tiers are never averaged together.
    pub enum Tier ("tier") {
        /// Third-party modules as found in the wild.
        Wild = "wild",
        /// Our own WasmGC programs.
        Program = "program",
        /// Functions generated with cranelift-frontend.
        Synthetic = "synthetic",
        /// Modules generated by wasm-smith.
        Smith = "smith",
        /// Files named on the command line.
        Yours = "yours",
    }
}

/// What tells a module from every other in a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ModuleKey {
    /// Short name, unique per ISA and collector.
    pub module: String,
    /// The ISA it is compiled for.
    pub isa: Isa,
    /// The collector it is compiled for.
    pub collector: Collector,
}

impl ModuleKey {
    /// Whether a wild module with this key is one that the headline rests on:
    /// x86_64 is the ISA that every wild module was recorded for and that the
    /// timings were made on, and copying is Wasmtime's default collector.
    pub fn is_headline(&self) -> bool {
        (self.isa, self.collector) == (Isa::X86_64, Collector::Copying)
    }
}

impl fmt::Display for ModuleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ModuleKey {
            module,
            isa,
            collector,
        } = self;
        f.pad(&format!("{module}/{isa}/{collector}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survive<T>(all: &[T])
    where
        T: Copy + fmt::Debug + fmt::Display + PartialEq + std::str::FromStr<Err = UnknownName>,
        T: Serialize + for<'de> Deserialize<'de>,
    {
        for &variant in all {
            let name = variant.to_string();
            assert_eq!(name.parse(), Ok(variant));
            let json = serde_json::to_string(&variant).unwrap();
            assert_eq!(json, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<T>(&json).unwrap(), variant);
        }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        survive(Isa::ALL);
        survive(Collector::ALL);
        survive(OptLevel::ALL);
        survive(Tier::ALL);
    }

    #[test]
    fn an_unknown_name_is_told_with_those_that_exist() {
        let error = "boehm".parse::<Collector>().unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown collector boehm; give one of copying, drc, none, null, unknown"
        );
        let error = serde_json::from_str::<Isa>("\"vax\"").unwrap_err();
        assert!(error.to_string().contains("unknown ISA vax"), "{error}");
    }

    #[test]
    fn isas_and_collectors_are_ordered_like_their_names() {
        assert!(Isa::ALL.is_sorted_by_key(|isa| isa.name()));
        assert!(Collector::ALL.is_sorted_by_key(|collector| collector.name()));
    }

    #[test]
    fn a_key_is_shown_in_three_parts() {
        let key = ModuleKey {
            module: "m".to_owned(),
            isa: Isa::Riscv64,
            collector: Collector::Drc,
        };
        assert_eq!(key.to_string(), "m/riscv64/drc");
        assert_eq!(format!("{key:<16}|"), "m/riscv64/drc   |");
        assert!(!key.is_headline());
    }
}
