//! What is known of a pinned module before it is fetched.

use super::kotlin::{COMPILER, OPTIONS};
use crate::names::{Collector, Isa, OptLevel, Tier};
use serde::Deserialize;
use std::fmt;
use std::path::PathBuf;

/// One pinned module.
#[derive(Clone, Debug)]
pub struct WildModule {
    /// Short name, unique in the manifest.
    pub name: String,
    /// The language that the module was written in.
    pub language: String,
    /// What compiled it to WebAssembly.
    pub toolchain: String,
    /// SPDX expression of the program's licence.
    pub licence: String,
    /// The module as shipped.
    pub pin: Pin,
    /// What has to be done before Wasmtime accepts it, if anything.
    pub preparation: Option<Preparation>,
    /// Departures from the default compiler options.
    pub settings: Vec<Setting>,
    /// Whether compiling it takes minutes and more than 4 GiB.
    pub heavy: bool,
    /// ISAs and collectors for which it does not compile, and why.
    pub failures: Vec<Failure>,
}

/// A file in a package or repository, and its hash. What it names never
/// changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The package or repository that holds it.
    pub source: Source,
    /// Its path inside.
    pub path: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// The manifest with the pin, for messages.
    pub manifest: PathBuf,
}

/// Where a file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A package for `npm pack`.
    Npm {
        /// Name with scope.
        name: String,
        /// Exact version.
        version: String,
    },
    /// A package for `pip download`.
    Pypi {
        /// Name.
        name: String,
        /// Exact version.
        version: String,
    },
    /// A repository for `git fetch`.
    Git {
        /// Its address, or a folder.
        repository: String,
        /// Full commit hash.
        commit: String,
    },
    /// The folder of the manifest: it is ours.
    Ours,
}

/// What makes a file one that Wasmtime accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// What is done.
    pub step: Step,
    /// SHA-256 of the module that comes of it, in hexadecimal.
    pub sha256: String,
}

/// What is done to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A pinned Node.js program converts it.
    Convert {
        /// Its name in the manifest.
        name: String,
        /// The program, run as `node PROGRAM ARGUMENTS IN -o OUT`.
        program: Pin,
        /// The arguments before the input.
        arguments: Vec<String>,
    },
    /// It is a component, and the module of this index is taken out.
    CoreModule(usize),
    /// It is a Kotlin program, which npm's `kotlin-compiler` compiles.
    Kotlin {
        /// Exact version of the compiler.
        version: String,
        /// What is compiled together with it: files of one repository.
        sources: Vec<Pin>,
    },
}

/// A compiler option that a module needs with one collector.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The collector it holds for.
    pub collector: Collector,
    /// The optimisation that the module compiles with.
    pub opt_level: OptLevel,
    /// Why.
    pub reason: String,
}

/// Why a module cannot be compiled for some ISA or collector.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The ISA it holds for; all if there is none.
    pub isa: Option<Isa>,
    /// The collector it holds for; all if there is none.
    pub collector: Option<Collector>,
    /// Why.
    pub reason: String,
}

impl WildModule {
    /// Whether it is third-party or ours. What is compiled with third-party sources is
    /// third-party.
    pub fn tier(&self) -> Tier {
        match self.pin.source {
            Source::Ours if self.sources().is_empty() => Tier::Program,
            _ => Tier::Wild,
        }
    }

    /// What is compiled together with the pinned file.
    pub fn sources(&self) -> &[Pin] {
        match self.preparation.as_ref().map(|p| &p.step) {
            Some(Step::Kotlin { sources, .. }) => sources,
            _ => &[],
        }
    }

    /// Where it comes from, in words.
    pub fn origin(&self) -> String {
        match self.sources() {
            [] => self.pin.source.to_string(),
            [first, ..] => format!("{}, and {}", first.source, self.pin.source),
        }
    }

    /// SHA-256 of the file that is compiled, in hexadecimal.
    pub fn prepared_sha256(&self) -> &str {
        self.preparation
            .as_ref()
            .map_or(&self.pin.sha256, |p| &p.sha256)
    }

    /// The setting for a collector, if it is not the default.
    pub fn setting(&self, collector: Collector) -> Option<&Setting> {
        self.settings.iter().find(|s| s.collector == collector)
    }

    /// Why the module does not compile for an ISA and a collector, if it is
    /// known not to.
    pub fn failure(&self, isa: Isa, collector: Collector) -> Option<&str> {
        self.failures
            .iter()
            .find(|f| {
                f.isa.is_none_or(|failing| failing == isa)
                    && f.collector.is_none_or(|failing| failing == collector)
            })
            .map(|f| f.reason.as_str())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Npm { name, version } => write!(f, "npm {name}@{version}"),
            Source::Pypi { name, version } => write!(f, "PyPI {name}=={version}"),
            Source::Git { repository, commit } => write!(f, "{repository} at {commit}"),
            Source::Ours => f.write_str("ours"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Convert {
                program, arguments, ..
            } => {
                let Pin { source, path, .. } = program;
                write!(f, "{source} {path} {}", arguments.join(" "))
            }
            Step::CoreModule(index) => write!(f, "core module {index} of the component"),
            Step::Kotlin { version, .. } => {
                write!(f, "npm {COMPILER}@{version} {}", OPTIONS.join(" "))
            }
        }
    }
}
