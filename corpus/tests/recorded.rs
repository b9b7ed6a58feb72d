//! Recordings: what is written is read, and damage is told.

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use stackmap_corpus::recorded::{
    Header, Provenance, Recording, TARGETS, file_name, read, read_header, recordings, write,
    write_sums,
};
use stackmap_corpus::wild::Manifest;
use stackmap_corpus::{
    Collector, CorpusError, CorpusFolder, CrossCheck, Function, FunctionKind, Isa, Module,
    OptLevel, Tier,
};
use stackmap_encoders::{Encoder, Table, exact::Exact};
use std::fs;
use std::path::{Path, PathBuf};

const PREAMBLE: usize = 8 + 4 + 32;

fn module(table: Table, functions: Vec<Function>, with_section: bool) -> Module {
    Module {
        name: "m".into(),
        isa: Isa::X86_64,
        collector: Collector::Copying,
        tier: Tier::Wild,
        provenance: provenance().to_string(),
        text_bytes: 1 << 20,
        cwasm_bytes: with_section.then_some(1 << 21),
        section: with_section.then(|| Exact::encode(&table).unwrap().bytes),
        functions,
        cross_check: CrossCheck {
            recorded: table.maps(),
            call_sites: Some(table.len()),
            ..CrossCheck::default()
        },
        table,
    }
}

fn provenance() -> Provenance {
    Provenance {
        language: "L".into(),
        opt_level: Some(OptLevel::None),
        ..Provenance::default()
    }
}

prop_compose! {
    /// Tables whose neighbours are alike, unlike, long, short and empty.
    fn table()(
        complete: bool,
        rows in btree_map(0u32..1 << 20, (1u32..3000, btree_set(0u32..3000, 0..20)), 0..60),
    ) -> Table {
        let mut table = if complete { Table::complete() } else { Table::incomplete() };
        for (pc, (granules, slots)) in rows {
            let slots = slots.into_iter().filter(|&s| s < granules).map(|s| 4 * s);
            table.push(pc.into(), 4 * granules, slots).unwrap();
        }
        table
    }
}

prop_compose! {
    fn functions()(lengths in vec((0u32..50, 0u32..5000, 0usize..3), 0..30)) -> Vec<Function> {
        let kinds = [FunctionKind::Wasm, FunctionKind::ModuleStart, FunctionKind::Trampoline];
        let mut end = 0;
        lengths.into_iter().map(|(gap, length, kind)| {
            let start = end + gap;
            end = start + length;
            Function { range: start..end, kind: kinds[kind] }
        }).collect()
    }
}

fn sample() -> Vec<u8> {
    let mut table = Table::complete();
    for i in 0..200u32 {
        let slots = (0..40)
            .filter(|s| (i / 3) >> (s % 7) & 1 == 1)
            .map(|s| 8 * s);
        table.push(u64::from(5 + i * 11), 400, slots).unwrap();
    }
    let functions = vec![Function {
        range: 0..3000,
        kind: FunctionKind::Wasm,
    }];
    write(&module(table, functions, true), &provenance()).unwrap()
}

proptest! {
    #[test]
    fn what_is_written_is_read(table in table(), functions in functions()) {
        let with_section = table.is_complete() || table.maps() > 0;
        let module = module(table, functions, with_section);
        let written = write(&module, &provenance());
        if !with_section && module.table.maps() > 0 {
            prop_assert!(written.is_err());
            return Ok(());
        }
        let bytes = written.unwrap();
        prop_assert_eq!(&bytes, &write(&module, &provenance()).unwrap(), "not deterministic");
        let back = read(&bytes, "f").unwrap();
        prop_assert_eq!(back.section, module.section);
        prop_assert_eq!(back.table, module.table);
        prop_assert_eq!(back.functions, module.functions);
        prop_assert_eq!(back.cross_check, module.cross_check);
        prop_assert_eq!(
            (back.name, back.isa, back.collector, back.tier, back.text_bytes, back.cwasm_bytes),
            (module.name, module.isa, module.collector, module.tier, module.text_bytes, module.cwasm_bytes)
        );
        prop_assert_eq!(back.provenance, module.provenance);
        let header = read_header(&bytes, "f").unwrap();
        prop_assert_eq!(header.provenance, provenance());
    }

    #[test]
    fn a_forged_body_gives_an_error_and_no_panic(
        at in 0usize..2000, value: u8, body in vec(any::<u8>(), 0..300), whole: bool,
    ) {
        // The hash is right, so damage reaches the reader behind it.
        let bytes = forge(&sample(), |header, columns| {
            if whole {
                *columns = body.clone();
            } else {
                let at = at % columns.len();
                columns[at] = value;
            }
            header.body_bytes = columns.len() as u64;
        });
        if let Err(error) = read(&bytes, "some/file") {
            prop_assert!(error.to_string().starts_with("some/file: "));
        } else {
            prop_assert!(!whole);
        }
    }
}

/// Changes header and columns and makes the hash fit again.
fn forge(bytes: &[u8], change: impl FnOnce(&mut Header, &mut Vec<u8>)) -> Vec<u8> {
    use std::io::Read;
    let length = u32::from_le_bytes(bytes[PREAMBLE..PREAMBLE + 4].try_into().unwrap()) as usize;
    let mut header: Header =
        serde_json::from_slice(&bytes[PREAMBLE + 4..PREAMBLE + 4 + length]).unwrap();
    let mut columns = Vec::new();
    let packed = &bytes[PREAMBLE + 4 + length..];
    liblzma::bufread::XzDecoder::new(packed)
        .read_to_end(&mut columns)
        .unwrap();
    change(&mut header, &mut columns);
    let mut packed = Vec::new();
    liblzma::bufread::XzEncoder::new(&columns[..], 1)
        .read_to_end(&mut packed)
        .unwrap();
    let json = serde_json::to_vec(&header).unwrap();
    let mut hashed = (json.len() as u32).to_le_bytes().to_vec();
    hashed.extend(json);
    hashed.extend(packed);
    rehash(&bytes[..12], &hashed)
}

fn rehash(start: &[u8], hashed: &[u8]) -> Vec<u8> {
    use sha2::Digest;
    [start, &sha2::Sha256::digest(hashed)[..], hashed].concat()
}

#[test]
fn every_flipped_byte_and_every_truncation_is_noticed() {
    let good = sample();
    assert!(read(&good, "f").is_ok());
    let explains = |bytes: &[u8], what: &str| {
        let error = match read(bytes, "some/file") {
            Ok(_) => panic!("{what} went unnoticed"),
            Err(error) => error.to_string(),
        };
        assert!(error.starts_with("some/file: "), "{error}");
        assert!(error.contains("restore the file"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    };
    let mut bytes = good.clone();
    for at in 0..bytes.len() {
        for bit in [1, 0x80] {
            bytes[at] ^= bit;
            explains(&bytes, &format!("byte {at} flipped"));
            bytes[at] ^= bit;
        }
        explains(&good[..at], &format!("truncation to {at} bytes"));
    }
    explains(&[&good[..], b"\0"].concat(), "a byte appended");
}

#[test]
fn another_version_is_named() {
    let mut bytes = sample();
    bytes[8..12].copy_from_slice(&7u32.to_le_bytes());
    let error = read(&bytes, "f").unwrap_err().to_string();
    assert!(error.contains("version 7"), "{error}");
}

#[test]
fn claimed_lengths_are_not_trusted() {
    type Change = fn(&mut Header);
    let cases: [(&str, Change); 5] = [
        ("1 GiB", |h| h.body_bytes = u64::MAX),
        ("1 GiB", |h| h.section.as_mut().unwrap().bytes = u64::MAX),
        ("length it says", |h| h.body_bytes += 1),
        ("do not fit", |h| {
            h.section.as_mut().unwrap().bytes = 1 << 29
        }),
        ("do not fit", |h| h.safepoints += 1),
    ];
    for (part, change) in cases {
        let bytes = forge(&sample(), |header, _| change(header));
        let error = read(&bytes, "f").unwrap_err().to_string();
        assert!(error.contains(part), "{part} is missing in: {error}");
    }
    // A header that claims to be longer than the file.
    let good = sample();
    let hashed = [&u32::MAX.to_le_bytes(), &good[PREAMBLE + 4..]].concat();
    let error = read(&rehash(&good[..12], &hashed), "f")
        .unwrap_err()
        .to_string();
    assert!(error.contains("header is truncated"), "{error}");
}

#[test]
fn another_section_hash_is_noticed() {
    let bytes = forge(&sample(), |header, _| {
        header.section.as_mut().unwrap().sha256 = "0".repeat(64);
    });
    let error = read(&bytes, "f").unwrap_err().to_string();
    assert!(error.contains("SHA-256"), "{error}");
}

#[test]
fn a_module_that_is_not_its_section_is_refused() {
    let mut table = Table::complete();
    table.push(10, 16, [0, 8]).unwrap();
    table.push(20, 16, [8]).unwrap();
    let mut odd = module(table, Vec::new(), true);
    // The same maps, stored in another order.
    let section = odd.section.as_mut().unwrap();
    section[12] ^= 3;
    section[16] ^= 3;
    let (first, second) = section[20..].split_at_mut(12);
    first.swap_with_slice(second);
    let error = write(&odd, &provenance()).unwrap_err().to_string();
    assert!(
        error.contains("m/x86_64/copying: cannot be recorded"),
        "{error}"
    );
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let listed = recordings(folder).unwrap().into_iter();
    listed.map(|listed| listed.path).collect()
}

#[test]
fn a_missing_or_unlisted_recording_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file_name(&TARGETS[0].key("m")));
    fs::write(&path, sample()).unwrap();
    assert!(recordings(folder.path()).is_err(), "nothing is listed yet");
    write_sums(folder.path()).unwrap();
    assert_eq!(paths(folder.path()), std::slice::from_ref(&path));

    let other = folder.path().join(file_name(&TARGETS[0].key("n")));
    fs::rename(&path, &other).unwrap();
    let error = recordings(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("m.x86_64.copying") && error.contains("not there"),
        "{error}"
    );
    fs::copy(&other, &path).unwrap();
    let error = recordings(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("n.x86_64.copying") && error.contains("not listed"),
        "{error}"
    );
}

#[test]
fn the_committed_recordings_are_whole() {
    let corpus = CorpusFolder::of_source_tree();
    let manifest = Manifest::read(&corpus.manifest()).unwrap();
    for listed in recordings(&corpus.recordings()).unwrap() {
        let recording = listed.open().unwrap();
        let (module, header) = (recording.module().unwrap(), recording.header);
        let section = module.section.as_deref().unwrap();
        let baseline = Exact::encode(&module.table).unwrap().bytes;
        assert!(
            baseline == section,
            "{}: exact is not Wasmtime's section",
            module.key()
        );
        let entry = manifest.get(&module.name).unwrap();
        assert_eq!(
            header.provenance.sha256,
            entry.pin.sha256,
            "{}",
            module.key()
        );
        assert_eq!(
            module.cross_check.recorded,
            module.table.maps(),
            "{}",
            module.key()
        );
    }
}

#[test]
fn a_recording_in_the_place_of_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name| folder.path().join(file_name(&TARGETS[0].key(name)));
    fs::write(path("m"), sample()).unwrap();
    fs::copy(path("m"), path("n")).unwrap();
    let text = |opened: Result<Recording, CorpusError>| opened.err().unwrap().to_string();
    let error = text(Recording::open(&path("n")));
    assert!(error.contains("n.x86_64.copying"), "{error}");
    assert!(error.contains("it holds m/x86_64/copying"), "{error}");

    // Another valid recording of the same module.
    fs::remove_file(path("n")).unwrap();
    write_sums(folder.path()).unwrap();
    let other = forge(&sample(), |header, _| {
        header.provenance.language = "other".into()
    });
    fs::write(path("m"), other).unwrap();
    assert!(Recording::open(&path("m")).is_ok());
    let error = text(recordings(folder.path()).unwrap()[0].open());
    assert!(error.contains("listed in SHA256SUMS"), "{error}");
}

#[test]
fn a_missing_list_or_corpus_is_told_once_and_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let error = recordings(folder.path()).unwrap_err().to_string();
    assert!(error.contains("SHA256SUMS"), "{error}");
    assert_eq!(error.matches("No such file").count(), 1, "{error}");

    let error = CorpusFolder::find(Some(folder.path()))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with(&folder.path().display().to_string()),
        "{error}"
    );
    assert!(error.contains("--corpus DIR or STACKMAP_CORPUS"), "{error}");
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    for named in [None, Some(source)] {
        let found = CorpusFolder::find(named).unwrap();
        assert_eq!(found.recordings(), source.join("recorded"));
    }
}
