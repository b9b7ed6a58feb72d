//! A table that can become HTML, Markdown or terminal text. Cells are plain
//! text in which backticks mark code.

/// Rows under a head; the first column is the row's name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    /// Columns from the left that hold words; the others hold numbers.
    pub(crate) words: usize,
}

impl Table {
    pub(crate) fn new<S: Into<String>>(words: usize, head: impl IntoIterator<Item = S>) -> Table {
        Table {
            head: head.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            words,
        }
    }

    pub(crate) fn push<S: Into<String>>(&mut self, row: impl IntoIterator<Item = S>) {
        self.rows.push(row.into_iter().map(Into::into).collect());
    }

    pub(crate) fn html(&self) -> String {
        let mut out = String::from("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
        for (i, head) in self.head.iter().enumerate() {
            out += &format!("<th scope=\"col\"{}>{}</th>", self.class(i), markup(head));
        }
        out += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            out += "<tr>";
            for (i, cell) in row.iter().enumerate() {
                let (tag, scope) = if i == 0 {
                    ("th", " scope=\"row\"")
                } else {
                    ("td", "")
                };
                out += &format!("<{tag}{scope}{}>{}</{tag}>", self.class(i), markup(cell));
            }
            out += "</tr>\n";
        }
        out + "</tbody></table></div>\n"
    }

    fn class(&self, column: usize) -> &'static str {
        if column < self.words {
            ""
        } else {
            " class=\"n\""
        }
    }

    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<_> = cells.iter().map(|c| c.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule = |i: usize| if i < self.words { "---" } else { "---:" };
        let rules: Vec<_> = (0..self.head.len()).map(|i| rule(i).to_owned()).collect();
        let rows: String = self.rows.iter().map(|r| line(r)).collect();
        line(&self.head) + &line(&rules) + &rows
    }

    /// Aligned columns, two blanks apart.
    pub(crate) fn text(&self) -> String {
        let width = |i: usize| {
            let cells = self.rows.iter().chain([&self.head]);
            cells.map(|r| r[i].chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut out = String::new();
        for row in [&self.head].into_iter().chain(&self.rows) {
            let cells = row.iter().zip(&widths).enumerate();
            let line: Vec<String> = cells
                .map(|(i, (cell, &w))| match i < self.words {
                    true => format!("{cell:<w$}"),
                    false => format!("{cell:>w$}"),
                })
                .collect();
            out += line.join("  ").trim_end();
            out.push('\n');
        }
        out
    }
}

/// Text for HTML: escaped, with code between backticks.
pub(crate) fn markup(text: &str) -> String {
    let escaped = escape(text);
    let mut out = String::new();
    for (i, part) in escaped.split('`').enumerate() {
        match i % 2 {
            0 => out += part,
            _ => out += &format!("<code>{part}</code>"),
        }
    }
    out
}

/// Text for HTML, as it is.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_table_in_three_forms() {
        let mut t = Table::new(1, ["name", "n"]);
        t.push(["`a<b`", "7"]);
        t.push(["c", "10"]);
        assert!(
            t.html()
                .contains("<th scope=\"row\"><code>a&lt;b</code></th><td class=\"n\">7</td>")
        );
        assert_eq!(
            t.markdown(),
            "| name | n |\n| --- | ---: |\n| `a<b` | 7 |\n| c | 10 |\n"
        );
        assert_eq!(t.text(), "name    n\n`a<b`   7\nc      10\n");
    }
}
