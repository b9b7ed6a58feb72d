//! What the types of the columns cannot refuse: numbers that measure nothing,
//! and rows that contradict themselves or each other. A file that was edited,
//! cut or glued together must not pass for a result. Here is what the checks
//! are made of; each row's own stand beside it.

/// Why a row cannot be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The column that shows it.
    pub column: &'static str,
    /// What is wrong with it, on one line.
    pub problem: String,
}

impl Flaw {
    pub(super) fn unless(
        holds: bool,
        column: &'static str,
        problem: impl FnOnce() -> String,
    ) -> Option<Flaw> {
        (!holds).then(|| Flaw {
            column,
            problem: problem(),
        })
    }
}

/// A column's type. Numbers are counts, sizes, times, ratios and shares: none
/// of them is negative or infinite, and what is unknown is left empty.
pub trait Column {
    /// The value, if it is a number that cannot be.
    fn impossible(&self) -> Option<f64> {
        None
    }
}

impl Column for f64 {
    fn impossible(&self) -> Option<f64> {
        (!self.is_finite() || *self < 0.0).then_some(*self)
    }
}

impl<T: Column> Column for Option<T> {
    fn impossible(&self) -> Option<f64> {
        self.as_ref().and_then(T::impossible)
    }
}

/// Types whose values all can be.
macro_rules! always_possible {
    ($($type:ty),+) => {
        $(impl Column for $type {})+
    };
}

always_possible!(u64, u32, usize, bool, String);
always_possible!(super::Isa, super::Collector, super::Tier);
always_possible!(super::Queries, super::Cache, super::Timed, super::Chain);
always_possible!(super::Stratum, super::Depth);
always_possible!(super::Verdict, super::Fault, super::Policy, super::Effect);

/// Refuses a column's value that cannot be.
pub(super) fn column(column: &'static str, value: &impl Column) -> Option<Flaw> {
    let value = value.impossible()?;
    let problem = format!("`{value}`: no finite number from 0 up");
    Some(Flaw { column, problem })
}

pub(super) fn positive(column: &'static str, value: f64) -> Option<Flaw> {
    Flaw::unless(value > 0.0, column, || format!("`{value}`: not above 0"))
}

pub(super) fn at_most(column: &'static str, value: f64, most: f64, what: &str) -> Option<Flaw> {
    let problem = || format!("`{value}`: more than {what}, {most}");
    Flaw::unless(value <= most, column, problem)
}

pub(super) fn adds_up(column: &'static str, whole: u64, parts: &[u64]) -> Option<Flaw> {
    // Wider, so that no parts can overflow.
    let sum: u128 = parts.iter().map(|&part| u128::from(part)).sum();
    let problem = || format!("`{whole}`: its parts add up to {sum}");
    Flaw::unless(sum == u128::from(whole), column, problem)
}

pub(super) fn interval(column: &'static str, lo: Option<f64>, hi: Option<f64>) -> Option<Flaw> {
    let (lo, hi) = lo.zip(hi)?;
    at_most(column, lo, hi, "the upper end")
}
