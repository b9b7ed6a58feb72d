//! The registry lists every scheme, and with it the files that it is made of.

use stackmap_encoders::{Encoder, SchemeSource, SchemeVisitor, SourceFile, for_each_scheme};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A registered scheme's name and its files.
type Entry = (&'static str, &'static SchemeSource);

fn registry() -> Vec<Entry> {
    struct Entries(Vec<Entry>);
    impl SchemeVisitor for Entries {
        fn visit<E: Encoder>(&mut self, source: &'static SchemeSource) {
            self.0.push((E::NAME, source));
        }
    }
    let mut entries = Entries(vec![]);
    for_each_scheme(&mut entries);
    entries.0
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn names_are_unique_and_the_baseline_comes_first() {
    let names: Vec<_> = registry().iter().map(|(name, _)| *name).collect();
    let distinct: BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    assert_eq!(names[0], "exact");
}

#[test]
fn a_scheme_is_one_folder_and_one_line() {
    let folders: BTreeSet<_> = fs::read_dir(src().join("schemes"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let listed: BTreeSet<_> = registry()
        .iter()
        .map(|(_, s)| s.module.to_owned())
        .collect();
    assert_eq!(listed, folders);
    for (name, source) in registry() {
        assert_eq!(source.module, name.replace('-', "_"), "the folder's name");
    }
}

#[test]
fn every_format_is_drawn_and_every_scheme_has_a_reader_and_a_writer() {
    for (name, source) in registry() {
        let drawing = source.drawing();
        assert!(drawing.lines().count() > 1, "{name}: {drawing:?}");
        assert!(!drawing.contains("//!"), "{name}: {drawing}");
        assert!(source.reader_lines() > 0, "{name}: no reader");
        assert!(source.writer_lines() > 0, "{name}: no writer");
    }
}

#[test]
fn the_files_of_a_reader_and_of_a_writer_are_those_that_it_imports() {
    for (name, source) in registry() {
        let reader = closure([source.reader[0].path.to_owned()]);
        assert_eq!(paths(source.reader), reader, "{name}: files of the reader");

        // What the glue in `mod.rs` imports from `bits/` is for the writer.
        let glue = imports(source.format.path).into_iter();
        let helpers = glue.filter(|path| path.starts_with("bits/"));
        let writer = closure(helpers.chain([source.writer[0].path.to_owned()]));
        assert_eq!(paths(source.writer), writer, "{name}: files of the writer");
    }
}

#[test]
fn a_scheme_without_a_reader_or_writer_of_its_own_names_whose_it_has() {
    for (name, source) in registry() {
        let imported = imports(source.format.path);
        for file in [source.reader[0], source.writer[0]] {
            let own = file
                .path
                .starts_with(&format!("schemes/{}/", source.module));
            assert!(
                own || imported.contains(file.path),
                "{name}: does not import {}",
                file.path
            );
        }
    }
}

fn paths(files: &[SourceFile]) -> BTreeSet<String> {
    files.iter().map(|file| file.path.to_owned()).collect()
}

/// The files given and all that they import, directly or not.
fn closure(files: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    let mut todo: Vec<_> = files.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(path) = todo.pop() {
        if seen.insert(path.clone()) {
            todo.extend(imports(&path));
        }
    }
    seen
}

/// The files of `bits/` and of scheme folders that one of these imports.
fn imports(path: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(src().join(path)).unwrap();
    let (folder, _) = path.rsplit_once('/').unwrap();
    let is_code = |line: &&str| !line.starts_with("use ") && !line.trim_start().starts_with("//");
    for line in text.lines().filter(is_code) {
        let hidden = ["crate::bits", "crate::schemes", "super::"];
        let hides = hidden.iter().any(|path| line.contains(path));
        assert!(!hides, "{path}: name this in a `use`: {line}");
    }
    let uses = text.lines().filter_map(|line| line.strip_prefix("use "));
    uses.filter_map(|import| {
        let mut segments = import.trim_end_matches(';').split("::");
        let file = match (segments.next()?, segments.next()?) {
            ("super", file) => format!("{folder}/{file}.rs"),
            ("crate", "bits") => format!("bits/{}.rs", segments.next()?),
            ("crate", "schemes") => {
                let scheme = segments.next()?;
                format!("schemes/{scheme}/{}.rs", segments.next()?)
            }
            ("crate", public) => {
                // What is re-exported has to be imported from where it is.
                let shared = ["BitmapMap", "WordMap", "slots_of"];
                assert!(
                    !shared.iter().any(|s| public.contains(s)),
                    "{path}: {import}"
                );
                return None;
            }
            _ => return None,
        };
        assert!(
            src().join(&file).is_file(),
            "{path}: import one file a line: {import}"
        );
        Some(file)
    })
    .collect()
}
