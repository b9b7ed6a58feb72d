//! Did the run see what it must: no difference where there is none, and the
//! slowdown that was built in.

use crate::results::{AGAIN, PooledRow, SLOW, Verdict};

/// What the controls among some pooled rows came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    /// Rows of the A/A control.
    pub again: Control,
    /// Rows of the scheme slowed by 5 %.
    pub slow: Control,
}

/// What one control came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control {
    /// Rows looked at.
    pub rows: usize,
    /// One line for each row that did not come out as it must.
    pub failures: Vec<String>,
}

impl Control {
    /// Whether there was a row and every row came out as it must.
    pub fn holds(&self) -> bool {
        self.rows > 0 && self.failures.is_empty()
    }

    fn check(&mut self, row: &PooledRow, wanted: Verdict) {
        self.rows += 1;
        if row.verdict != wanted {
            let end = |e: Option<f64>| e.map_or("?".to_owned(), |e| format!("{e:.3}"));
            self.failures.push(format!(
                "{} ({}, {}, {}, {}, {}, {}) is {} instead of {wanted}: {:.3} [{}, {}]",
                row.scheme,
                row.tier,
                row.isas,
                row.collector,
                row.queries,
                row.cache,
                row.timed,
                row.verdict,
                row.ratio,
                end(row.ratio_lo),
                end(row.ratio_hi)
            ));
        }
    }
}

impl Controls {
    /// Whether both controls came out as they must.
    pub fn hold(&self) -> bool {
        self.again.holds() && self.slow.holds()
    }
}

/// Checks the controls among `rows`; pass the rows that a claim rests on.
/// A control that is not there does not hold.
pub fn controls_verdict(rows: &[PooledRow]) -> Controls {
    let mut controls = Controls::default();
    for row in rows {
        match row.scheme.as_str() {
            AGAIN => controls.again.check(row, Verdict::Same),
            SLOW => controls.slow.check(row, Verdict::Slower),
            _ => {}
        }
    }
    controls
}
