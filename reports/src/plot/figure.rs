//! A plot as it stands on a page and in a file of its own.

use super::palette::variables;
use crate::table::{Table, escape};

/// A plot with everything a reader needs who cannot see it.
pub(crate) struct Figure {
    /// Anchor and file stem.
    pub(crate) id: String,
    pub(crate) title: String,
    /// What is drawn and how to read it.
    pub(crate) description: String,
    pub(super) svg: String,
    /// Natural width in CSS pixels.
    pub(super) width: i32,
    /// Whether it is legible on a phone; if not it scrolls there.
    pub(super) shrinks: bool,
    pub(crate) table: Table,
}

impl Figure {
    /// The SVG as part of a page that defines the colours.
    pub(crate) fn inline(&self) -> String {
        let id = &self.id;
        let least = if self.shrinks { 0 } else { self.width * 6 / 7 };
        let most = self.width * 5 / 4;
        let open = format!(
            "<svg class=\"plot\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" style=\"--min:{least}px;--max:{most}px\" "
        );
        self.labelled(&open, "")
    }

    /// The SVG as a file of its own.
    pub(crate) fn file(&self) -> String {
        let id = &self.id;
        let open = format!("<svg role=\"img\" aria-labelledby=\"{id}-title {id}-desc\" ");
        let style = format!(
            "<style>{}svg{{color:var(--text);background:var(--page)}}{TEXT_STYLE}</style>\n",
            variables()
        );
        self.labelled(&open, &style)
    }

    fn labelled(&self, open: &str, style: &str) -> String {
        let id = &self.id;
        let labels = format!(
            ">\n<title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{style}",
            escape(&self.title),
            escape(&self.description)
        );
        self.svg
            .replacen("<svg ", open, 1)
            .replacen(">\n", &labels, 1)
    }
}

/// How text in a plot is set, on the page as in a file.
pub(crate) const TEXT_STYLE: &str =
    "svg text{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"DejaVu Sans\",sans-serif}";

/// A module's name may be as long as a file's may be, and more is added to it.
const LONGEST_SLUG: usize = 100;

/// Lower case, digits and dashes.
pub(crate) fn slug(text: &str) -> String {
    let dashed: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let words: Vec<&str> = dashed.split('-').filter(|w| !w.is_empty()).collect();
    words.join("-").chars().take(LONGEST_SLUG).collect()
}
