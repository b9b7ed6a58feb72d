//! `.cwasm` files.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stackmap_fuzz::cwasm(data));
