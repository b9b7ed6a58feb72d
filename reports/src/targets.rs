//! The four schemes one may look for, and what was hoped for each of them.

use crate::anatomy;
use crate::decision::{Decision, Fate, Outcome};
use crate::figures::{Figures, Spread, geometric_mean, latency_ratios};
use crate::format::{percent, plain, times};
use crate::results::{Collector, Results, Scenario, SizeRow};
use crate::table::Table;

/// Bytes per map of today's section from which on a module is one of giant
/// functions: an ordinary map takes 20 to 30.
const GIANT: f64 = 100.0;

/// One line per target: which scheme, what it reaches, whether that is enough.
pub(crate) fn table(results: &Results, decision: &Decision) -> Table {
    let mut table = Table::new(4, ["winner", "scheme", "target", "met?", "measured"]);
    let schemes = || decision.candidates.iter().map(|c| &c.figures);
    let smallest = |of: &dyn Fn(&Figures) -> bool| {
        let fit = schemes().filter(|f| of(f) && f.bytes.is_some());
        fit.min_by(|a, b| bytes(a).total_cmp(&bytes(b)))
    };
    let upstream = match &decision.outcome {
        Outcome::Winner(name) => decision.figures(name),
        _ => decision.candidates.iter().find_map(|c| match c.fate {
            Fate::Ranked(_) => Some(&c.figures),
            _ => None,
        }),
    };
    let fast = schemes().filter(|f| f.scheme.exact && bytes(f) <= 0.6 && f.hot.is_some());
    let hot = |f: &Figures| f.hot.map_or(f64::INFINITY, |e| e.ratio);
    let roles = [
        ("to upstream", upstream),
        ("smallest", smallest(&|f| f.scheme.exact)),
        ("fastest", fast.min_by(|a, b| hot(a).total_cmp(&hot(b)))),
        ("safest", smallest(&|f| f.scheme.tri_state)),
    ];
    for (role, figures) in roles {
        let Some(figures) = figures else { continue };
        let checks = match role {
            "to upstream" => to_upstream(results, decision, figures),
            "smallest" => smallest_checks(results, decision, figures),
            "fastest" => fastest(figures),
            _ => vec![Check::at_most(
                "bytes, of those of the one to upstream",
                upstream.map(|u| bytes(figures) / bytes(u)),
                1.15,
                percent,
            )],
        };
        for check in checks {
            table.push(check.row(role, &figures.scheme.name));
        }
    }
    table
}

fn bytes(f: &Figures) -> f64 {
    f.bytes.map_or(f64::INFINITY, |b| b.mean)
}

fn to_upstream(results: &Results, decision: &Decision, f: &Figures) -> Vec<Check> {
    let name = &f.scheme.name;
    let rows: Vec<&SizeRow> = results
        .sizes
        .iter()
        .filter(|r| r.scheme == *name && r.tier == decision.selection.tier)
        .filter(|r| matches!(r.collector, Collector::Copying | Collector::None))
        .collect();
    let giant = |r: &&&SizeRow| r.baseline_bytes as f64 > GIANT * r.maps as f64;
    let most =
        |rows: &mut dyn Iterator<Item = &&SizeRow>| rows.filter_map(|r| r.ratio).reduce(f64::max);
    let speed: Vec<f64> = rows
        .iter()
        .filter_map(|r| {
            let ns = r.encode_ns_per_safepoint? * (r.maps + r.empties) as f64;
            Some(1e3 * r.baseline_bytes as f64 / ns)
        })
        .collect();
    let peaks = rows
        .iter()
        .filter_map(|r| Some(r.encode_peak_bytes? as f64 / r.baseline_bytes as f64));
    let lines = f.scheme.reader_lines + f.scheme.writer_lines;
    let whole = |n: f64| format!("{n:.0}");
    vec![
        Check::at_most(
            "bytes on each module of giant functions, every ISA",
            most(&mut rows.iter().filter(giant)),
            0.03,
            percent,
        ),
        Check::at_most(
            "bytes on each other module, every ISA",
            most(&mut rows.iter().filter(|r| !giant(r))),
            0.25,
            percent,
        ),
        Check::at_most(
            "bytes, geometric mean, every ISA",
            Spread::of(rows.iter().filter_map(|r| r.ratio)).map(|s| s.mean),
            0.15,
            percent,
        ),
        Check::at_most(
            "hot lookup on each module",
            slowest(results, decision, name, &decision.selection.hot),
            1.0,
            times,
        ),
        Check::at_most(
            "cold lookup, geometric mean",
            f.cold.map(|e| e.ratio),
            0.6,
            times,
        ),
        Check::at_most(
            "lines of reader and writer",
            Some(lines as f64),
            350.0,
            whole,
        ),
        Check::at_least(
            "MB of today's section re-encoded a second, slowest module",
            speed.into_iter().reduce(f64::min),
            50.0,
            plain,
        ),
        Check::at_most(
            "writer's peak memory, of today's section, each module",
            peaks.reduce(f64::max),
            4.0,
            times,
        ),
    ]
}

fn smallest_checks(results: &Results, decision: &Decision, f: &Figures) -> Vec<Check> {
    let rows = anatomy::of_headline(results, decision);
    let ratios: Vec<f64> = rows
        .iter()
        .filter_map(|a| {
            let mut sizes = results.sizes.iter();
            let size = sizes.find(|r| r.scheme == f.scheme.name && r.key() == a.key())?;
            Some(size.bytes as f64 / a.xz_bytes? as f64)
        })
        .collect();
    vec![
        Check::at_most(
            "bytes, of those of `xz -9e` of today's section, geometric mean",
            geometric_mean(&ratios),
            1.0,
            percent,
        ),
        Check::at_most(
            "hot lookup on each module",
            slowest(results, decision, &f.scheme.name, &decision.selection.hot),
            3.0,
            times,
        ),
    ]
}

fn fastest(f: &Figures) -> Vec<Check> {
    vec![
        Check::at_most(
            "hot lookup, geometric mean",
            f.hot.map(|e| e.ratio),
            0.5,
            times,
        ),
        Check::at_most(
            "cold lookup, geometric mean",
            f.cold.map(|e| e.ratio),
            0.5,
            times,
        ),
        Check::at_most("bytes, geometric mean", Some(bytes(f)), 0.6, percent),
    ]
}

/// The largest ratio of a scheme's lookups on any module.
fn slowest(
    results: &Results,
    decision: &Decision,
    scheme: &str,
    on: &Option<Scenario>,
) -> Option<f64> {
    let ratios = latency_ratios(results, &decision.selection.modules, scheme, on.as_ref()?);
    ratios.into_values().map(|r| r[0]).reduce(f64::max)
}

/// A figure beside what was hoped for.
struct Check {
    target: String,
    measured: String,
    met: Option<bool>,
}

impl Check {
    fn at_most(what: &str, value: Option<f64>, limit: f64, show: fn(f64) -> String) -> Check {
        Check::new(what, "≤", value, limit, show, |v| v <= limit)
    }

    fn at_least(what: &str, value: Option<f64>, limit: f64, show: fn(f64) -> String) -> Check {
        Check::new(what, "≥", value, limit, show, |v| v >= limit)
    }

    fn new(
        what: &str,
        sign: &str,
        value: Option<f64>,
        limit: f64,
        show: fn(f64) -> String,
        met: impl Fn(f64) -> bool,
    ) -> Check {
        Check {
            target: format!("{what} {sign} {}", show(limit)),
            measured: value.map_or_else(|| "not measured".to_owned(), show),
            met: value.map(met),
        }
    }

    fn row(self, role: &str, scheme: &str) -> [String; 5] {
        let met = match self.met {
            Some(true) => "met",
            Some(false) => "missed",
            None => "open",
        };
        [
            role.to_owned(),
            format!("`{scheme}`"),
            self.target,
            met.to_owned(),
            self.measured,
        ]
    }
}
