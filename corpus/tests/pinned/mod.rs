//! A module that is pinned in a folder of its own.

use sha2::{Digest, Sha256};
use stackmap_corpus::Limits;
use stackmap_corpus::recorded::RecordOptions;
use stackmap_corpus::wild::{FetchOptions, Manifest, WildModule};
use std::fs;
use std::path::Path;

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

/// A folder with a pin of `text` under the name `m`, with `more` in its entry, and
/// the options to use it.
pub fn pinned(folder: &Path, text: &str, more: &str) -> (WildModule, RecordOptions) {
    let modules = folder.join("modules");
    fs::create_dir_all(&modules).unwrap();
    fs::write(modules.join("file"), text).unwrap();
    let manifest = folder.join("wild.toml");
    let entry = format!(
        "[[module]]\nname = \"m\"\nlanguage = \"L\"\ntoolchain = \"T\"\nlicence = \"MIT\"\n\
         npm = \"p\"\nversion = \"1\"\npath = \"f\"\nsha256 = \"{}\"\n{more}",
        sha256(text.as_bytes())
    );
    fs::write(&manifest, entry).unwrap();
    let options = RecordOptions {
        fetch: FetchOptions {
            from: Some(modules),
            cache: folder.join("cache"),
        },
        folder: folder.join("recorded"),
        limits: Limits::default(),
    };
    let module = Manifest::read(&manifest).unwrap().get("m").unwrap().clone();
    (module, options)
}
