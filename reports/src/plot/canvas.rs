//! A thin layer over the plotters SVG backend: roles instead of colours,
//! marker shapes, hover texts, and an SVG that follows the page's theme.

use super::palette::{Ink, themed};
use crate::table::escape;
use plotters::prelude::{DrawingBackend, IntoFont, SVGBackend, ShapeStyle, TextStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, FontTransform};

/// Font sizes in the units of the drawing.
pub(super) const FONT: f64 = 14.0;
pub(super) const SMALL: f64 = 12.5;

/// Where a text's position lies in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
    /// Reads upwards, starting at the position.
    Upwards,
    /// Reads upwards, centred at the position.
    UpwardsMiddle,
}

/// Upper bound of a text's width, for any of the usual sans-serif fonts.
pub(super) fn text_width(text: &str, size: f64) -> i32 {
    (text.chars().count() as f64 * size * 0.62).ceil() as i32
}

/// Surface in pixels, origin at the upper left.
pub(super) struct Canvas<'s> {
    backend: SVGBackend<'s>,
    hovers: String,
}

/// Draws on a canvas and returns its SVG.
pub(super) fn draw(width: i32, height: i32, paint: impl FnOnce(&mut Canvas)) -> String {
    let mut svg = String::new();
    let hovers = {
        let size = (width.max(1) as u32, height.max(1) as u32);
        let mut canvas = Canvas {
            backend: SVGBackend::with_string(&mut svg, size),
            hovers: String::new(),
        };
        paint(&mut canvas);
        done(canvas.backend.present());
        std::mem::take(&mut canvas.hovers)
    };
    // What every element repeats and the style sheet or the default says.
    for repeated in [
        " opacity=\"1\"",
        " font-family=\"sans-serif\"",
        " stroke=\"none\"",
    ] {
        svg = svg.replace(repeated, "");
    }
    let body = themed(&svg).replace(" \"/>", "\"/>");
    body.replace("</svg>", &format!("{hovers}</svg>"))
}

/// The backend writes to a string, which cannot fail.
fn done<E>(result: Result<(), E>) {
    debug_assert!(result.is_ok());
}

fn style(ink: Ink, width: u32) -> ShapeStyle {
    ShapeStyle {
        color: ink.sentinel(),
        filled: true,
        stroke_width: width,
    }
}

impl Canvas<'_> {
    pub(super) fn rect(&mut self, from: (i32, i32), to: (i32, i32), ink: Ink) {
        done(self.backend.draw_rect(from, to, &style(ink, 1), true));
    }

    pub(super) fn frame(&mut self, from: (i32, i32), to: (i32, i32), ink: Ink) {
        done(self.backend.draw_rect(from, to, &style(ink, 1), false));
    }

    pub(super) fn line(&mut self, from: (i32, i32), to: (i32, i32), ink: Ink, width: u32) {
        done(self.backend.draw_line(from, to, &style(ink, width)));
    }

    pub(super) fn path(&mut self, points: &[(i32, i32)], ink: Ink, width: u32) {
        done(
            self.backend
                .draw_path(points.iter().copied(), &style(ink, width)),
        );
    }

    pub(super) fn text(&mut self, text: &str, at: (i32, i32), size: f64, anchor: Anchor, ink: Ink) {
        self.styled_text(text, at, size, anchor, ink, FontStyle::Normal);
    }

    pub(super) fn bold(&mut self, text: &str, at: (i32, i32), size: f64, anchor: Anchor) {
        self.styled_text(text, at, size, anchor, Ink::Text, FontStyle::Bold);
    }

    fn styled_text(
        &mut self,
        text: &str,
        at: (i32, i32),
        size: f64,
        anchor: Anchor,
        ink: Ink,
        weight: FontStyle,
    ) {
        let h = match anchor {
            Anchor::Start | Anchor::Upwards => HPos::Left,
            Anchor::Middle | Anchor::UpwardsMiddle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let turn = match anchor {
            Anchor::Upwards | Anchor::UpwardsMiddle => FontTransform::Rotate270,
            _ => FontTransform::None,
        };
        // The backend divides sizes by this constant.
        let font = ("sans-serif", size * 1.24)
            .into_font()
            .style(weight)
            .transform(turn);
        let colour = ink.sentinel();
        let style = TextStyle::from(font)
            .color(&colour)
            .pos(Pos::new(h, VPos::Center));
        done(self.backend.draw_text(text, &style, at));
    }

    /// One of [`SHAPES`] different markers, by number.
    pub(super) fn marker(&mut self, shape: usize, (x, y): (i32, i32), r: i32, ink: Ink) {
        let solid = style(ink, 1);
        let polygon: Vec<(i32, i32)> = match shape % SHAPES {
            0 => return done(self.backend.draw_circle((x, y), r as u32, &solid, true)),
            1 => vec![
                (x - r, y - r),
                (x + r, y - r),
                (x + r, y + r),
                (x - r, y + r),
            ],
            2 => vec![(x - r - 1, y + r), (x + r + 1, y + r), (x, y - r - 1)],
            3 => vec![
                (x, y - r - 2),
                (x + r + 2, y),
                (x, y + r + 2),
                (x - r - 2, y),
            ],
            4 => vec![(x - r - 1, y - r), (x + r + 1, y - r), (x, y + r + 1)],
            5 => {
                self.line((x - r, y - r), (x + r, y + r), ink, 3);
                return self.line((x - r, y + r), (x + r, y - r), ink, 3);
            }
            _ => {
                self.line((x - r - 1, y), (x + r + 1, y), ink, 3);
                return self.line((x, y - r - 1), (x, y + r + 1), ink, 3);
            }
        };
        done(self.backend.fill_polygon(polygon, &solid));
    }

    /// A disc, or its rim alone.
    pub(super) fn disc(&mut self, at: (i32, i32), r: i32, ink: Ink, is_filled: bool) {
        let style = style(ink, 2);
        done(self.backend.draw_circle(at, r as u32, &style, is_filled));
    }

    /// Text that a pointer resting in the rectangle shows.
    pub(super) fn hover(&mut self, (x0, y0): (i32, i32), (x1, y1): (i32, i32), text: &str) {
        self.hovers += &format!(
            "<rect x=\"{x0}\" y=\"{y0}\" width=\"{}\" height=\"{}\" fill=\"transparent\"><title>{}</title></rect>\n",
            x1 - x0,
            y1 - y0,
            escape(text)
        );
    }

    /// Marks and names in rows from the left, from `top` on; returns where the
    /// next thing can start.
    pub(super) fn legend(
        &mut self,
        (left, top, right): (i32, i32, i32),
        entries: &[(String, Swatch)],
    ) -> i32 {
        let (mut x, mut y) = (left, top + 8);
        for (name, swatch) in entries {
            let width = 20 + text_width(name, SMALL) + 8;
            if x > left && x + width > right {
                (x, y) = (left, y + 20);
            }
            match *swatch {
                Swatch::Marker(shape, ink) => self.marker(shape, (x + 7, y), 5, ink),
                Swatch::Box(ink) => {
                    self.rect((x, y - 7), (x + 14, y + 7), ink);
                    self.frame((x, y - 7), (x + 14, y + 7), Ink::Grid);
                }
            }
            self.text(name, (x + 20, y), SMALL, Anchor::Start, Ink::Text);
            x += width;
        }
        y + 18
    }
}

/// Number of different markers; prime to the number of colours, so that many
/// pairs of colour and shape differ.
pub(super) const SHAPES: usize = 7;

/// What stands before a name in a legend.
#[derive(Clone, Copy)]
pub(super) enum Swatch {
    Marker(usize, Ink),
    Box(Ink),
}
