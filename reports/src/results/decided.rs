//! What the decision made of the measurements: `decision.csv`.

use super::checks::{Flaw, interval};
use super::files::row;
use stackmap_corpus::Tier;

row! {
    /// How far a scheme is from another in one thing that users feel.
    DecisionRow in "decision.csv", one per scheme rival criterion tier {
        /// Scheme.
        scheme: String,
        /// What it is compared with; the baseline is today's format.
        rival: String,
        /// What is compared.
        criterion: String,
        /// The tier of the modules, if a mean is of one alone.
        tier: Option<Tier>,
        /// Modules that were compared.
        modules: usize,
        /// The scheme's as a ratio to the rival's, in the mean; of the file, its
        /// own ratio to today's less that of the rival, plus 1.
        ratio: Option<f64>,
        /// Of the file, the least on any module; of a time, the lower end of the
        /// 95 % interval for modules like these.
        ratio_lo: Option<f64>,
        /// The most, or the upper end.
        ratio_hi: Option<f64>,
        /// Kinds of fault that the scheme answers wrongly less often.
        fewer_wrong: Option<u64>,
        /// Kinds of fault that it answers wrongly more often.
        more_wrong: Option<u64>,
        /// Whether that is a difference.
        difference: String,
    } each decided;
}

fn decided(row: &DecisionRow) -> Option<Flaw> {
    interval("ratio_lo", row.ratio_lo, row.ratio_hi)
}
