//! The drawings call the fields what the readers call them.

use stackmap_encoders::{Encoder, SchemeSource, SchemeVisitor, for_each_scheme};

/// The names before a type, in a drawing's lines: `name: u32`, `name[n]: u32`.
fn names(drawing: &str) -> Vec<&str> {
    let cells = drawing.lines().flat_map(|line| line.split(['│', '|', '=']));
    let fields = cells.filter_map(|cell| cell.trim().split_once(':'));
    let typed = fields.filter(|(_, kind)| kind.starts_with(" u"));
    let names = typed.map(|(name, _)| name.trim_start_matches('[').split('[').next());
    let is_name = |name: &&str| name.chars().all(|c| c == '_' || c.is_ascii_lowercase());
    names.flatten().filter(is_name).collect()
}

struct Drawings;

impl SchemeVisitor for Drawings {
    fn visit<E: Encoder>(&mut self, source: &'static SchemeSource) {
        for name in names(&source.drawing()) {
            let known = source.reader.iter().any(|file| file.text.contains(name));
            assert!(known, "{}: no reader knows `{name}`", E::NAME);
        }
    }
}

#[test]
fn fields_are_called_alike_in_drawings_and_readers() {
    let drawn = names("│ [extra: uleb] │ pc[n]: u32 = first_pc: u32\n a, b: u8 │ c: 3");
    assert_eq!(drawn, ["extra", "pc", "first_pc"]);
    for_each_scheme(&mut Drawings);
}
