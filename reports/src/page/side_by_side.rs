//! Two readers next to each other, so that one can look instead of believe.

use super::html::note;
use crate::format::count;
use crate::results::Results;
use crate::stats::{Decision, SchemeMeans};
use crate::table::{Table, escape};
use stackmap_encoders::{Encoder, SchemeSource, SchemeVisitor, for_each_scheme};

/// How many times the bytes of the recommended scheme the short one may take:
/// what saves less is no rival to it.
const MOST_BYTES: f64 = 2.0;

const TEXT: &str = "Lines are neither blank nor comment. A branch is an `if`, a loop, a `let … else`, a guard, a `&&` or `||`, or an arm of a `match` beyond the first; `?` is none. Nesting is how deep these and closures lie in one another. Fields are the names with a width in the drawing of the format. Helpers count for each scheme that uses them, and what reader and writer share counts for the reader.";

/// What there is to review of each scheme, and two readers in full: that of the
/// scheme to upstream and that of the shortest rival.
pub(super) fn html(results: &Results, decision: &Decision) -> String {
    let mut html = format!("{}{}", note(TEXT), sizes(results).html());
    if let Some((first, second)) = pair(decision) {
        let readers = [first, second].map(|means| reader(&means.scheme.name));
        let (first, second) = (&first.scheme.name, &second.scheme.name);
        html += &format!(
            "<details><summary>The readers of {first} and {second}, with the helpers they use</summary>\n<div class=\"pair\">\n{}</div></details>\n",
            readers.concat()
        );
    }
    html
}

fn sizes(results: &Results) -> Table {
    let head = [
        "scheme",
        "lines of the reader",
        "of the writer",
        "in Wasmtime's compiler",
        "branches of the reader",
        "of the writer",
        "nesting of the reader",
        "of the writer",
        "fields",
    ];
    let mut table = Table::new(1, head);
    for s in &results.schemes {
        let counts = [
            s.reader_lines,
            s.writer_lines,
            s.compiler_lines,
            s.reader_branches,
            s.writer_branches,
            s.reader_nesting,
            s.writer_nesting,
            s.fields,
        ];
        let name = std::iter::once(format!("`{}`", s.name));
        table.push(name.chain(counts.map(count)));
    }
    table
}

/// The scheme to upstream, or the best one, and the shortest other that is
/// exact and about as small.
fn pair(decision: &Decision) -> Option<(&SchemeMeans, &SchemeMeans)> {
    let best = decision.means(&decision.recommended()?.scheme.name)?;
    let bytes = |means: &SchemeMeans| means.bytes.map_or(f64::INFINITY, |spread| spread.mean);
    let lines = |means: &SchemeMeans| means.scheme.reader_lines + means.scheme.writer_lines;
    let all = decision.schemes.iter();
    let others = all.filter(|means| means.scheme.name != best.scheme.name);
    let rivals = others.filter(|means| {
        means.scheme.exact && !means.scheme.control && bytes(means) <= MOST_BYTES * bytes(best)
    });
    Some((best, rivals.min_by_key(|means| lines(means))?))
}

/// The files of a scheme's reader; nothing if this is another version of it.
fn reader(scheme: &str) -> String {
    struct Find<'s>(&'s str, Option<&'static SchemeSource>);
    impl SchemeVisitor for Find<'_> {
        fn visit<E: Encoder>(&mut self, source: &'static SchemeSource) {
            if E::NAME == self.0 {
                self.1 = Some(source);
            }
        }
    }
    let mut find = Find(scheme, None);
    for_each_scheme(&mut find);
    let files = find.1.map_or(&[][..], |source| source.reader);
    let files = files.iter().map(|file| {
        format!(
            "<h4><code>{}</code></h4>\n<pre class=\"scroll\" tabindex=\"0\"><code>{}</code></pre>\n",
            file.path,
            escape(file.text)
        )
    });
    format!(
        "<div><h3>{}</h3>\n{}</div>\n",
        escape(scheme),
        files.collect::<String>()
    )
}
