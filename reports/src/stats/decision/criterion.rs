//! What users feel, and how far two schemes are apart in it.

use std::fmt;

/// What users feel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criterion {
    /// Bytes of the whole `.cwasm`.
    Cwasm,
    /// The pause of a collection.
    Pause,
    /// Loading the `.cwasm` from bytes.
    LoadBytes,
    /// Mapping it from a file.
    LoadFile,
    /// Compiling the module.
    Compile,
    /// Families of faults that are answered wrongly more or less often.
    Faults,
}

impl Criterion {
    /// All, in the order in which they are told.
    pub const ALL: [Criterion; 6] = [
        Criterion::Cwasm,
        Criterion::Pause,
        Criterion::LoadBytes,
        Criterion::LoadFile,
        Criterion::Compile,
        Criterion::Faults,
    ];

    /// Those that are times of executions.
    pub const TIMES: [Criterion; 4] = [
        Criterion::Pause,
        Criterion::LoadBytes,
        Criterion::LoadFile,
        Criterion::Compile,
    ];
}

impl fmt::Display for Criterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Criterion::Cwasm => "`.cwasm`",
            Criterion::Pause => "pause",
            Criterion::LoadBytes => "load from bytes",
            Criterion::LoadFile => "load from a file",
            Criterion::Compile => "compile",
            Criterion::Faults => "families of faults answered wrongly",
        })
    }
}

/// Where a difference between two schemes lies: in shares of today's bytes, as
/// a ratio of times less 1, or in families of faults. Below 0 is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// The best guess; of what is known exactly, the mean over modules.
    pub mid: f64,
    /// The most that it may be in favour.
    pub lo: f64,
    /// The most that it may be against.
    pub hi: f64,
    /// Whether it is known: `lo` and `hi` then are what was found on different
    /// modules, and not the ends of an interval.
    pub is_exact: bool,
    /// Modules that it rests on.
    pub n: usize,
}

/// What a gap comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Below the threshold.
    None,
    /// Materially better, and nowhere worse.
    Better,
    /// Materially worse, and nowhere better.
    Worse,
    /// Better on one module and worse on another.
    Both,
    /// The interval reaches across the threshold.
    Open,
    /// Nothing was measured.
    Unmeasured,
}

impl Difference {
    /// Judges a gap by a threshold.
    pub(crate) fn of(gap: Option<Gap>, threshold: f64) -> Difference {
        let Some(gap) = gap else {
            return Difference::Unmeasured;
        };
        let (better, worse) = (gap.lo <= -threshold, gap.hi >= threshold);
        match (gap.is_exact, better, worse) {
            (_, false, false) => Difference::None,
            (true, true, true) => Difference::Both,
            (true, true, false) => Difference::Better,
            (true, false, true) => Difference::Worse,
            (false, ..) if gap.hi <= -threshold => Difference::Better,
            (false, ..) if gap.lo >= threshold => Difference::Worse,
            (false, ..) => Difference::Open,
        }
    }

    /// Whether it can weigh against a scheme for certain.
    pub(super) fn is_worse(self) -> bool {
        matches!(self, Difference::Worse | Difference::Both)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Difference::None => "none",
            Difference::Better => "better",
            Difference::Worse => "worse",
            Difference::Both => "better here, worse there",
            Difference::Open => "open",
            Difference::Unmeasured => "not measured",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_across_the_threshold_is_open_and_one_within_it_none() {
        let of = |lo, hi| {
            let gap = Gap {
                mid: f64::midpoint(lo, hi),
                lo,
                hi,
                is_exact: false,
                n: 9,
            };
            Difference::of(Some(gap), 0.01)
        };
        assert_eq!(of(-0.009, 0.009), Difference::None);
        assert_eq!(of(-0.002, 0.02), Difference::Open);
        assert_eq!(of(-0.05, -0.02), Difference::Better);
        assert_eq!(of(-0.05, 0.0), Difference::Open);
        assert_eq!(of(0.02, 0.05), Difference::Worse);
        assert_eq!(Difference::of(None, 0.01), Difference::Unmeasured);
    }

    #[test]
    fn what_is_known_of_each_module_is_never_open() {
        let of = |lo, hi| {
            let gap = Gap {
                mid: f64::midpoint(lo, hi),
                lo,
                hi,
                is_exact: true,
                n: 9,
            };
            Difference::of(Some(gap), 0.01)
        };
        assert_eq!(of(-0.2, 0.005), Difference::Better);
        assert_eq!(of(-0.2, 0.2), Difference::Both);
        assert_eq!(of(0.0, 0.2), Difference::Worse);
    }
}
