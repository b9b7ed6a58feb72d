//! From a pin to a checked file in the cache.

use super::module::{Pin, Preparation, Source, Step, WildModule};
use super::{client, kotlin, unpack::unpack};
use crate::error::CorpusError;
use crate::sections::core_module;
use crate::sha256::sha256_hex;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Kilobytes of stack for wasm-opt in Node.js, whose default overflows on
/// deeply nested functions.
const NODE_STACK: &str = "--stack-size=16000";

/// Where files may come from and where they are kept.
#[derive(Clone, Debug)]
pub struct FetchOptions {
    /// A folder that is searched for a file with the hash before any client is
    /// run. It may be a checkout of the repository.
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
    let ready = entry.prepared_sha256();
    if holds(&cached(options, &entry.name, ready, "wasm"), ready) {
        return Ok(true);
    }
    if let Some(folder) = &options.from
        && find_by_hash(folder, ready)?.is_some()
    {
        return Ok(true);
    }
    for pin in entry.sources().iter().chain([&entry.pin]) {
        let kept = cached(options, &entry.name, &pin.sha256, extension(pin));
        if matches!(pin.source, Source::Git { .. })
            && !holds(&kept, &pin.sha256)
            && given(pin, options)?.is_none()
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Another file of a module's package or repository, in the cache.
pub(crate) fn fetch_beside(
    entry: &WildModule,
    pin: &Pin,
    options: &FetchOptions,
) -> Result<PathBuf, CorpusError> {
    let scratch = scratch(options)?;
    pinned(pin, &entry.name, extension(pin), scratch.path(), options)
}

fn extension(pin: &Pin) -> &str {
    let extension = Path::new(&pin.path).extension();
    extension.and_then(OsStr::to_str).unwrap_or_default()
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

/// A folder for what a client gets.
fn scratch(options: &FetchOptions) -> Result<TempDir, CorpusError> {
    let cache = &options.cache;
    make(cache)?;
    tempfile::tempdir_in(cache).map_err(|e| CorpusError::read(cache, e))
}

/// The pinned file as shipped, in the cache. Its client uses the folder `scratch`.
fn pinned(
    pin: &Pin,
    name: &str,
    extension: &str,
    scratch: &Path,
    options: &FetchOptions,
) -> Result<PathBuf, CorpusError> {
    let path = cached(options, name, &pin.sha256, extension);
    if holds(&path, &pin.sha256) {
        return Ok(path);
    }
    let bytes = match given(pin, options)? {
        Some(bytes) => bytes,
        None => download(pin, name, scratch)?,
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

/// A pinned file in the folder `from`.
fn given(pin: &Pin, options: &FetchOptions) -> Result<Option<Vec<u8>>, CorpusError> {
    let Some(folder) = &options.from else {
        return Ok(None);
    };
    match std::fs::read(folder.join(&pin.path)) {
        Ok(bytes) if sha256_hex(&bytes) == pin.sha256 => Ok(Some(bytes)),
        _ => find_by_hash(folder, &pin.sha256),
    }
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

fn download(pin: &Pin, name: &str, folder: &Path) -> Result<Vec<u8>, CorpusError> {
    let origin = origin(pin, name);
    match &pin.source {
        Source::Npm { name, version } => client::npm(name, version, folder, &origin)?,
        Source::Pypi { name, version } => client::pip(name, version, folder, &origin)?,
        Source::Git { repository, commit } => {
            return client::git(repository, commit, &pin.path, folder, &origin);
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
    let package = std::fs::read_dir(folder)
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
            let scratch = scratch(options)?;
            let script = pinned(program, name, "cjs", scratch.path(), options)?;
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
        Step::Kotlin { version, sources } => {
            // One fetch of the repository is enough for all.
            let scratch = scratch(options)?;
            let file = |pin| pinned(pin, &entry.name, extension(pin), scratch.path(), options);
            let named = sources
                .iter()
                .map(|pin| Ok((pin.path.as_str(), file(pin)?)));
            let sources = named.collect::<Result<Vec<_>, CorpusError>>()?;
            kotlin::compile(version, shipped, &sources, &options.cache, &origin)?
        }
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
