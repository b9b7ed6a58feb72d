//! What every page is made of.

use crate::plot::{Figure, TEXT_STYLE, variables};
use crate::table::{escape, markup};

/// A part of the page that can be linked to.
pub(super) struct Section {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) html: String,
}

/// A whole page of its own.
pub(super) fn page(title: &str, sections: &[Section]) -> String {
    let link = |s: &Section| format!("<li><a href=\"#{}\">{}</a></li>\n", s.id, s.title);
    let links: String = sections.iter().map(link).collect();
    let body: String = sections.iter().map(Section::html).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <title>{title}</title>\n\
         <style>\n{}{TEXT_STYLE}\n{}</style>\n</head>\n<body>\n\
         <header><h1>{title}</h1>\n\
         <nav aria-label=\"Contents\"><ul>\n{links}</ul></nav></header>\n\
         <main>\n{body}</main>\n</body>\n</html>\n",
        variables(),
        include_str!("style.css")
    )
}

impl Section {
    pub(super) fn new(id: &str, title: &str, html: String) -> Section {
        Section {
            id: id.to_owned(),
            title: title.to_owned(),
            html,
        }
    }

    fn html(&self) -> String {
        let Section { id, title, html } = self;
        format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n\
             <h2 id=\"{id}-h\"><a href=\"#{id}\">{title}</a></h2>\n{html}</section>\n"
        )
    }
}

impl Figure {
    /// The plot with its caption and the table of its data.
    pub(super) fn html(&self) -> String {
        let caption = format!("<figcaption>{}</figcaption>\n", markup(&self.description));
        self.html_with(&caption)
    }

    /// One of many plots that a common caption explains.
    pub(super) fn html_of_many(&self) -> String {
        self.html_with("")
    }

    fn html_with(&self, caption: &str) -> String {
        let Figure {
            id, title, table, ..
        } = self;
        format!(
            "<figure id=\"{id}\">\n<h3><a href=\"#{id}\">{}</a></h3>\n\
             <div class=\"scroll\" tabindex=\"0\">{}</div>\n\
             {caption}<details><summary>Table</summary>\n{}</details>\n</figure>\n",
            escape(title),
            self.inline(),
            table.html()
        )
    }
}

pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", markup(text))
}

pub(super) fn note(text: &str) -> String {
    format!("<p class=\"note\">{}</p>\n", markup(text))
}
