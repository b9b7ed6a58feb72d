//! Tables for readers: what a scheme is like, at a glance and in detail.

pub(crate) mod anatomy;
pub(crate) mod controls;
pub(crate) mod costs;
pub(crate) mod damage;
pub(crate) mod frontier;
pub(crate) mod memo;
pub(crate) mod page_faults;
pub(crate) mod ranking;
pub(crate) mod runs;
pub(crate) mod safety;
pub(crate) mod schemes;
pub(crate) mod strata;
pub(crate) mod stress;
pub(crate) mod times;
pub(crate) mod walks;
pub(crate) mod wasmtime;
