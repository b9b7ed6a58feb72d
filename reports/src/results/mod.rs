//! The home of the result files: what they are called, what their columns and
//! the words in them are, how they are written and read. The harness writes
//! them through these types, and everything here reads them through the same.
//!
//! A results folder holds tidy CSV files. Columns go by name, extra ones are
//! ignored, and an empty field means "unknown". What cannot be right (see
//! [`Row::flaw`]) is refused with its file and line:
//!
//! | file | one row per | may be absent |
//! |---|---|---|
//! | `modules.csv` | module: identified by (module, isa, collector) | no |
//! | `schemes.csv` | scheme | no |
//! | `size.csv` | scheme × module | no |
//! | `samples.csv` | timed batch of lookups, raw | yes |
//! | `runs.csv` | run that the batches belong to | yes |
//! | `latency.csv` | scheme × module × scenario (queries, cache, timed) | yes |
//! | `pooled.csv` | scheme × tier × scenario × stratum | yes |
//! | `page-faults.csv` | scheme × module × scenario of mapped sections | yes |
//! | `left-out.csv` | run left out, row of `pooled.csv` | yes |
//! | `anatomy.csv` | module | yes |
//! | `costs.csv` | scheme × module × kind of queries | yes |
//! | `walks.csv` | program or execution with recorded stacks | yes |
//! | `memo.csv` | module × entries × whether kept across collections | yes |
//! | `touched.csv` | scheme × execution × stack of it that is walked | yes |
//! | `wasmtime.csv` | scheme × execution in Wasmtime × memo × strictness | yes |
//! | `wasmtime-samples.csv` | the same × process, raw | yes |
//! | `wasmtime-stress.csv` | scheme × memo × frames × heap, in Wasmtime | yes |
//! | `safety.csv` | scheme × module × fault × policy × outcome | yes |
//! | `decision.csv` | scheme × what it is compared with × criterion; made with the report | – |
//! | `provenance.json` | an object of strings and numbers | no |
//!
//! Ratios are to the scheme [`BASELINE`] in the same run; below 1 is better.

mod checks;
mod decided;
mod empties;
mod error;
mod faults;
mod files;
mod folder;
mod modules;
mod names;
mod provenance;
mod schemes;
mod timings;
mod wasmtime;

pub use checks::Flaw;
pub use decided::DecisionRow;
pub use empties::{CallsRow, EmptiesRow};
pub use error::ResultsError;
pub use faults::{Class, Effect, Family, Fault, Policy};
pub use files::{Row, RowWriter, for_each_row, partial, read_rows, write_file, write_rows};
pub(crate) use files::{for_each_line, read_optional};
pub use folder::{Results, SampleCount, load};
pub use modules::{AnatomyRow, MemoRow, ModuleRow, WalkRow};
pub use names::{
    AGAIN, BASELINE, BLOCKS_CRC32, BUG_FUNCTION_BEFORE, BUG_MAP_BEFORE, Cache, Chain, Depth,
    EMPTY_LOOKUP, MEDIUM_UP_TO, Queries, RANGES, RANGES_NAIVE, SLOW, SMALL_BELOW, Scenario,
    Stratum, Timed, Verdict, is_timing_control,
};
pub use provenance::{Fact, PROVENANCE, Provenance};
pub use schemes::{CostRow, SafetyRow, SchemeRow, SizeRow, TouchedRow};
pub use stackmap_corpus::{Collector, Isa, ModuleKey, Tier, UnknownName};
pub use timings::{LatencyRow, LeftOutRow, PageFaultRow, PooledRow, RunRow, SampleRow};
pub use wasmtime::{WasmtimeRow, WasmtimeSampleRow, WasmtimeStressRow};
