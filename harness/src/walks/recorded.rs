//! The committed walks of wild modules.

use super::{Execution, Walks};
use anyhow::Result;
use stackmap_corpus::{Module, walks};
use std::path::Path;

/// The walks of all executions of a module, from the folder of recorded walks.
/// `None` for one that no execution runs.
pub fn recorded(module: &Module, folder: &Path) -> Result<Option<Walks>> {
    Ok(Walks::of(walks::of_module(folder, module)?))
}

impl Walks {
    /// The walks of some executions of one module; `None` if they walked nothing.
    pub fn of(recorded: Vec<walks::Walks>) -> Option<Walks> {
        let language = recorded.first()?.header.provenance.language.clone();
        let (mut stacks, mut executions) = (Vec::new(), Vec::new());
        for walks::Walks {
            header,
            stacks: own,
        } in recorded
        {
            let begin = stacks.len();
            stacks.extend(own);
            executions.push(Execution {
                name: header.execution,
                stacks: begin..stacks.len(),
                checkpoints: 0,
                growths: 0,
                collections: header.collections,
                frames: header.frames,
            });
        }
        let walked = stacks.iter().any(|stack: &Vec<u32>| !stack.is_empty());
        walked.then_some(Walks {
            stacks,
            language,
            executions,
        })
    }
}
