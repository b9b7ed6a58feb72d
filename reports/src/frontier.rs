//! Which schemes nothing beats in everything: the Pareto frontier of bytes,
//! hot and cold lookups, safety class and lines of code, per module and over
//! all of them.
//!
//! A scheme dominates another if it is no worse in any respect and better in
//! one. Lookups are compared interval against interval: where they overlap,
//! neither is better, and neither is worse.

use crate::decision::Decision;
use crate::figures::latency_ratios;
use crate::format::{estimate, list, percent};
use crate::results::{ModuleKey, Results, Scenario, SchemeRow};
use crate::table::Table;

/// What a scheme offers on one module or, on average, on all.
#[derive(Clone, Debug)]
struct Point {
    scheme: String,
    bytes: f64,
    /// Lower and upper end of the ratios to the baseline.
    times: Vec<[f64; 2]>,
    /// 0 the best: tells empties from unknown PCs; exact; neither.
    safety: usize,
    lines: u64,
}

impl Point {
    fn no_worse_than(&self, other: &Point) -> bool {
        let times = self.times.iter().zip(&other.times);
        self.bytes <= other.bytes
            && self.safety <= other.safety
            && self.lines <= other.lines
            && times.clone().all(|(a, b)| a[0] <= b[1])
    }

    fn dominates(&self, other: &Point) -> bool {
        let mut times = self.times.iter().zip(&other.times);
        let better = self.bytes < other.bytes
            || self.safety < other.safety
            || self.lines < other.lines
            || times.any(|(a, b)| a[1] < b[0]);
        self.no_worse_than(other) && better
    }
}

/// Those that a scheme is dominated by; none if it is on the frontier.
fn dominators<'p>(points: &'p [Point], point: &Point) -> Vec<&'p str> {
    let all = points.iter().filter(|other| other.dominates(point));
    all.map(|p| p.scheme.as_str()).collect()
}

/// One line per scheme: on how many modules it is on the frontier, and
/// whether it is over all.
pub(crate) fn table(results: &Results, decision: &Decision) -> Table {
    let overall = overall(results, decision);
    let modules = &decision.selection.modules;
    let each: Vec<Vec<Point>> = modules
        .iter()
        .map(|m| of_module(results, decision, m))
        .collect();
    let mut table = Table::new(
        1,
        [
            "scheme",
            "bytes",
            "safety",
            "lines",
            "on the frontier of",
            "over all",
        ],
    );
    table.words = 1;
    for point in &overall {
        let on = each.iter().filter(|points| {
            let own = points.iter().find(|p| p.scheme == point.scheme);
            own.is_some_and(|own| dominators(points, own).is_empty())
        });
        let beaten = dominators(&overall, point);
        let beaten: Vec<String> = beaten.iter().map(|s| format!("`{s}`")).collect();
        table.push([
            format!("`{}`", point.scheme),
            percent(point.bytes),
            ["tri-state", "exact", "not exact"][point.safety].to_owned(),
            point.lines.to_string(),
            format!("{} of {}", on.count(), modules.len()),
            match beaten.is_empty() {
                true => "on the frontier".to_owned(),
                false => format!("dominated by {}", list(&beaten)),
            },
        ]);
    }
    table
}

/// One line per module: the schemes on its frontier, the smallest first.
pub(crate) fn module_table(results: &Results, decision: &Decision) -> Table {
    let mut table = Table::new(2, ["module", "on the frontier"]);
    for key in &decision.selection.modules {
        let mut points = of_module(results, decision, key);
        points.sort_by(|a, b| a.bytes.total_cmp(&b.bytes));
        let on = points.iter().filter(|p| dominators(&points, p).is_empty());
        let on: Vec<String> = on
            .map(|p| format!("`{}` ({})", p.scheme, percent(p.bytes)))
            .collect();
        table.push([key.module.clone(), on.join(", ")]);
    }
    table
}

fn overall(results: &Results, decision: &Decision) -> Vec<Point> {
    let points = results.schemes.iter().filter_map(|scheme| {
        let figures = decision.figures(&scheme.name)?;
        let times = [figures.hot, figures.cold].into_iter().flatten();
        let times = times.map(|e| [e.lo, e.hi]).collect();
        Some(point(scheme, figures.bytes?.mean, times))
    });
    points.collect()
}

fn of_module(results: &Results, decision: &Decision, key: &ModuleKey) -> Vec<Point> {
    let selection = &decision.selection;
    let scenarios: Vec<&Scenario> = [&selection.hot, &selection.cold]
        .into_iter()
        .flatten()
        .collect();
    let points = results.schemes.iter().filter_map(|scheme| {
        let mut sizes = results.sizes.iter();
        let size = sizes.find(|r| r.scheme == scheme.name && r.key() == *key)?;
        let times = scenarios.iter().map(|scenario| {
            let ratios = latency_ratios(results, std::slice::from_ref(key), &scheme.name, scenario);
            // The baseline's ratio to itself is not in the file.
            ratios.get(key).map_or([1.0, 1.0], |r| [r[1], r[2]])
        });
        Some(point(scheme, size.ratio?, times.collect()))
    });
    points.collect()
}

fn point(scheme: &SchemeRow, bytes: f64, times: Vec<[f64; 2]>) -> Point {
    Point {
        scheme: scheme.name.clone(),
        bytes,
        times,
        safety: match (scheme.exact, scheme.tri_state) {
            (true, true) => 0,
            (true, false) => 1,
            _ => 2,
        },
        lines: scheme.reader_lines + scheme.writer_lines,
    }
}

/// Schemes by lookup time in each scenario of several runs of the same code,
/// side by side, and the verdicts that two runs contradict each other on.
pub fn rank(runs: &[(String, Results)]) -> (String, Vec<String>) {
    let (mut text, mut flips) = (String::new(), Vec::new());
    let Some((_, first)) = runs.first() else {
        return (text, flips);
    };
    for scenario in crate::select::scenarios(first) {
        let mut table = Table::new(1, ["scheme"]);
        table.head.extend(runs.iter().map(|(name, _)| name.clone()));
        let mut rows: Vec<(f64, Vec<String>)> = Vec::new();
        for scheme in &first.schemes {
            let mut cells = vec![scheme.name.clone()];
            let mut verdicts = Vec::new();
            let mut order = f64::INFINITY;
            for (_, results) in runs {
                let modules = crate::select::headline(results).modules;
                let ratios = latency_ratios(results, &modules, &scheme.name, &scenario);
                let Some(mean) = crate::figures::Estimate::of(ratios.into_values()) else {
                    cells.push(crate::format::NONE.to_owned());
                    continue;
                };
                order = order.min(mean.ratio);
                let verdict = match (mean.hi < 1.0, mean.lo > 1.0) {
                    (true, _) => "faster",
                    (_, true) => "slower",
                    _ => "open",
                };
                verdicts.push(verdict);
                cells.push(format!("{} {verdict}", estimate(&mean)));
            }
            if verdicts.contains(&"faster") && verdicts.contains(&"slower") {
                flips.push(format!("{}: {scenario}", scheme.name));
            }
            if order.is_finite() {
                rows.push((order, cells));
            }
        }
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        for (_, cells) in rows {
            table.push(cells);
        }
        text += &format!("{scenario}\n{}\n", table.text());
    }
    (text, flips)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(scheme: &str, bytes: f64, time: [f64; 2], lines: u64) -> Point {
        Point {
            scheme: scheme.to_owned(),
            bytes,
            times: vec![time],
            safety: 1,
            lines,
        }
    }

    #[test]
    fn overlapping_times_neither_help_nor_hurt() {
        let small = point("small", 0.1, [0.9, 1.1], 10);
        let large = point("large", 0.2, [1.0, 1.2], 10);
        let fast = point("fast", 0.3, [0.5, 0.6], 10);
        assert!(small.dominates(&large));
        assert!(!large.dominates(&small));
        assert!(!small.dominates(&fast) && !fast.dominates(&small));
        assert!(fast.no_worse_than(&fast) && !fast.dominates(&fast));
    }

    #[test]
    fn fewer_lines_keep_a_scheme_on_the_frontier() {
        let small = point("small", 0.1, [1.0, 1.0], 400);
        let short = point("short", 0.2, [1.0, 1.0], 40);
        let points = [small, short];
        assert!(points.iter().all(|p| dominators(&points, p).is_empty()));
    }
}
