//! How much each criterion of the decision counts.

use crate::results::Scenario;
use crate::stats::headline::Headline;
use std::fmt;
use std::str::FromStr;

/// Weights of the log-ratios to today's format; only their proportions count.
///
/// The default gives half to the bytes, because size is what the change is
/// for, and splits the other half evenly between hot and cold lookups: a
/// collection's first lookups in a section are cold, those of a deep or often
/// walked stack are hot, and nobody has shown which of them dominates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// Bytes of the section.
    pub(super) bytes: f64,
    /// Lookup with hot caches.
    pub(super) hot: f64,
    /// Lookup with cold caches.
    pub(super) cold: f64,
}

/// Weights that cannot weigh anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("weights `{given}`: {problem}; write e.g. `bytes=0.5,hot=0.25,cold=0.25`")]
pub struct WeightsError {
    given: String,
    problem: String,
}

impl Default for Weights {
    fn default() -> Self {
        Weights {
            bytes: 0.5,
            hot: 0.25,
            cold: 0.25,
        }
    }
}

impl FromStr for Weights {
    type Err = WeightsError;

    /// Reads `bytes=0.5,hot=0.25,cold=0.25`; what is not named weighs nothing.
    fn from_str(given: &str) -> Result<Weights, WeightsError> {
        let wrong = |problem: String| WeightsError {
            given: given.to_owned(),
            problem,
        };
        let mut weights = Weights {
            bytes: 0.0,
            hot: 0.0,
            cold: 0.0,
        };
        for part in given.split(',') {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| wrong(format!("`{part}` is not NAME=NUMBER")))?;
            let value: f64 = value
                .trim()
                .parse()
                .map_err(|_| wrong(format!("`{value}` is not a number")))?;
            match name.trim() {
                "bytes" => weights.bytes = value,
                "hot" => weights.hot = value,
                "cold" => weights.cold = value,
                other => return Err(wrong(format!("`{other}` is not a criterion"))),
            }
        }
        match weights.problem() {
            Some(problem) => Err(wrong(problem.to_owned())),
            None => Ok(weights),
        }
    }
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |w: f64| 100.0 * w / self.total();
        let (bytes, hot, cold) = (share(self.bytes), share(self.hot), share(self.cold));
        write!(f, "bytes {bytes:.0} %, hot {hot:.0} %, cold {cold:.0} %")
    }
}

impl Weights {
    /// Why they cannot weigh anything, if they cannot.
    fn problem(&self) -> Option<&'static str> {
        let all = [self.bytes, self.hot, self.cold];
        if !all.iter().all(|w| w.is_finite() && *w >= 0.0) {
            Some("each has to be a number of at least 0")
        } else if self.total() <= 0.0 {
            Some("they are all zero")
        } else {
            None
        }
    }

    pub(super) fn total(&self) -> f64 {
        self.bytes + self.hot + self.cold
    }

    /// These weights with zero for what was not measured.
    pub(super) fn limited_to(self, headline: &Headline) -> Weights {
        let if_timed = |scenario: Option<Scenario>, weight| scenario.map_or(0.0, |_| weight);
        Weights {
            bytes: self.bytes,
            hot: if_timed(headline.hot, self.hot),
            cold: if_timed(headline.cold, self.cold),
        }
    }

    /// The bytes' share set to `share`, hot and cold in their old proportion
    /// (evenly if both were zero).
    pub(super) fn with_bytes_share(self, share: f64) -> Weights {
        let rest = self.hot + self.cold;
        let hot = if rest > 0.0 { self.hot / rest } else { 0.5 };
        Weights {
            bytes: share,
            hot: (1.0 - share) * hot,
            cold: (1.0 - share) * (1.0 - hot),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_documents_and_refuses_the_rest() {
        let w: Weights = "bytes=2,hot=1,cold=1".parse().unwrap();
        assert_eq!(w.to_string(), Weights::default().to_string());
        for wrong in [
            "", "bytes", "bytes=x", "bytes=-1", "speed=1", "bytes=0", "hot=inf",
        ] {
            let error = wrong.parse::<Weights>().unwrap_err().to_string();
            assert!(
                error.contains("weights") && !error.contains('\n'),
                "{error}"
            );
        }
    }
}
