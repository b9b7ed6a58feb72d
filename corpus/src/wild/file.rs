//! The form of `wild.toml`, and how its entries become modules.

use super::module::{Failure, Pin, Preparation, Setting, Source, Step, WildModule};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestFile {
    #[serde(default)]
    pub preparation: BTreeMap<String, PreparationEntry>,
    pub module: Vec<ModuleEntry>,
}

/// A `[preparation.NAME]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PreparationEntry {
    npm: String,
    version: String,
    path: String,
    sha256: String,
    arguments: Vec<String>,
}

/// A `[[module]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModuleEntry {
    pub name: String,
    language: String,
    toolchain: String,
    licence: String,
    npm: Option<String>,
    pypi: Option<String>,
    version: Option<String>,
    git: Option<String>,
    commit: Option<String>,
    kotlin: Option<String>,
    path: String,
    sha256: String,
    #[serde(default)]
    sources: BTreeMap<String, String>,
    prepare: Option<String>,
    core_module: Option<usize>,
    prepared_sha256: Option<String>,
    #[serde(default)]
    setting: Vec<Setting>,
    #[serde(default)]
    heavy: bool,
    #[serde(default)]
    failure: Vec<Failure>,
}

impl ModuleEntry {
    /// The module that the entry pins; the error says what is wrong with it.
    pub fn resolve(
        self,
        preparations: &BTreeMap<String, PreparationEntry>,
        manifest: &Path,
    ) -> Result<WildModule, String> {
        if !self
            .name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        {
            return Err("a name is made of letters, digits, '-', '_' and '.'".into());
        }
        let is_ours = self.kotlin.is_some();
        let given = match (self.npm, self.pypi, self.git, self.version, self.commit) {
            (None, None, None, None, None) => Some(Source::Ours),
            (Some(name), None, None, Some(version), None) => Some(Source::Npm { name, version }),
            (None, Some(name), None, Some(version), None) => Some(Source::Pypi { name, version }),
            (None, None, Some(repository), None, Some(commit)) => {
                Some(Source::Git { repository, commit })
            }
            _ => None,
        };
        // A program of ours may be compiled together with files of a repository.
        let (source, repository) = match (given, is_ours, self.sources.is_empty()) {
            (Some(Source::Ours), true, true) => (Source::Ours, None),
            (Some(git @ Source::Git { .. }), true, false) => (Source::Ours, Some(git)),
            (Some(source), false, true) if source != Source::Ours => (source, None),
            _ => {
                return Err(
                    "give npm and version, or pypi and version, or git and commit, or kotlin, \
                     or kotlin with git, commit and sources"
                        .into(),
                );
            }
        };
        let pin = |source, path, sha256| {
            Ok::<_, String>(Pin {
                source,
                path,
                sha256: check_hash(sha256)?,
                manifest: manifest.to_owned(),
            })
        };
        let is_prepared = is_ours || self.prepare.is_some() || self.core_module.is_some();
        if is_prepared != self.prepared_sha256.is_some() {
            return Err("prepare, core_module or kotlin, and prepared_sha256 go together".into());
        }
        let step = match (self.prepare, self.core_module, self.kotlin) {
            (None, None, None) => None,
            (None, Some(index), None) => Some(Step::CoreModule(index)),
            (None, None, Some(version)) => {
                let source = repository.unwrap_or(Source::Ours);
                let files = self.sources.into_iter();
                let sources = files.map(|(path, sha256)| pin(source.clone(), path, sha256));
                let sources = sources.collect::<Result<_, _>>()?;
                Some(Step::Kotlin { version, sources })
            }
            (Some(name), None, None) => {
                let entry = preparations
                    .get(&name)
                    .ok_or_else(|| format!("there is no preparation called {name}"))?;
                Some(entry.resolve(name, manifest)?)
            }
            _ => return Err("give only one of prepare, core_module and kotlin".into()),
        };
        let sha256 = self.prepared_sha256.map(check_hash).transpose()?;
        let preparation = step.zip(sha256);
        let preparation = preparation.map(|(step, sha256)| Preparation { step, sha256 });
        Ok(WildModule {
            name: self.name,
            language: self.language,
            toolchain: self.toolchain,
            licence: self.licence,
            pin: pin(source, self.path, self.sha256)?,
            preparation,
            settings: self.setting,
            heavy: self.heavy,
            failures: self.failure,
        })
    }
}

impl PreparationEntry {
    fn resolve(&self, name: String, manifest: &Path) -> Result<Step, String> {
        Ok(Step::Convert {
            name,
            program: Pin {
                source: Source::Npm {
                    name: self.npm.clone(),
                    version: self.version.clone(),
                },
                path: self.path.clone(),
                sha256: check_hash(self.sha256.clone())?,
                manifest: manifest.to_owned(),
            },
            arguments: self.arguments.clone(),
        })
    }
}

fn check_hash(hash: String) -> Result<String, String> {
    let hex = hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hash.len() == 64 && hex {
        return Ok(hash);
    }
    Err(format!(
        "\"{hash}\" is no SHA-256 in 64 lower-case hexadecimal digits"
    ))
}
