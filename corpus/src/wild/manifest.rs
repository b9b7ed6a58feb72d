//! `wild.toml`: the pins, read at run time so that they can be edited.

use super::file::ManifestFile;
use super::module::WildModule;
use crate::error::CorpusError;
use std::path::{Path, PathBuf};

/// The pinned modules.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The file they were read from.
    pub path: PathBuf,
    /// In the order of the file, names unique.
    pub modules: Vec<WildModule>,
}

impl Manifest {
    /// Reads a manifest; the error names the file, the place and the remedy.
    pub fn read(path: &Path) -> Result<Manifest, CorpusError> {
        let text = std::fs::read_to_string(path).map_err(|e| CorpusError::read(path, e))?;
        let bad = |problem: String| {
            CorpusError::unusable(
                &path.display().to_string(),
                problem,
                "correct the file; its first lines say what it holds",
            )
        };
        let file: ManifestFile = toml::from_str(&text).map_err(|e| bad(e.to_string()))?;
        let mut modules: Vec<WildModule> = Vec::new();
        for entry in file.module {
            let name = entry.name.clone();
            if modules.iter().any(|m| m.name == name) {
                return Err(bad(format!("two modules are called {name}")));
            }
            let module = entry.resolve(&file.preparation, path);
            modules.push(module.map_err(|e| bad(format!("module {name}: {e}")))?);
        }
        Ok(Manifest {
            path: path.to_owned(),
            modules,
        })
    }

    /// The module of that name; the error lists the names there are.
    pub fn get(&self, name: &str) -> Result<&WildModule, CorpusError> {
        self.modules.iter().find(|m| m.name == name).ok_or_else(|| {
            let names: Vec<_> = self.modules.iter().map(|m| m.name.as_str()).collect();
            CorpusError::unusable(
                &self.path.display().to_string(),
                format!("there is no module called {name}"),
                &format!("the modules are {}", names.join(", ")),
            )
        })
    }
}
