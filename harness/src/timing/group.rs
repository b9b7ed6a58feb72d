//! What is timed together: schemes, modules and scenarios.

use serde::{Deserialize, Serialize};
use stackmap_corpus::{ModuleKey, Tier};
use stackmap_reports::results::{Chain, Scenario};

/// All that a child process has to know of the schemes and modules that are
/// timed together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TimingGroup {
    pub run: String,
    pub seed: u64,
    /// Its number; later ones time what a resumed run found new or changed.
    pub number: usize,
    /// Seconds that a process should take.
    pub seconds: u64,
    /// The baseline first.
    pub schemes: Vec<SchemeKey>,
    pub modules: Vec<ModulePlan>,
}

/// A scheme and the code that was timed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemeKey {
    pub name: String,
    /// Hash of its code.
    pub code: String,
}

/// What is timed of one module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModulePlan {
    /// Folder with its inputs; unique, and different for a different table.
    pub folder: String,
    pub key: ModuleKey,
    pub tier: Tier,
    /// Those of the group's schemes that are timed on this module.
    pub schemes: Vec<String>,
    pub scenarios: Vec<ScenarioPlan>,
}

/// One scenario of one module: how large its batches are, and how often its
/// turn comes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ScenarioPlan {
    pub scenario: Scenario,
    pub chain: Chain,
    /// Lookups per batch, a multiple of [`super::controls::SLOW_ONE_IN`].
    pub lookups: usize,
    /// Blocks to one of a scenario of weight 1.
    pub weight: usize,
}
