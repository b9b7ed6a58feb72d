//! Tells the binary which code it was built from.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What decides, with the schemes' own code, how long a lookup takes.
const TIMING: &str = "src/timing";
const DEPENDENCIES: &str = "../Cargo.lock";

fn main() {
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = Path::new(&folder);
    for path in [TIMING, DEPENDENCIES] {
        println!("cargo::rerun-if-changed={path}");
    }
    let mut code = sources(&root.join(TIMING));
    code.push(fs::read_to_string(root.join(DEPENDENCIES)).unwrap_or_default());
    code.push(rustc());
    println!(
        "cargo::rustc-env=STACKMAP_LAB_TIMING_CODE={:016x}",
        fnv(&code.concat())
    );
    println!("cargo::rustc-env=STACKMAP_LAB_RUSTC={}", rustc());
}

/// The Rust files of a folder, in order of name.
fn sources(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|e| e.path()).collect();
    paths.sort();
    paths.retain(|p| p.extension().is_some_and(|e| e == "rs"));
    paths
        .iter()
        .filter_map(|p| fs::read_to_string(p).ok())
        .collect()
}

fn rustc() -> String {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc).arg("--version").output();
    version.map_or("unknown".into(), |o| {
        String::from_utf8_lossy(&o.stdout).trim().to_owned()
    })
}

/// FNV-1a: tells versions of a text apart without a build dependency.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
