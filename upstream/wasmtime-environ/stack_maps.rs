//! In place of `wasmtime-environ`'s file of this name: writes the section in
//! any of the lab's schemes, after one byte that says in which.

use crate::obj::ELF_WASMTIME_STACK_MAP;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use object::SectionKind;
use object::write::{Object, StandardSegment};
use stackmap_encoders::{Encoder, SchemeSource, SchemeVisitor, Section, Table, for_each_scheme};

/// The number of the scheme that sections are written in, counted from 0.
pub static STACK_MAP_SCHEME: AtomicUsize = AtomicUsize::new(0);

/// Gathers the stack maps of a module.
#[derive(Default)]
pub struct StackMapSection {
    table: Table,
}

impl StackMapSection {
    /// Appends the safepoint that returns to `code_offset`.
    ///
    /// # Panics
    ///
    /// If it does not lie behind the one before, or one of its references not
    /// within the frame.
    pub fn push(
        &mut self,
        code_offset: u64,
        frame_size: u32,
        frame_offsets: impl ExactSizeIterator<Item = u32>,
    ) {
        if frame_offsets.len() > 0 {
            let pushed = self.table.push(code_offset, frame_size, frame_offsets);
            pushed.expect("safepoints in order, references in their frame");
        }
    }

    /// Adds the section to an object, if there is anything to put in it.
    pub fn append_to(self, obj: &mut Object) {
        if self.table.is_empty() {
            return;
        }
        let number = STACK_MAP_SCHEME.load(Relaxed);
        let mut write = Write {
            scheme: number,
            table: &self.table,
            visited: 0,
            section: None,
        };
        for_each_scheme(&mut write);
        let bytes = write.section.expect("the number of a scheme").bytes;
        let section = obj.add_section(
            obj.segment_name(StandardSegment::Data).to_vec(),
            ELF_WASMTIME_STACK_MAP.as_bytes().to_vec(),
            SectionKind::ReadOnlyData,
        );
        obj.append_section_data(section, &[number as u8], 1);
        obj.append_section_data(section, &bytes, 1);
    }
}

struct Write<'t> {
    scheme: usize,
    table: &'t Table,
    visited: usize,
    section: Option<Section>,
}

impl SchemeVisitor for Write<'_> {
    fn visit<E: Encoder>(&mut self, _: &SchemeSource) {
        if self.visited == self.scheme {
            self.section = Some(E::encode(self.table).expect("a module that fits"));
        }
        self.visited += 1;
    }
}
