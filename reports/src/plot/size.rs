//! Lookup time over the size of the module: every module is a point.

use super::axis::LogAxis;
use super::canvas::{Canvas, Swatch, draw};
use super::figure::Figure;
use super::labels::Area;
use super::palette::Ink;
use super::plane::Plane;
use crate::format::{count, known, plain, with_interval};
use crate::results::{BASELINE, MEDIUM_UP_TO, ModuleKey, Results, SMALL_BELOW, Scenario};
use crate::stats::Decision;
use crate::stats::headline::maps_of;
use crate::stats::means::{TimeRatio, time_ratios};
use crate::table::Table;
use std::collections::BTreeMap;

const WIDTH: i32 = 640;
const HEIGHT: i32 = 528;
const FRAME: Area = Area {
    left: 78,
    top: 56,
    right: 606,
    bottom: 470,
};
/// Schemes beside the one whose points are labelled.
const OTHERS: usize = 4;

/// One scheme's points, in order of the number of maps.
struct Curve<'d> {
    scheme: &'d str,
    index: usize,
    points: Vec<(ModuleKey, u64, TimeRatio)>,
}

/// One figure per state of the caches, where measured.
pub(super) fn figures(results: &Results, decision: &Decision) -> Vec<Figure> {
    let headline = &decision.headline;
    let scenarios = headline.scenarios();
    let figures = scenarios.filter_map(|scenario| {
        let curves = curves(results, decision, scenario);
        (!curves.is_empty()).then(|| figure(scenario, &curves))
    });
    figures.collect()
}

/// The schemes in the order of `schemes.csv`.
fn curves<'d>(results: &Results, decision: &'d Decision, scenario: Scenario) -> Vec<Curve<'d>> {
    let maps = maps_of(results);
    let names = decision.schemes.iter();
    let names = names.map(|means| means.scheme.name.as_str());
    let curve = |scheme: &'d str| {
        let ratios = time_ratios(results, &decision.headline.modules, scheme, scenario);
        let points = ratios.into_iter().filter_map(|(key, ratio)| {
            let maps = *maps.get(&key)?;
            Some((key, maps, ratio))
        });
        let mut points: Vec<_> = points.collect();
        points.sort_by_key(|(_, maps, _)| *maps);
        let index = results.place(scheme);
        (!points.is_empty()).then_some(Curve {
            scheme,
            index,
            points,
        })
    };
    let others = names.filter(|name| *name != BASELINE);
    others.filter_map(curve).collect()
}

fn figure(scenario: Scenario, curves: &[Curve]) -> Figure {
    let mut table = Table::new(1, ["module", "maps"]);
    table
        .head
        .extend(curves.iter().map(|curve| format!("`{}`", curve.scheme)));
    let mut rows: BTreeMap<(u64, &ModuleKey), Vec<String>> = BTreeMap::new();
    for (key, maps, _) in curves.iter().flat_map(|curve| &curve.points) {
        rows.entry((*maps, key)).or_insert_with(|| {
            let of = |curve: &Curve| {
                let mut points = curve.points.iter();
                let found = points.find(|(other, ..)| other == key);
                known(found, |(.., ratio)| {
                    with_interval(ratio.ratio, ratio.interval)
                })
            };
            curves.iter().map(of).collect()
        });
    }
    for ((maps, key), cells) in rows {
        table.push([key.module.clone(), count(maps)].into_iter().chain(cells));
    }
    let drawn = &curves[..curves.len().min(1 + OTHERS)];
    let (first, cache) = (curves[0].scheme, scenario.cache);
    Figure {
        id: format!("size-{cache}"),
        title: format!("Lookup time over the number of maps, {cache}"),
        description: format!(
            "Every module is a point ({scenario}); down is better. The labelled points are those of {first}, with the interval of each; the lines join those of other schemes, module by module. Upright lines part small, medium and large modules. The table has all schemes."
        ),
        svg: draw(WIDTH, HEIGHT, |c| paint(c, cache.name(), drawn)),
        width: WIDTH,
        shrinks: false,
        table,
    }
}

fn paint(c: &mut Canvas, cache: &str, curves: &[Curve]) {
    let all = || curves.iter().flat_map(|curve| &curve.points);
    let first = curves[0].points.iter();
    let ends = first.filter_map(|(.., ratio)| ratio.interval);
    let ratios = all().map(|(.., ratio)| ratio.ratio);
    let borders = [SMALL_BELOW, MEDIUM_UP_TO].map(|maps| maps as f64);
    let sizes = all().map(|(_, maps, _)| *maps as f64).chain(borders);
    let plane = Plane {
        frame: FRAME,
        across: LogAxis::spanning(sizes, 8),
        up: LogAxis::over(ratios.chain(ends.flat_map(|(lo, hi)| [lo, hi])), 9),
    };
    let entries = curves.iter().map(|curve| {
        (
            curve.scheme.to_owned(),
            Swatch::Marker(curve.index, Ink::Series(curve.index)),
        )
    });
    let entries: Vec<_> = entries.collect();
    c.legend((FRAME.left, 4, WIDTH), &entries);
    let up = format!("lookup time, × exact, {cache} (log scale)");
    plane.axes(
        c,
        ["maps of the module (log scale)", &up],
        [|v| count(v.round() as u64), |v| format!("{}×", plain(v))],
    );
    let mut in_the_way = vec![plane.level(c, 1.0)];
    in_the_way.extend(borders.map(|maps| plane.upright(c, maps)));
    for curve in curves[1..].iter().rev() {
        let ink = Ink::Series(curve.index);
        let at =
            |(_, maps, ratio): &(_, u64, TimeRatio)| (plane.x(*maps as f64), plane.y(ratio.ratio));
        let path: Vec<(i32, i32)> = curve.points.iter().map(at).collect();
        c.path(&path, ink, 1);
        for at in path {
            c.marker(curve.index, at, 3, ink);
            in_the_way.push(Area::of_disc(at, 4));
        }
    }
    label_modules(c, &plane, &curves[0], in_the_way);
}

fn label_modules(c: &mut Canvas, plane: &Plane, curve: &Curve, mut in_the_way: Vec<Area>) {
    let ink = Ink::Series(curve.index);
    let mut labels = Vec::new();
    for (key, maps, TimeRatio { ratio, interval }) in &curve.points {
        let at = (plane.x(*maps as f64), plane.y(*ratio));
        if let Some((lo, hi)) = interval {
            let ends = ((at.0, plane.y(*lo)), (at.0, plane.y(*hi)));
            c.line(ends.0, ends.1, ink, 2);
            in_the_way.push(Area::of_line(ends.0, ends.1));
        }
        c.marker(curve.index, at, 6, ink);
        labels.push((at, key.module.clone()));
        let text = format!(
            "{}, {} maps: {}",
            key.module,
            count(*maps),
            with_interval(*ratio, *interval)
        );
        c.hover((at.0 - 9, at.1 - 9), (at.0 + 9, at.1 + 9), &text);
    }
    plane.label(c, &labels, &in_the_way);
}
