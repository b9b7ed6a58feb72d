//! The thresholds, read from a file that a maintainer can edit.

use super::criterion::Criterion;
use serde::Deserialize;
use std::str::FromStr;
use thiserror::Error;

/// `reports/decision.toml`, where each default is argued for.
const DEFAULTS: &str = include_str!("../../../decision.toml");

/// From what size on a difference counts.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    material: Material,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Material {
    cwasm: f64,
    pause: f64,
    load: f64,
    compile: f64,
    faults: f64,
    lines: f64,
}

/// Rules that say nothing.
#[derive(Debug, Error)]
pub enum RulesError {
    /// Not TOML, or not these names.
    #[error("not thresholds like those of `reports/decision.toml`: {0}")]
    Unreadable(String),
    /// A threshold that no difference reaches, or all do.
    #[error("`{name}` is {value}; a threshold is a number above 0")]
    Threshold {
        /// Its name.
        name: &'static str,
        /// What it is.
        value: f64,
    },
}

impl Default for Rules {
    fn default() -> Self {
        DEFAULTS.parse().expect("a test reads the defaults")
    }
}

impl FromStr for Rules {
    type Err = RulesError;

    /// Reads TOML like `reports/decision.toml`.
    fn from_str(text: &str) -> Result<Rules, RulesError> {
        let rules: Rules = toml::from_str(text)
            .map_err(|error| RulesError::Unreadable(error.to_string().trim().replace('\n', " ")))?;
        for (name, value) in rules.named() {
            if !(value.is_finite() && value > 0.0) {
                return Err(RulesError::Threshold { name, value });
            }
        }
        Ok(rules)
    }
}

impl Rules {
    /// From what size on a difference in a criterion counts.
    pub fn threshold(&self, criterion: Criterion) -> f64 {
        let m = &self.material;
        match criterion {
            Criterion::Cwasm => m.cwasm,
            Criterion::Pause => m.pause,
            Criterion::LoadBytes | Criterion::LoadFile => m.load,
            Criterion::Compile => m.compile,
            Criterion::Faults => m.faults,
        }
    }

    /// From how many lines more on a scheme is longer than another.
    pub(crate) fn lines(&self) -> f64 {
        self.material.lines
    }

    /// Each threshold by its name.
    pub(crate) fn named(&self) -> [(&'static str, f64); 6] {
        let m = &self.material;
        [
            ("cwasm", m.cwasm),
            ("pause", m.pause),
            ("load", m.load),
            ("compile", m.compile),
            ("faults", m.faults),
            ("lines", m.lines),
        ]
    }

    /// The same with one threshold, or all, this many times as large.
    pub(super) fn scaled(&self, only: Option<&str>, by: f64) -> Rules {
        let scale = |name: &str, value: f64| match only {
            Some(other) if other != name => value,
            _ => value * by,
        };
        let m = &self.material;
        Rules {
            material: Material {
                cwasm: scale("cwasm", m.cwasm),
                pause: scale("pause", m.pause),
                load: scale("load", m.load),
                compile: scale("compile", m.compile),
                faults: scale("faults", m.faults),
                lines: scale("lines", m.lines),
            },
        }
    }

    /// The same with another threshold for the size of the file.
    pub(super) fn with_cwasm(&self, cwasm: f64) -> Rules {
        let material = Material {
            cwasm,
            ..self.material
        };
        Rules { material }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_be_read() {
        assert_eq!(Rules::default().threshold(Criterion::Pause), 0.01);
    }

    #[test]
    fn what_is_no_threshold_is_refused_in_one_line() {
        let zero = DEFAULTS.replace("pause = 0.01", "pause = 0.0");
        let misspelt = DEFAULTS.replace("pause", "pose");
        for (text, says) in [(zero, "`pause` is 0"), (misspelt, "pose"), ("x".into(), "")] {
            let error = text.parse::<Rules>().unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains('\n'), "{error}");
        }
    }
}
