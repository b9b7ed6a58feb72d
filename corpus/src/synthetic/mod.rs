//! Functions made to order: one family per property that the size or the
//! speed of an encoding may depend on.
//!
//! Every function draws from its own random stream, keyed by seed, family
//! and index, so the same options give the same bytes on any number of
//! threads.

mod body;
pub(crate) mod callees;
mod families;
mod flow;
mod giant;
mod shape;
mod vary;

use crate::clif::{module_from_functions, target_isa};
use crate::error::CorpusError;
use crate::module::Module;
use crate::names::{Isa, Tier};
use body::Body;
use cranelift_codegen::ir;
use cranelift_codegen::isa::TargetIsa;
use families::{FAMILIES, Family};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use vary::{LIKE, VARIED};

/// One giant stands beside this many ordinary functions.
const FUNCTIONS_PER_GIANT: usize = 600;

/// What to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Another seed gives other functions with the same properties.
    pub seed: u64,
    /// Functions in all families together, not counting those of frames that
    /// vary, which are copies; each family has at least one.
    pub functions: usize,
    /// Name of an ISA, or a target triple.
    pub target: String,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 1,
            functions: 2400,
            target: Isa::X86_64.to_string(),
        }
    }
}

/// Generates and compiles every family that is wanted, one module each; fails
/// when the ISA is unknown or Cranelift rejects a function.
pub fn modules(
    options: &Options,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Module>, CorpusError> {
    let isa = target_isa(&options.target)?;
    let counts = counts(options.functions);
    let families = || FAMILIES.iter().zip(&counts);
    let compile = |(family, count): (&Family, &usize)| module(family, *count, options.seed, &*isa);
    let mut modules = families()
        .filter(|(family, _)| wanted(family.name))
        .map(compile)
        .collect::<Result<Vec<_>, _>>()?;
    let varied: Vec<_> = VARIED.iter().filter(|v| wanted(v.name)).collect();
    if !varied.is_empty() {
        let like = families().find(|(family, _)| family.name == LIKE);
        let like = compile(like.expect("a family"))?;
        modules.extend(varied.into_iter().map(|v| v.of(&like, options.seed)));
    }
    Ok(modules)
}

/// The functions of every family but those of frames that vary, in order, as
/// Cranelift IR; the giants come last.
pub fn functions(options: &Options) -> Result<Vec<ir::Function>, CorpusError> {
    let isa = target_isa(&options.target)?;
    let families = FAMILIES.iter().zip(counts(options.functions));
    let of = |(family, count): (&Family, usize)| {
        let one = |index| function(family, index, options.seed, &*isa);
        (0..count).map(one).collect::<Vec<_>>()
    };
    Ok(families.flat_map(of).collect())
}

fn module(
    family: &Family,
    count: usize,
    seed: u64,
    isa: &dyn TargetIsa,
) -> Result<Module, CorpusError> {
    let indices = (0..count).into_par_iter();
    let functions = indices
        .map(|index| function(family, index, seed, isa))
        .collect();
    let mut module = module_from_functions(family.name, Tier::Synthetic, isa, functions)?;
    module.provenance = format!("{}; seed {seed}; {}", family.about, module.provenance);
    Ok(module)
}

fn function(family: &Family, index: usize, seed: u64, isa: &dyn TargetIsa) -> ir::Function {
    let mut key = Sha256::new();
    key.update(seed.to_le_bytes());
    key.update((index as u64).to_le_bytes());
    key.update(family.name);
    let rng = ChaCha8Rng::from_seed(key.finalize().into());
    Body::build(index, rng, isa.frontend_config(), family.emit)
}

/// Functions per family, in the order of [`FAMILIES`].
fn counts(functions: usize) -> Vec<usize> {
    let giants = (functions / FUNCTIONS_PER_GIANT).max(1);
    let ordinary = FAMILIES.len() - 1;
    let rest = functions.saturating_sub(giants);
    let mut turn = 0;
    let share = |family: &Family| {
        if family.name == giant::NAME {
            return giants;
        }
        turn += 1;
        (rest / ordinary + usize::from(turn <= rest % ordinary)).max(1)
    };
    FAMILIES.iter().map(share).collect()
}
