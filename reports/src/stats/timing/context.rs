//! What the other files of a results folder say of its runs and modules.

use crate::results::{ModuleKey, ModuleRow, Row, RunRow, Stratum, read_optional};
use crate::stats::error::StatsError;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Machines of the runs; sizes and toolchains of the modules.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// None if nobody wrote the runs down: then all are of one machine.
    machines: Option<HashMap<String, String>>,
    modules: HashMap<ModuleKey, (u64, String)>,
    path: PathBuf,
}

impl Context {
    /// Reads what the folder has of `runs.csv` and `modules.csv`.
    pub fn read(folder: &Path) -> Result<Context, StatsError> {
        let runs = read_optional::<RunRow>(folder)?;
        let modules = read_optional::<ModuleRow>(folder)?;
        Ok(Context {
            path: folder.join(RunRow::FILE),
            ..Context::of(runs.as_deref(), &modules.unwrap_or_default())
        })
    }

    /// The same from rows.
    pub fn of(runs: Option<&[RunRow]>, modules: &[ModuleRow]) -> Context {
        let machine = |row: &RunRow| (row.run.clone(), row.machine.clone());
        let facts = |row: &ModuleRow| (row.key(), (row.maps, row.toolchain.clone()));
        Context {
            machines: runs.map(|runs| runs.iter().map(machine).collect()),
            modules: modules.iter().map(facts).collect(),
            path: RunRow::FILE.into(),
        }
    }

    /// The machine of a run; an error if the runs were written down without it.
    pub(super) fn machine(&self, run: &str) -> Result<&str, StatsError> {
        let Some(machines) = &self.machines else {
            return Ok("");
        };
        let machine = machines.get(run).map(String::as_str);
        machine.ok_or_else(|| StatsError::UnknownRun {
            path: self.path.clone(),
            run: run.to_owned(),
        })
    }

    /// How large a module is, where that is known.
    pub(super) fn stratum(&self, module: &ModuleKey) -> Option<Stratum> {
        let (maps, _) = self.modules.get(module)?;
        Some(Stratum::of_maps(*maps))
    }

    /// Which modules a module is like: those of its toolchain; itself alone if
    /// nobody knows.
    pub(super) fn toolchain<'c>(&'c self, module: &'c ModuleKey) -> &'c str {
        let known = self.modules.get(module);
        known.map_or(&module.module, |(_, toolchain)| toolchain)
    }
}
