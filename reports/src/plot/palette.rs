//! Colours by role. Plotters writes fixed colours, so each role is drawn in a
//! colour that stands for nothing else and is then replaced by a CSS variable
//! with one value for light pages and one for dark.

use plotters::style::{Color, RGBAColor, RGBColor};

/// What a mark is painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Text and frames, the colour of the page's text.
    Text,
    /// Less important text.
    Muted,
    /// Grid lines.
    Grid,
    /// A scheme, an ISA or a criterion, by number.
    Series(usize),
    /// A part of a section, by number.
    Part(usize),
    /// A step of the heat scale, 0 the best.
    Heat(usize),
}

/// Steps of the heat scale; the middle one stands for "as today".
pub(crate) const HEAT_STEPS: usize = 9;
/// Different series colours; they repeat after that, in other shapes.
pub(crate) const SERIES: usize = 8;
/// Parts of a section.
pub(crate) const PARTS: usize = 5;

/// Colours on one kind of page.
struct Theme {
    page: &'static str,
    card: &'static str,
    text: &'static str,
    muted: &'static str,
    grid: &'static str,
    link: &'static str,
    series: [&'static str; SERIES],
    parts: [&'static str; PARTS],
    heat: [&'static str; HEAT_STEPS],
}

// Series are spaced in lightness as well as in hue, so that they differ for
// colour-blind eyes; shapes carry the same information.
const LIGHT: Theme = Theme {
    page: "#ffffff",
    card: "#f6f7f9",
    text: "#1b1f24",
    muted: "#57606a",
    grid: "#d5d9de",
    link: "#0550ae",
    series: [
        "#1b1f24", "#0067b1", "#c24e00", "#00805e", "#a0338f", "#8a6a00", "#c0213a", "#3f86b5",
    ],
    parts: ["#8a6a00", "#0067b1", "#2f9d7d", "#c24e00", "#7d858e"],
    heat: [
        "#7fb8e6", "#a0cbed", "#c1ddf4", "#e0eef9", "#f2f3f4", "#fdeadb", "#fbd3b3", "#f6b98a",
        "#ee9c61",
    ],
};

const DARK: Theme = Theme {
    page: "#12161b",
    card: "#1b2027",
    text: "#e6e9ed",
    muted: "#a3acb6",
    grid: "#3a424c",
    link: "#79b8ff",
    series: [
        "#e6e9ed", "#6ab7ff", "#ff9a5c", "#46cfa2", "#e590d8", "#d8b63c", "#ff8896", "#9fd6f5",
    ],
    parts: ["#d8b63c", "#5aa9f0", "#2f9d7d", "#ff9a5c", "#8f98a3"],
    heat: [
        "#0e5c9c", "#124c7d", "#153d61", "#1a2f46", "#262c33", "#43301f", "#5a3a1e", "#73441d",
        "#8d4f1c",
    ],
};

impl Theme {
    fn variables(&self) -> String {
        let mut css = format!(
            "--page:{};--card:{};--text:{};--muted:{};--grid:{};--link:{}",
            self.page, self.card, self.text, self.muted, self.grid, self.link
        );
        let groups: [(&str, &[&str]); 3] =
            [("s", &self.series), ("p", &self.parts), ("h", &self.heat)];
        for (name, colours) in groups {
            for (i, colour) in colours.iter().enumerate() {
                css += &format!(";--{name}{i}:{colour}");
            }
        }
        css
    }
}

/// The variables of both themes, the light one also for paper.
pub(crate) fn variables() -> String {
    let (light, dark) = (LIGHT.variables(), DARK.variables());
    format!(
        ":root{{color-scheme:light dark;{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )
}

impl Ink {
    pub(super) fn sentinel(self) -> RGBAColor {
        let (kind, i) = match self {
            Ink::Text => (0, 0),
            Ink::Muted => (0, 1),
            Ink::Grid => (0, 2),
            Ink::Series(i) => (1, i % SERIES),
            Ink::Part(i) => (2, i % PARTS),
            Ink::Heat(i) => (3, i.min(HEAT_STEPS - 1)),
        };
        RGBColor(1, kind, i as u8).to_rgba()
    }
}

/// Puts CSS variables in the place of the colours that stood for them.
pub(super) fn themed(svg: &str) -> String {
    // With its quotes a colour cannot be mistaken for text, where they are escaped.
    let mut out = svg
        .replace("\"#010000\"", "\"currentColor\"")
        .replace("\"#010001\"", "\"var(--muted)\"")
        .replace("\"#010002\"", "\"var(--grid)\"");
    for (kind, name, n) in [(1, "s", SERIES), (2, "p", PARTS), (3, "h", HEAT_STEPS)] {
        for i in 0..n {
            let colour = format!("\"#01{kind:02X}{i:02X}\"");
            out = out.replace(&colour, &format!("\"var(--{name}{i})\""));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: &str) -> f64 {
        let channel = |i: usize| {
            let v = u8::from_str_radix(&colour[i..i + 2], 16).unwrap();
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    /// Contrast as WCAG 2 defines it.
    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_marks_stand_out_on_both_pages() {
        for theme in [&LIGHT, &DARK] {
            for background in [theme.page, theme.card] {
                for text in [theme.text, theme.muted, theme.link] {
                    assert!(contrast(text, background) >= 4.5, "{text} on {background}");
                }
                for mark in theme.series.iter().chain(&theme.parts) {
                    assert!(contrast(mark, background) >= 3.0, "{mark} on {background}");
                }
            }
            for heat in theme.heat {
                assert!(contrast(theme.text, heat) >= 4.5, "text on {heat}");
            }
        }
    }
}
