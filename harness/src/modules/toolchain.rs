//! What compiled a module to WebAssembly, without versions and steps: modules
//! of one toolchain are alike, and count as one when the lab speaks of others.

use stackmap_corpus::{Module, Tier};

/// The toolchain of the modules that people of this lab wrote, or had written.
const OURS: &str = "ours";

/// A compiler whose name does not come first in the description of a toolchain.
const DART: &str = "dart2wasm";

/// The toolchain of a module. Nobody knows that of a file named on the command
/// line, and so it stands for itself.
pub fn toolchain(module: &Module) -> String {
    match module.tier {
        Tier::Wild => compiler(&module.provenance).to_owned(),
        Tier::Program | Tier::Synthetic | Tier::Smith => OURS.to_owned(),
        Tier::Yours => module.name.clone(),
    }
}

/// The compiler in a provenance: language; toolchain; and so on. It comes first
/// in the toolchain, before versions and what was done after it.
fn compiler(provenance: &str) -> &str {
    let toolchain = provenance.split("; ").nth(1).unwrap_or(provenance);
    if toolchain.contains(DART) {
        return DART;
    }
    let ends = |c: char| c == ',' || c.is_whitespace();
    let first = toolchain.split(ends).next().unwrap_or(toolchain);
    first.strip_suffix("'s").unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_steps_do_not_make_a_toolchain() {
        for (provenance, expected) in [
            ("Java; TeaVM (CFR 0.152); MIT; npm x", "TeaVM"),
            (
                "Kotlin; Kotlin/Wasm, Compose Multiplatform; MIT; y",
                "Kotlin/Wasm",
            ),
            (
                "Dart; Dart 3.10 dart2wasm, before wasm-opt; MIT; z",
                "dart2wasm",
            ),
            ("Dart; Flutter, dart2wasm; MIT; z", "dart2wasm"),
            ("Julia; WasmTarget.jl and wasm-opt; MIT; z", "WasmTarget.jl"),
            ("Java; J2CL's J2Wasm fbbe1e6db2; MIT; z", "J2CL"),
            ("unknown", "unknown"),
        ] {
            assert_eq!(compiler(provenance), expected);
        }
    }
}
