//! Tells the binary which code it was built from.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What decides, with the schemes' own code, what is timed and how.
const TIMING: [&str; 4] = [
    "src/timing",
    "src/machine/caches.rs",
    "src/machine/system.rs",
    "src/random.rs",
];

fn main() {
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = Path::new(&folder);
    let mut code = Vec::new();
    for path in TIMING {
        println!("cargo::rerun-if-changed={path}");
        code.extend(texts(&root.join(path)));
    }
    code.push(rustc());
    println!(
        "cargo::rustc-env=STACKMAP_LAB_TIMING_CODE={:016x}",
        fnv(&code.concat())
    );
    println!("cargo::rustc-env=STACKMAP_LAB_RUSTC={}", rustc());
}

/// A file, or the files of a folder in order of name.
fn texts(path: &Path) -> Vec<String> {
    let mut paths = match path.is_dir() {
        true => fs::read_dir(path).into_iter().flatten().flatten(),
        false => {
            return fs::read_to_string(path)
                .iter()
                .map(|t| without_comments(t))
                .collect();
        }
    }
    .map(|entry| entry.path())
    .collect::<Vec<_>>();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .map(|text| without_comments(&text))
        .collect()
}

/// A word in a comment makes no timing void.
fn without_comments(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.starts_with("//")).collect()
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
