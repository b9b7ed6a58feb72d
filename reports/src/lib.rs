//! Statistics over a results folder. Knows the CSV files, not the schemes.

pub mod stats;
