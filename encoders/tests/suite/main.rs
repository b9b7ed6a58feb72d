//! Tests of the formats, run over every scheme in the registry.

mod common;
mod delta;
mod drawings;
mod errors;
mod memo;
mod registry;
mod schemes;
mod wasmtime;
