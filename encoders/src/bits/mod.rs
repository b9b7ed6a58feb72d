//! What several schemes share, one helper a file. The registry charges each
//! scheme for the files that it uses.

pub(crate) mod bitmap;
pub(crate) mod mask;
pub(crate) mod narrow;
pub(crate) mod record;
pub(crate) mod record_pool;
pub(crate) mod record_writer;
pub(crate) mod runs;
pub(crate) mod split;
pub(crate) mod uleb;
pub(crate) mod words;

#[cfg(test)]
mod tests;
