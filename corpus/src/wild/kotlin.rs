//! Compiles a Kotlin program to WebAssembly with WASI.

use super::{client, unpack::unpack_all};
use crate::error::CorpusError;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The package with `kotlinc-wasm` and the standard library.
pub(super) const COMPILER: &str = "kotlin-compiler";
/// The options of both of its stages.
pub(super) const OPTIONS: [&str; 2] = [
    "-Xwasm-target=wasm-wasi",
    "-Xwasm-use-new-exception-proposal",
];
/// Places in the package.
const MAIN: &str = "package/bin/kotlinc-wasm";
const LIBRARY: &str = "package/lib/kotlin-stdlib-wasm-wasi.klib";
/// The module is called so, and so is the folder that it is written to.
const NAME: &str = "program";

const REMEDY: &str = "check that java is version 17 or newer, and the program";

/// The module of the program at `source` and of others, each with its path in its
/// repository. The same program gives the same bytes, wherever it lies.
pub(super) fn compile(
    version: &str,
    source: &Path,
    others: &[(&str, PathBuf)],
    cache: &Path,
    origin: &str,
) -> Result<Vec<u8>, CorpusError> {
    // The package is large, so look for Java first.
    client::run(Command::new("java").arg("-version"), origin)?;
    let failed = |e| CorpusError::read(cache, e);
    let folder = tempfile::tempdir_in(cache).map_err(failed)?;
    let path = folder.path().canonicalize().map_err(failed)?;
    // The names become part of the module.
    let main = format!("{NAME}.kt");
    let others = others.iter().map(|(name, file)| (*name, file.as_path()));
    // So do the paths of files with private classes, unless they are relative.
    let base = format!("-Xklib-relative-path-base={}", path.display());
    let mut compiled = vec!["-nopack".to_owned(), base];
    for (name, file) in [(&*main, source)].into_iter().chain(others) {
        let copy = path.join(name);
        let made = copy.parent().map_or(Ok(()), std::fs::create_dir_all);
        let copied = made.and_then(|()| std::fs::copy(file, &copy));
        copied.map_err(|e| CorpusError::read(file, e))?;
        compiled.push(copy.to_string_lossy().into_owned());
    }
    client::npm(COMPILER, version, &path, origin)?;
    let package = path.join(format!("{COMPILER}-{version}.tgz"));
    unpack_all(&package, &path).map_err(|e| CorpusError::read(&package, e))?;
    let stage = |arguments: &[String]| {
        let mut kotlinc = Command::new(path.join(MAIN));
        kotlinc.current_dir(&path).args(OPTIONS);
        kotlinc.args([
            "-libraries",
            LIBRARY,
            "-ir-output-dir",
            NAME,
            "-ir-output-name",
            NAME,
        ]);
        client::run_or(kotlinc.args(arguments), origin, REMEDY)
    };
    stage(&compiled)?;
    stage(&["-Xir-produce-js".into(), format!("-Xinclude={NAME}")])?;
    let module = path.join(NAME).join(NAME).with_extension("wasm");
    std::fs::read(&module).map_err(|e| CorpusError::read(&module, e))
}
