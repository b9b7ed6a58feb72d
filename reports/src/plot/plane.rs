//! A plane with two logarithmic axes, on which points with labels lie.

use super::axis::LogAxis;
use super::canvas::{Anchor, Canvas, FONT, SMALL};
use super::labels::{Area, place};
use super::palette::Ink;

/// How far a label may lie from its point before a line joins the two.
const FAR: i32 = 14;

/// Two axes, and where on the canvas they lie.
pub(super) struct Plane {
    pub(super) frame: Area,
    pub(super) across: LogAxis,
    pub(super) up: LogAxis,
}

impl Plane {
    pub(super) fn x(&self, value: f64) -> i32 {
        self.across.at(value, self.frame.left, self.frame.right)
    }

    pub(super) fn y(&self, value: f64) -> i32 {
        self.up.at(value, self.frame.bottom, self.frame.top)
    }

    /// Grid, ticks and the names of both axes.
    pub(super) fn axes(
        &self,
        c: &mut Canvas,
        [across, up]: [&str; 2],
        [tick_across, tick_up]: [fn(f64) -> String; 2],
    ) {
        let Area {
            left,
            top,
            right,
            bottom,
        } = self.frame;
        for &tick in &self.across.ticks {
            let x = self.x(tick);
            c.line((x, top), (x, bottom), Ink::Grid, 1);
            let at = (x, bottom + 14);
            c.text(&tick_across(tick), at, SMALL, Anchor::Middle, Ink::Text);
        }
        for &tick in &self.up.ticks {
            let y = self.y(tick);
            c.line((left, y), (right, y), Ink::Grid, 1);
            c.text(&tick_up(tick), (left - 6, y), SMALL, Anchor::End, Ink::Text);
        }
        let below = ((left + right) / 2, bottom + 38);
        c.text(across, below, FONT, Anchor::Middle, Ink::Text);
        let beside = (14, (top + bottom) / 2);
        c.text(up, beside, FONT, Anchor::UpwardsMiddle, Ink::Text);
    }

    /// A line across the whole plane at a height.
    pub(super) fn level(&self, c: &mut Canvas, value: f64) -> Area {
        let ends = (
            (self.frame.left, self.y(value)),
            (self.frame.right, self.y(value)),
        );
        c.line(ends.0, ends.1, Ink::Muted, 1);
        Area::of_line(ends.0, ends.1)
    }

    /// A line up the whole plane.
    pub(super) fn upright(&self, c: &mut Canvas, value: f64) -> Area {
        let ends = (
            (self.x(value), self.frame.top),
            (self.x(value), self.frame.bottom),
        );
        c.line(ends.0, ends.1, Ink::Muted, 1);
        Area::of_line(ends.0, ends.1)
    }

    /// Labels that touch neither one another nor what is in the way.
    pub(super) fn label(
        &self,
        c: &mut Canvas,
        labels: &[((i32, i32), String)],
        in_the_way: &[Area],
    ) {
        let inner = Area {
            left: self.frame.left + 2,
            ..self.frame
        };
        for ((at, label), area) in labels.iter().zip(place(labels, SMALL, inner, in_the_way)) {
            let Some(area) = area else { continue };
            let near = area.nearest(*at);
            if (near.0 - at.0).abs().max((near.1 - at.1).abs()) > FAR {
                c.line(*at, near, Ink::Muted, 1);
            }
            let (left, middle) = (area.left + 1, (area.top + area.bottom) / 2);
            c.text(label, (left, middle), SMALL, Anchor::Start, Ink::Text);
        }
    }
}
