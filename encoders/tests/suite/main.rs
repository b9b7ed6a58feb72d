//! Tests of the formats, run over every scheme in the registry.

mod common;
mod delta;
mod errors;
mod registry;
mod schemes;
mod wasmtime;
