//! Tables through every scheme and back.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| stackmap_fuzz::round_trip(data));
