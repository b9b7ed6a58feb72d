//! Plots: each an SVG with a title, a description and the table of its data.

mod anatomy;
mod axis;
mod canvas;
mod cwasm;
mod depths;
mod ecdf;
mod faults;
mod figure;
mod files;
mod heatmap;
mod isa;
mod labels;
mod palette;
mod parts;
mod pause;
mod plane;
mod scatter;
mod size;
mod stress;
mod touched;

pub(crate) use figure::{Figure, TEXT_STYLE, slug};
pub(crate) use palette::variables;
pub(crate) use parts::of_modules as parts_of;

use crate::results::Results;
use crate::stats::Decision;

/// All plots of a report, by section.
pub(crate) struct Plots {
    pub(crate) cwasm: Option<Figure>,
    pub(crate) pause: Option<Figure>,
    pub(crate) files: Option<Figure>,
    pub(crate) stress: Vec<Figure>,
    pub(crate) pareto: Vec<Figure>,
    pub(crate) size: Vec<Figure>,
    pub(crate) parts: Vec<Figure>,
    pub(crate) heat: Vec<Figure>,
    pub(crate) ecdf: Option<Figure>,
    pub(crate) isa: Option<Figure>,
    pub(crate) safety: Vec<Figure>,
    pub(crate) anatomy: Vec<Figure>,
    pub(crate) depths: Option<Figure>,
    pub(crate) touched: Option<Figure>,
}

impl Plots {
    pub(crate) fn of(results: &Results, decision: &Decision) -> Plots {
        Plots {
            cwasm: cwasm::figure(results, decision),
            pause: pause::figure(results, decision),
            files: files::figure(results, decision),
            stress: stress::figures(results),
            pareto: scatter::figures(results, decision),
            size: size::figures(results, decision),
            parts: parts::figures(results, decision),
            heat: heatmap::figures(results, decision),
            ecdf: ecdf::figure(results, decision),
            isa: isa::figure(results, decision),
            safety: faults::figures(results),
            anatomy: anatomy::figures(results, decision),
            depths: depths::figure(results),
            touched: touched::figure(results),
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Figure> {
        let groups = [
            &self.pareto,
            &self.size,
            &self.parts,
            &self.heat,
            &self.safety,
            &self.anatomy,
            &self.stress,
        ];
        let single = [
            &self.cwasm,
            &self.pause,
            &self.files,
            &self.ecdf,
            &self.isa,
            &self.depths,
            &self.touched,
        ];
        groups
            .into_iter()
            .flatten()
            .chain(single.into_iter().flatten())
    }
}
