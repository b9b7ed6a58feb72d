//! The subcommands, one file each and of the same name.

pub mod anatomy;
pub mod bench;
pub mod child;
pub mod cmp;
pub mod corpus;
pub mod costs;
pub mod doctor;
pub mod frontier;
pub mod inspect;
pub mod latency;
pub mod list;
pub mod memo;
pub mod merge;
pub mod publish;
pub mod rank;
pub mod run;
pub mod safety;
pub mod size;
pub mod soak;
pub mod verify;
