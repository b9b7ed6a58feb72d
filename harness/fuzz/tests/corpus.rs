//! Replays the committed inputs; `just fuzz-smoke` looks for more.

use std::fs;
use std::path::Path;

fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut inputs = 0;
    for file in fs::read_dir(&folder).expect("committed inputs") {
        target(&fs::read(file.expect("a file").path()).expect("readable"));
        inputs += 1;
    }
    assert!(inputs > 0, "{}: empty", folder.display());
}

#[test]
fn readers() {
    replay("readers", stackmap_fuzz::readers);
}

#[test]
fn round_trip() {
    replay("round-trip", stackmap_fuzz::round_trip);
}

#[test]
fn recorded() {
    replay("recorded", stackmap_fuzz::recorded);
}

#[test]
fn cwasm() {
    replay("cwasm", stackmap_fuzz::cwasm);
}
