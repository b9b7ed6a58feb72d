//! Lookups in arbitrary sections.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stackmap_fuzz::readers(data));
