//! Frames whose size at a call differs within one function, as Winch has them:
//! it pushes what it still needs of an expression before it calls.
//!
//! Cranelift has one frame size a function. So these families are the code of
//! [`LIKE`], and only their tables are made up: words pushed below a frame make
//! it larger, and lift the SP-relative offset of every slot in it.

use crate::module::Module;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stackmap_encoders::Table;

/// The family whose code these have.
pub(super) const LIKE: &str = "straight";

/// Bytes pushed at a time: calls keep the stack aligned.
const UNIT: u32 = 16;

/// A family with frames that vary.
pub(super) struct Varied {
    /// Name of the family and of its module.
    pub name: &'static str,
    /// Most units that are pushed before a call; all numbers up to it are
    /// equally likely.
    most_units: u32,
}

/// All of them.
pub(super) const VARIED: [Varied; 2] = [
    Varied {
        name: "frames-vary",
        most_units: 4,
    },
    Varied {
        name: "frames-vary-deep",
        most_units: 32,
    },
];

impl Varied {
    /// The module with other frames.
    pub(super) fn of(&self, like: &Module, seed: u64) -> Module {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut table = Table::complete();
        for s in like.table.iter() {
            let pushed = UNIT * rng.random_range(0..=self.most_units);
            let slots = s.slots().map(|slot| slot + pushed);
            table
                .push(s.pc.into(), s.frame_size + pushed, slots)
                .expect("as valid as before");
        }
        let most = UNIT * self.most_units;
        Module {
            name: self.name.to_owned(),
            provenance: format!(
                "0 to {most} bytes pushed before a call; {}",
                like.provenance
            ),
            table,
            ..like.clone()
        }
    }
}
