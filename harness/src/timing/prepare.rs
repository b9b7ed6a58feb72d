//! Writes what the child processes of a run need: the last work that may be
//! parallel.

use super::folder::TimingFolder;
use super::group::ScenarioPlan;
use super::plan::Effort;
use super::queries::query_pool;
use super::scenario::scenarios;
use super::sizing;
use super::timed_scheme::TimedScheme;
use crate::digest::{sha256, short, table_hash};
use crate::output::note;
use crate::random::rng_for;
use anyhow::{Context, Result};
use stackmap_corpus::Module;
use stackmap_encoders::{EncodeError, Oracle};
use stackmap_reports::results::Queries;

/// A module and what was prepared for it.
pub struct PreparedModule<'m> {
    pub module: &'m Module,
    /// The name of the folder with its inputs.
    pub folder: String,
    pub scenarios: Vec<ScenarioPlan>,
    /// Schemes that can encode it.
    pub schemes: Vec<&'static str>,
}

/// Encodes a module with every scheme, draws its queries and writes both with
/// the verified answers; `None` if the module has no map to ask for.
pub fn prepare<'m>(
    module: &'m Module,
    schemes: &[TimedScheme],
    walks: &[Vec<u32>],
    effort: Effort,
    seed: u64,
    folder: &TimingFolder,
) -> Result<Option<PreparedModule<'m>>> {
    if module.table.maps() == 0 {
        return Ok(None);
    }
    let name = folder_name(module);
    let inputs = folder.inputs(&name);
    inputs.create()?;
    let oracle = Oracle::new(&module.table);
    // Walks where there are any.
    let headline = match walks.is_empty() {
        true => Queries::Uniform,
        false => Queries::Walk,
    };
    let mut asked = scenarios(effort, headline);
    let mut pools = Vec::new();
    for &queries in Queries::ALL {
        if !asked.iter().any(|s| s.scenario.queries == queries) {
            continue;
        }
        let mut rng = rng_for(seed, &format!("{name}/{queries}"));
        if let Some(pool) = query_pool(queries, &module.table, &oracle, walks, &mut rng) {
            inputs.write_queries(queries, &pool)?;
            pools.push((queries, pool));
        }
    }
    asked.retain(|s| {
        pools
            .iter()
            .any(|(queries, _)| *queries == s.scenario.queries)
    });
    let (mut names, mut sizes) = (Vec::new(), Vec::new());
    for scheme in schemes {
        let section = match (scheme.encode)(&module.table) {
            Ok(section) => section.bytes,
            // Nothing to time, and no reason to lose the others.
            Err(EncodeError::IncompleteTable { .. }) => continue,
            Err(error) => return Err(error).with_context(|| module.key()),
        };
        for (queries, pool) in &pools {
            let expected = (scheme.expect)(&oracle, &section, &pool.pcs)
                .map_err(|wrong| anyhow::Error::new(*wrong).context(module.key()))?;
            inputs.write_expected(*queries, scheme.name, &expected)?;
        }
        inputs.write_section(scheme.name, &section)?;
        names.push(scheme.name);
        sizes.push(section.len());
    }
    let plans = asked.into_iter().filter_map(|chained| {
        let plan = sizing::plan(chained, headline, &sizes);
        if plan.is_none() {
            note!(
                "{}: not timed with {} caches, as memory has no room for a copy per lookup",
                module.key(),
                chained.scenario.cache
            );
        }
        plan
    });
    Ok(Some(PreparedModule {
        module,
        folder: name,
        scenarios: plans.collect(),
        schemes: names,
    }))
}

/// Most characters of a module's name in the name of its folder, which may be
/// no longer than 255 with all that is added to it.
const LONGEST_ID: usize = 100;

/// A folder name that tells the module, and its table, from any other.
fn folder_name(module: &Module) -> String {
    let key = module.key().to_string();
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let id: String = key.chars().map(plain).take(LONGEST_ID).collect();
    // Names may differ in nothing but what the folder's name leaves out.
    let whole = format!("{key} {}", table_hash(&module.table));
    format!("{id}-{}", short(&sha256(whole.as_bytes())))
}
