//! The text of a scheme, file by file: which files are its reader and which
//! its writer.

use alloc::string::String;

/// One file of this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it lies under `src/`.
    pub path: &'static str,
    /// What it says.
    pub text: &'static str,
}

/// The memo that can stand in front of any scheme.
pub const MEMO: SourceFile = SourceFile {
    path: "memo.rs",
    text: include_str!("memo.rs"),
};

/// The files that make up a scheme, as the registry lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemeSource {
    /// The scheme's folder.
    pub module: &'static str,
    /// Its `mod.rs`, in which the format is drawn.
    pub format: SourceFile,
    /// The reader, which may be another scheme's, and the helpers it uses.
    pub reader: &'static [SourceFile],
    /// The writer, which may be another scheme's, and the helpers it uses.
    pub writer: &'static [SourceFile],
}

/// What every scheme is made of, however it reads and writes.
const COMMON: [&str; 4] = [
    include_str!("encoder.rs"),
    include_str!("error.rs"),
    include_str!("section.rs"),
    include_str!("table.rs"),
];

impl SourceFile {
    /// Lines that are neither blank nor comment.
    pub fn lines(&self) -> usize {
        let lines = self.text.lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .count()
    }
}

impl SchemeSource {
    /// Lines of code of the reader.
    pub fn reader_lines(&self) -> usize {
        self.reader.iter().map(SourceFile::lines).sum()
    }

    /// Lines of code of the writer. A file that the reader uses too counts for
    /// the reader alone, so that the two add up.
    pub fn writer_lines(&self) -> usize {
        self.own_writer().map(SourceFile::lines).sum()
    }

    /// The drawing of the format.
    pub fn drawing(&self) -> String {
        let lines = self.format.text.lines();
        lines
            .map(|line| line.strip_prefix("//!").unwrap_or_default())
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .skip_while(|line| *line != "```text")
            .skip(1)
            .take_while(|line| *line != "```")
            .flat_map(|line| [line, "\n"])
            .collect()
    }

    /// All texts that decide what the scheme answers and how fast.
    pub fn code(&self) -> impl Iterator<Item = &'static str> {
        let files = self.reader.iter().chain(self.own_writer());
        let texts = files.map(|file| file.text).chain(COMMON);
        core::iter::once(self.format.text).chain(texts)
    }

    /// The files of the writer that the reader does not use.
    pub fn own_writer(&self) -> impl Iterator<Item = &'static SourceFile> {
        let shared = |file: &&SourceFile| self.reader.contains(file);
        self.writer.iter().filter(move |file| !shared(file))
    }
}
