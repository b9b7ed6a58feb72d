//! Compiles a Kotlin program to WebAssembly with WASI.

use super::{client, unpack::unpack_all};
use crate::error::CorpusError;
use std::path::Path;
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

/// The module of the program at `source`. The same program gives the same bytes,
/// wherever it lies.
pub(super) fn compile(
    version: &str,
    source: &Path,
    cache: &Path,
    origin: &str,
) -> Result<Vec<u8>, CorpusError> {
    // The package is large, so look for Java first.
    client::run(Command::new("java").arg("-version"), origin)?;
    let failed = |e| CorpusError::read(cache, e);
    let folder = tempfile::tempdir_in(cache).map_err(failed)?;
    let path = folder.path().canonicalize().map_err(failed)?;
    // Its name becomes part of the module.
    let copy = path.join(NAME).with_extension("kt");
    std::fs::copy(source, &copy).map_err(|e| CorpusError::read(source, e))?;
    client::npm(COMPILER, version, &path, origin)?;
    let package = path.join(format!("{COMPILER}-{version}.tgz"));
    unpack_all(&package, &path).map_err(|e| CorpusError::read(&package, e))?;
    let stage = |arguments: &[&str]| {
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
    stage(&["-nopack", &copy.to_string_lossy()])?;
    stage(&["-Xir-produce-js", &format!("-Xinclude={NAME}")])?;
    let module = path.join(NAME).join(NAME).with_extension("wasm");
    std::fs::read(&module).map_err(|e| CorpusError::read(&module, e))
}
