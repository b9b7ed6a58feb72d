//! What the host of a run is told at a safepoint.

use super::frames::Frames;
use super::world::World;

/// What runs between the functions.
pub trait Host {
    /// Called at every safepoint of a generated function. Gives the index of
    /// the function to enter before going on, if any; its arguments are then
    /// [`World::args`].
    fn safepoint(&mut self, at: Safepoint<'_>) -> Option<usize>;
}

/// A call that a generated function made.
pub struct Safepoint<'a> {
    /// The number that the function passed.
    pub sum: u64,
    /// How many of [`World::args`] the function passed.
    pub args: usize,
    /// How many functions have been entered from safepoints and not left.
    pub depth: u64,
    /// What all functions share.
    pub world: &'a mut World,
    /// The stack of this run.
    pub frames: Frames<'a>,
}
