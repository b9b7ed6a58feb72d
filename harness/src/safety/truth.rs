//! What is really live where, and which function a PC is in.

use stackmap_corpus::{Function, Module};
use stackmap_encoders::{Safepoint, Table};
use std::ops::Range;

/// A module's table and functions, with what its functions have in common.
pub struct Truth<'m> {
    pub table: &'m Table,
    pub pcs: Vec<u32>,
    pub functions: &'m [Function],
}

/// The frame at a safepoint.
pub struct TrueFrame {
    /// Live slots, ascending.
    pub slots: Vec<u32>,
    /// Bytes of the frame; at a safepoint without references those of the
    /// function's others, if it has any.
    pub size: Option<u32>,
}

/// Bytes of a frame that each bit of a bitmap stands for.
const GRANULE: u32 = 4;
/// Safepoints of a giant function around the one in question that are looked
/// at to tell whether a slot ever holds a reference.
const NEIGHBOURS: usize = 400;

impl<'m> Truth<'m> {
    pub fn new(module: &'m Module) -> Self {
        Truth {
            table: &module.table,
            pcs: module.table.iter().map(|s| s.pc).collect(),
            functions: &module.functions,
        }
    }

    /// The function that a return address belongs to.
    pub fn function(&self, pc: u32) -> Option<&'m Function> {
        let after = self.functions.partition_point(|f| f.range.start < pc);
        let function = &self.functions[after.checked_sub(1)?];
        function.covers_return(pc).then_some(function)
    }

    /// Positions in the table of a function's safepoints.
    pub fn safepoints(&self, function: &Function) -> Range<usize> {
        let from = self.pcs.partition_point(|&pc| pc <= function.range.start);
        let to = self.pcs.partition_point(|&pc| pc <= function.range.end);
        from..to
    }

    /// The frame at a safepoint; empty if there is no such safepoint.
    pub fn at(&self, pc: u32) -> TrueFrame {
        let own = self.pcs.binary_search(&pc).map(|i| self.table.get(i));
        let Ok(own) = own else {
            return TrueFrame {
                slots: Vec::new(),
                size: None,
            };
        };
        TrueFrame {
            slots: own.slots().collect(),
            size: match own.is_empty() {
                false => Some(own.frame_size),
                true => self.near(pc).find(|s| !s.is_empty()).map(|s| s.frame_size),
            },
        }
    }

    /// Whether a slot holds a reference at some safepoint of the function.
    pub fn ever_holds(&self, pc: u32, slot: u32) -> bool {
        let position = slot / GRANULE;
        let (word, bit) = (position / u32::BITS, position % u32::BITS);
        let holds = |s: Safepoint<'_>| {
            let word = s.bitmap.get(word as usize);
            word.is_some_and(|word| word >> bit & 1 == 1)
        };
        self.near(pc).any(holds)
    }

    /// The safepoints of the function that a safepoint is in.
    fn near(&self, pc: u32) -> impl Iterator<Item = Safepoint<'m>> {
        let i = self.pcs.partition_point(|&p| p < pc);
        let within = self.function(pc).map_or(i..i, |f| self.safepoints(f));
        let from = within.start.max(i.saturating_sub(NEIGHBOURS));
        let table = self.table;
        (from..within.end.min(i + NEIGHBOURS)).map(move |j| table.get(j))
    }

    /// The last safepoint with references at or below a PC.
    pub fn map_before(&self, pc: u32) -> Option<u32> {
        let upto = self.pcs.partition_point(|&p| p <= pc);
        let mut before = (0..upto).rev().map(|i| self.table.get(i));
        before.find(|s| !s.is_empty()).map(|s| s.pc)
    }
}
