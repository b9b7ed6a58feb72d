//! From a pin to a checked file in the cache.

use super::module::{Pin, Preparation, Source, Step, WildModule};
use super::{client, kotlin, unpack::unpack};
use crate::error::CorpusError;
use crate::sections::core_module;
use crate::sha256::sha256_hex;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Kilobytes of stack for wasm-opt in Node.js, whose default overflows on
/// deeply nested functions.
const NODE_STACK: &str = "--stack-size=16000";

/// Where files may come from and where they are kept.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// A folder that is searched for a file with the hash before any client is
    /// run.
    pub from: Option<PathBuf>,
    /// The cache folder; created if it does not exist.
    pub cache: PathBuf,
}

/// Gets a module ready to be compiled, checks its hash and gives its path. The
/// file comes from the cache, from the folder `from`, or from the ordinary
/// client of its source.
pub fn fetch(entry: &WildModule, options: &FetchOptions) -> Result<PathBuf, CorpusError> {
    let ready = cached(options, &entry.name, entry.prepared_sha256(), "wasm");
    if holds(&ready, entry.prepared_sha256()) {
        return Ok(ready);
    }
    if let Some(folder) = &options.from
        && let Some(bytes) = find_by_hash(folder, entry.prepared_sha256())?
    {
        make(&options.cache)?;
        store(&ready, &bytes)?;
        return Ok(ready);
    }
    let shipped = fetch_beside(entry, &entry.pin, options)?;
    match &entry.preparation {
        None => Ok(shipped),
        Some(preparation) => prepare(entry, preparation, &shipped, &ready, options),
    }
}

/// Whether a module needs no git repository: a package registry has it, or it was
/// fetched before, or it is in the folder `from`.
pub fn is_at_hand(entry: &WildModule, options: &FetchOptions) -> Result<bool, CorpusError> {
    if !matches!(entry.pin.source, Source::Git { .. }) {
        return Ok(true);
    }
    let [ready, shipped] = [entry.prepared_sha256(), &entry.pin.sha256];
    if [ready, shipped]
        .iter()
        .any(|sha256| holds(&cached(options, &entry.name, sha256, "wasm"), sha256))
    {
        return Ok(true);
    }
    let Some(folder) = &options.from else {
        return Ok(false);
    };
    Ok(find_by_hash(folder, ready)?.is_some() || find_by_hash(folder, shipped)?.is_some())
}

/// Another file of a module's package or repository, in the cache.
pub(crate) fn fetch_beside(
    entry: &WildModule,
    pin: &Pin,
    options: &FetchOptions,
) -> Result<PathBuf, CorpusError> {
    let extension = Path::new(&pin.path).extension().unwrap_or_default();
    pinned(pin, &entry.name, &extension.to_string_lossy(), options)
}

/// The name of a cached file contains its hash, so that an edited pin never
/// finds the file of an older one.
fn cached(options: &FetchOptions, name: &str, sha256: &str, extension: &str) -> PathBuf {
    options
        .cache
        .join(format!("{name}-{}.{extension}", &sha256[..12]))
}

fn holds(path: &Path, sha256: &str) -> bool {
    std::fs::read(path).is_ok_and(|bytes| sha256_hex(&bytes) == sha256)
}

/// The pinned file as shipped, in the cache.
fn pinned(
    pin: &Pin,
    name: &str,
    extension: &str,
    options: &FetchOptions,
) -> Result<PathBuf, CorpusError> {
    let path = cached(options, name, &pin.sha256, extension);
    if holds(&path, &pin.sha256) {
        return Ok(path);
    }
    make(&options.cache)?;
    let bytes = match &options.from {
        Some(folder) => find_by_hash(folder, &pin.sha256)?,
        None => None,
    };
    let bytes = match bytes {
        Some(bytes) => bytes,
        None => download(pin, name, &options.cache)?,
    };
    check(&bytes, &pin.sha256, &origin(pin, name), "shipped")?;
    store(&path, &bytes)?;
    Ok(path)
}

fn make(cache: &Path) -> Result<(), CorpusError> {
    std::fs::create_dir_all(cache).map_err(|e| CorpusError::read(cache, e))
}

fn origin(pin: &Pin, name: &str) -> String {
    format!("{}: {name}", pin.manifest.display())
}

fn find_by_hash(folder: &Path, sha256: &str) -> Result<Option<Vec<u8>>, CorpusError> {
    let entries = std::fs::read_dir(folder).map_err(|e| CorpusError::read(folder, e))?;
    for entry in entries {
        let path = entry.map_err(|e| CorpusError::read(folder, e))?.path();
        if !path.is_file() {
            continue;
        }
        let bytes = std::fs::read(&path).map_err(|e| CorpusError::read(&path, e))?;
        if sha256_hex(&bytes) == sha256 {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

fn download(pin: &Pin, name: &str, cache: &Path) -> Result<Vec<u8>, CorpusError> {
    let folder = tempfile::tempdir_in(cache).map_err(|e| CorpusError::read(cache, e))?;
    let origin = origin(pin, name);
    match &pin.source {
        Source::Npm { name, version } => client::npm(name, version, folder.path(), &origin)?,
        Source::Pypi { name, version } => client::pip(name, version, folder.path(), &origin)?,
        Source::Git { repository, commit } => {
            return client::git(repository, commit, &pin.path, folder.path(), &origin);
        }
        Source::Ours => {
            let path = pin.manifest.with_file_name(&pin.path);
            return std::fs::read(&path).map_err(|e| CorpusError::read(&path, e));
        }
    }
    let missing = |what: &str| {
        let problem = format!("{} holds no {what}", pin.source);
        CorpusError::unusable(
            &origin,
            problem,
            "correct the version or the path of the pin",
        )
    };
    let package = std::fs::read_dir(folder.path())
        .ok()
        .and_then(|mut files| files.next()?.ok())
        .ok_or_else(|| missing("package"))?
        .path();
    unpack(&package, &pin.path, &origin)?.ok_or_else(|| missing(&pin.path))
}

fn prepare(
    entry: &WildModule,
    preparation: &Preparation,
    shipped: &Path,
    ready: &Path,
    options: &FetchOptions,
) -> Result<PathBuf, CorpusError> {
    let origin = origin(&entry.pin, &entry.name);
    let bytes = match &preparation.step {
        Step::Convert {
            name,
            program,
            arguments,
        } => {
            let script = pinned(program, name, "cjs", options)?;
            convert(&script, arguments, shipped, options, &origin)?
        }
        Step::CoreModule(index) => {
            let bytes = std::fs::read(shipped).map_err(|e| CorpusError::read(shipped, e))?;
            let module = core_module(&bytes, *index).ok_or_else(|| {
                let problem = format!("the component holds no module {index}");
                CorpusError::unusable(&origin, problem, "correct core_module")
            })?;
            module.to_vec()
        }
        Step::Kotlin { version } => kotlin::compile(version, shipped, &options.cache, &origin)?,
    };
    check(&bytes, &preparation.sha256, &origin, "prepared")?;
    store(ready, &bytes)?;
    Ok(ready.to_owned())
}

fn convert(
    script: &Path,
    arguments: &[String],
    shipped: &Path,
    options: &FetchOptions,
    origin: &str,
) -> Result<Vec<u8>, CorpusError> {
    let folder =
        tempfile::tempdir_in(&options.cache).map_err(|e| CorpusError::read(&options.cache, e))?;
    let output = folder.path().join("prepared.wasm");
    let mut node = Command::new("node");
    node.arg(NODE_STACK).arg(script).args(arguments);
    client::run(node.arg(shipped).arg("-o").arg(&output), origin)?;
    std::fs::read(&output).map_err(|e| CorpusError::read(&output, e))
}

fn check(bytes: &[u8], expected: &str, origin: &str, stage: &str) -> Result<(), CorpusError> {
    let found = sha256_hex(bytes);
    if found == expected {
        return Ok(());
    }
    Err(CorpusError::unusable(
        origin,
        format!("the file as {stage} has SHA-256 {found}, but {expected} is pinned"),
        "do not use the file unless you know why it changed; if so, correct the pin",
    ))
}

/// Writes a file to the cache whole or not at all.
fn store(path: &Path, bytes: &[u8]) -> Result<(), CorpusError> {
    let failed = |e| CorpusError::read(path, e);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut file, bytes).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}
