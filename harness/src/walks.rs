//! Records native stacks of programs while they run under Wasmtime.

use stackmap_corpus::Module;

/// Return addresses of Wasm frames, innermost first, of every stack recorded.
pub fn record(_module: &Module) -> Vec<Vec<u32>> {
    Vec::new()
}
