//! Our own WasmGC programs: known algorithms with known results.
//!
//! Each module exports `run: [i32] -> [i64]` and imports `lab.checkpoint:
//! [] -> []`, which it calls where many references are live on the stack.

use wasmtime::{Error, Linker, Module, Result, Store};

/// A program and the result that proves it ran correctly.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// File stem, and the module's name in every table.
    pub name: &'static str,
    /// The WebAssembly text.
    pub wat: &'static str,
    /// Argument for `run`: small enough for a fraction of a second, large
    /// enough to allocate well over 4 MiB in total.
    pub size: i32,
    /// What `run(size)` returns; each file's header derives it.
    pub expected: i64,
}

impl Program {
    /// Runs the compiled program. Anything but its known result is an error.
    pub fn run<T: 'static>(
        &self,
        store: &mut Store<T>,
        linker: &Linker<T>,
        code: &Module,
    ) -> Result<()> {
        let instance = linker.instantiate(&mut *store, code)?;
        let run = instance.get_typed_func::<i32, i64>(&mut *store, "run")?;
        match run.call(store, self.size)? {
            result if result == self.expected => Ok(()),
            result => Err(Error::msg(format!(
                "returned {result}, not {}",
                self.expected
            ))),
        }
    }
}

/// All programs, by name.
pub fn all() -> &'static [Program] {
    PROGRAMS
}

macro_rules! programs {
    ($($name:literal ($size:literal) = $expected:literal,)*) => {
        &[$(Program {
            name: $name,
            wat: include_str!(concat!("../programs/", $name, ".wat")),
            size: $size,
            expected: $expected,
        }),*]
    };
}

const PROGRAMS: &[Program] = programs! {
    "bignum" (1000) = 105_390_249,
    "binary-trees" (12) = 674_478,
    "combinators" (9) = 51_100,
    "deltablue" (100) = 42_196_200,
    "dijkstra" (999) = 540,
    "hash-array-trie" (10_000) = 52_423_657_120_000,
    "hash-map" (4001) = 48_024_192_024,
    "huffman" (16) = 404_700,
    "json" (8) = 1_305_600,
    "lisp" (200) = 2_686_700_987_009_046,
    "nqueens-lists" (11) = 2_680,
    "quadtree-life" (1103) = 116,
    "red-black-map" (10_007) = 333_983_755_091,
    "richards" (2) = 46_510_594,
    "ropes" (17) = 159_700_987,
    "splay-heap" (1000) = 9_985_005_000,
};
