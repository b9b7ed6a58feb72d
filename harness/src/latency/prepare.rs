//! Writes what the child processes need: the last work that may be parallel.

use super::kernel::Expected;
use super::queries::pool;
use super::scenario::{Queries, scenarios};
use super::{Plan, seed_of, work};
use crate::scheme::Scheme;
use crate::verify::WrongAnswer;
use anyhow::{Context, Result};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use stackmap_corpus::Module;
use stackmap_encoders::{EncodeError, Oracle, Table};
use std::fs;
use std::path::Path;

/// What could be prepared for one module.
pub struct Prepared {
    pub key: String,
    /// The kinds of queries that the module can be asked.
    pub queries: Vec<Queries>,
    /// Schemes that can encode it.
    pub schemes: Vec<&'static str>,
}

impl Prepared {
    /// Walks where there are any.
    pub fn headline(&self) -> Queries {
        match self.queries.contains(&Queries::Walk) {
            true => Queries::Walk,
            false => Queries::Uniform,
        }
    }
}

/// Encodes a module with every scheme, draws its queries and writes both with
/// the verified answers; `None` if the module has no map to ask for.
pub fn prepare(
    module: &Module,
    schemes: &[Scheme],
    walks: &[Vec<u32>],
    plan: &Plan,
    dir: &Path,
) -> Result<Option<Prepared>> {
    if module.table.maps() == 0 {
        return Ok(None);
    }
    let key = key(module);
    let dir = dir.join(&key);
    fs::create_dir_all(&dir).with_context(|| format!("{}: cannot be made", dir.display()))?;
    let oracle = Oracle::new(&module.table);

    let mut pools = Vec::new();
    let headline = if walks.is_empty() {
        Queries::Uniform
    } else {
        Queries::Walk
    };
    let asked = scenarios(plan.effort, headline);
    for &queries in Queries::ALL
        .iter()
        .filter(|q| asked.iter().any(|s| s.queries == **q))
    {
        let mut rng = ChaCha8Rng::seed_from_u64(seed_of(plan.seed, &format!("{key}/{queries}")));
        if let Some(pcs) = pool(queries, &module.table, &oracle, walks, &mut rng) {
            work::write_pool(&dir, queries, &pcs)?;
            pools.push((queries, pcs));
        }
    }
    let mut names = Vec::new();
    for scheme in schemes {
        let section = match (scheme.encode)(&module.table) {
            Ok(section) => section.bytes,
            // Nothing to time, and no reason to lose the others.
            Err(EncodeError::IncompleteTable { .. }) => continue,
            Err(error) => return Err(error).with_context(|| module.id()),
        };
        for (queries, pcs) in &pools {
            let expected: Vec<Expected> = (scheme.time.expect)(&oracle, &section, pcs)
                .map_err(|e: Box<WrongAnswer>| anyhow::Error::new(*e).context(module.id()))?;
            work::write_expected(&dir, *queries, scheme.name(), &expected)?;
        }
        work::write(&work::section_path(&dir, scheme.name()), &section)?;
        names.push(scheme.name());
    }
    let queries = pools.into_iter().map(|(queries, _)| queries).collect();
    Ok(Some(Prepared {
        key,
        queries,
        schemes: names,
    }))
}

/// A folder name that tells the module, and its table from any other.
fn key(module: &Module) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let id: String = module.id().chars().map(plain).collect();
    format!("{id}-{}", &table_hash(&module.table)[..12])
}

/// Hash of everything that a table says.
pub fn table_hash(table: &Table) -> String {
    let mut hash = Sha256::new();
    hash.update([u8::from(table.is_complete())]);
    for s in table.iter() {
        hash.update(s.pc.to_le_bytes());
        hash.update(s.frame_size.to_le_bytes());
        hash.update((s.bitmap.len() as u32).to_le_bytes());
        for word in s.bitmap {
            hash.update(word.to_le_bytes());
        }
    }
    hex(&hash.finalize())
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
