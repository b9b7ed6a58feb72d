//! Names for modules from files, which their paths alone tell apart.

use crate::error::CorpusError;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// A name for each file: its stem; where that is `taken` or another file's, its
/// name with the extension; else as many folders in front as it takes. The error
/// names the first file that is given twice, also by different paths.
pub fn unique_names(
    files: &[PathBuf],
    taken: impl Fn(&str) -> bool,
) -> Result<Vec<String>, CorpusError> {
    refuse_repetitions(files)?;
    let choices: Vec<Choices> = files.iter().map(|file| Choices::of(file)).collect();
    let mut picked = vec![0; files.len()];
    loop {
        let names = choices.iter().zip(&picked);
        let names: Vec<String> = names.map(|(choices, &nth)| choices.name(nth)).collect();
        let mut uses = HashMap::new();
        for name in &names {
            *uses.entry(name.as_str()).or_insert(0) += 1;
        }
        let is_unique = |name: &str| uses[name] == 1 && !taken(name);
        let ambiguous: Vec<usize> = (0..files.len())
            .filter(|&i| !is_unique(&names[i]))
            .collect();
        let Some(&first) = ambiguous.first() else {
            return Ok(names);
        };
        let before = picked.clone();
        for i in ambiguous {
            picked[i] = (picked[i] + 1).min(choices[i].last());
        }
        if picked == before {
            let file = files[first].display().to_string();
            let problem = format!("a module of the corpus is called {}, too", names[first]);
            return Err(CorpusError::unusable(&file, problem, "rename the file"));
        }
    }
}

fn refuse_repetitions(files: &[PathBuf]) -> Result<(), CorpusError> {
    let mut first = HashMap::new();
    for file in files {
        // What is missing, and a pipe, has no path but this.
        let itself = file.canonicalize().unwrap_or_else(|_| file.clone());
        if let Some(same) = first.insert(itself, file) {
            let problem = format!("it is the same file as {}", same.display());
            let file = file.display().to_string();
            return Err(CorpusError::unusable(&file, problem, "give it once"));
        }
    }
    Ok(())
}

/// The names that a file can have, ever longer ones.
struct Choices {
    stem: String,
    file_name: String,
    /// From the outermost to the innermost.
    folders: Vec<String>,
}

impl Choices {
    fn of(file: &Path) -> Choices {
        let folder = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // Without `..` and links, which say nothing of where the file is.
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let folders = folder.components().filter_map(|component| match component {
            Component::Normal(name) => Some(printable(name)),
            _ => None,
        });
        Choices {
            stem: printable(file.file_stem().unwrap_or_default()),
            file_name: printable(file.file_name().unwrap_or_default()),
            folders: folders.collect(),
        }
    }

    /// The number of the longest name.
    fn last(&self) -> usize {
        2 * self.folders.len() + 1
    }

    /// First the stem, then the file's name, then both again with one folder
    /// in front, and so on.
    fn name(&self, nth: usize) -> String {
        let last = [&self.stem, &self.file_name][nth % 2];
        let folders = &self.folders[self.folders.len() - nth / 2..];
        let parts: Vec<&str> = folders.iter().chain([last]).map(String::as_str).collect();
        parts.join("/")
    }
}

/// Whatever the name, something for one line of a table, and different for
/// different names.
fn printable(name: &OsStr) -> String {
    match name.to_str() {
        Some(name) if !name.contains(char::is_control) => name.to_owned(),
        _ => name.as_encoded_bytes().escape_ascii().to_string(),
    }
}
