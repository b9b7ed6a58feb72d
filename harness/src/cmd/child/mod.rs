//! Hidden subcommands: the child processes of others.

pub mod soak;
pub mod step;
pub mod time;
