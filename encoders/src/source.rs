//! How much code a scheme costs, counted from its own file.

/// Lines of code of a scheme's file: neither blank, nor comment, nor test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceLines {
    /// From the `── writer` rule to the `── reader` rule.
    pub writer: usize,
    /// From the `── reader` rule to the tests.
    pub reader: usize,
}

/// Counts the lines of a scheme's file by the rules that divide it. A scheme
/// that shares another's reader or writer is charged for it.
pub fn source_lines(source: &str) -> SourceLines {
    let (writer, reader) = halves(source);
    let shared_reader = source
        .split_once("type Reader<'s> = ")
        .and_then(|(_, alias)| alias.split_once("::Reader"))
        .and_then(|(module, _)| crate::source_of(module));
    let shared_writer = writer
        .split_once("::write(")
        .and_then(|(before, _)| before.split_whitespace().next_back())
        .and_then(crate::source_of);
    SourceLines {
        writer: count(writer) + shared_writer.map_or(0, |s| count(halves(s).0)),
        reader: count(shared_reader.map_or(reader, |s| halves(s).1)),
    }
}

/// The writer's and the reader's part of a scheme's file.
fn halves(source: &str) -> (&str, &str) {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let after = |rule: &str| code.split_once(rule).map_or("", |(_, after)| after);
    let (writer, reader) = (after("// ── writer"), after("// ── reader"));
    (
        writer.split("// ── reader").next().unwrap_or_default(),
        reader,
    )
}

fn count(part: &str) -> usize {
    let lines = part.lines().skip(1).map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count()
}
