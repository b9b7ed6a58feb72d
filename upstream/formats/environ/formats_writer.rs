//! The writers of all formats behind one type, which stands in for Wasmtime's.

use crate::compile::StackMapSection as Series;
use crate::formats::{
    AGAIN, BLOCKS, BLOCKS_DENSE, BLOCKS_TRI, CONSED, DELTA, DIRECT, FORMAT, HASHED, RANGES,
    RANGES_CONSED, SEEN, STEPS, STEPS_CONSED, TODAY,
};
use crate::obj::ELF_WASMTIME_STACK_MAP;
use crate::today_writer;
use core::sync::atomic::Ordering::Relaxed;
use object::SectionKind;
use object::write::{Object, StandardSegment};
use stackmap_encoders::{
    EncodeError, Encoder, Section, Table, blocks::Blocks, blocks_dense::BlocksDense,
    blocks_tri::BlocksTri, consed::Consed, delta::Delta, direct::Direct, ranges::Ranges,
    ranges_consed::RangesConsed, steps::Steps, steps_consed::StepsConsed,
};
use std::sync::Mutex;

/// The safepoints of the last module that was compiled while answers are hashed.
pub static LAST_TABLE: Mutex<Option<Table>> = Mutex::new(None);

/// Gathers the stack maps of a module, those without references included.
pub struct StackMapSection {
    writer: Writer,
    seen: Option<Table>,
}

enum Writer {
    Today(today_writer::StackMapSection),
    Series(Series),
    Lab(Encode, Table),
}

type Encode = fn(&Table) -> Result<Section, EncodeError>;

impl Default for StackMapSection {
    fn default() -> StackMapSection {
        let lab = |encode: Encode| Writer::Lab(encode, Table::complete());
        StackMapSection {
            writer: match FORMAT.load(Relaxed) {
                TODAY | AGAIN => Writer::Today(Default::default()),
                CONSED => lab(Consed::encode),
                DELTA => lab(Delta::encode),
                BLOCKS => lab(Blocks::encode),
                BLOCKS_TRI => lab(BlocksTri::encode),
                BLOCKS_DENSE => lab(BlocksDense::encode),
                DIRECT => lab(Direct::encode),
                RANGES => lab(Ranges::encode),
                RANGES_CONSED => lab(RangesConsed::encode),
                STEPS => lab(Steps::encode),
                STEPS_CONSED => lab(StepsConsed::encode),
                _ => Writer::Series(Default::default()),
            },
            seen: (SEEN.load(Relaxed) == HASHED).then(Table::complete),
        }
    }
}

impl StackMapSection {
    /// Appends the safepoint that returns to `code_offset`.
    pub fn push(
        &mut self,
        code_offset: u64,
        frame_size: u32,
        frame_offsets: impl ExactSizeIterator<Item = u32> + Clone,
    ) {
        let in_order = "safepoints in order, references in their frame";
        if let Some(table) = &mut self.seen {
            let pushed = table.push(code_offset, frame_size, frame_offsets.clone());
            pushed.expect(in_order);
        }
        match &mut self.writer {
            Writer::Today(today) => today.push(code_offset, frame_size, frame_offsets),
            Writer::Series(series) => series.push(code_offset, frame_size, frame_offsets),
            Writer::Lab(_, table) => {
                let pushed = table.push(code_offset, frame_size, frame_offsets);
                pushed.expect(in_order);
            }
        }
    }

    /// Adds the section to an object, if there is anything to put in it.
    pub fn append_to(self, obj: &mut Object) {
        match self.writer {
            Writer::Today(today) => today.append_to(obj),
            Writer::Series(series) => series.append_to(obj),
            Writer::Lab(_, table) if table.maps() == 0 => {}
            Writer::Lab(encode, table) => {
                let bytes = encode(&table).expect("a module that fits").bytes;
                let section = obj.add_section(
                    obj.segment_name(StandardSegment::Data).to_vec(),
                    ELF_WASMTIME_STACK_MAP.as_bytes().to_vec(),
                    SectionKind::ReadOnlyData,
                );
                obj.append_section_data(section, &bytes, 1);
            }
        }
        if let Some(table) = self.seen {
            *LAST_TABLE.lock().expect("nobody panics holding it") = Some(table);
        }
    }
}
