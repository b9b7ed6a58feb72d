//! The first twelve bytes of a section.

/// What a lookup has to know before it reads a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of all blocks and the padding behind them.
    pub data_bytes: u32,
    /// Words that the largest map decodes into.
    pub scratch_words: u32,
    /// The units of PCs, slots, frame sizes and pages.
    pub shifts: Shifts,
}

/// Log2 of what all PCs, slots and frame sizes of a section are multiples of,
/// and of the number of PC units in a page; a byte each, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shifts(u32);

impl Header {
    /// Bytes that a header takes.
    pub const BYTES: usize = 12;

    pub fn pack(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = [self.data_bytes, self.scratch_words, self.shifts.0];
        for (to, field) in bytes.chunks_exact_mut(4).zip(fields) {
            to.copy_from_slice(&field.to_le_bytes());
        }
        bytes
    }

    #[inline]
    pub fn unpack(bytes: &[u8; Self::BYTES]) -> Header {
        let fields = bytes.as_chunks().0;
        let field = |i: usize| u32::from_le_bytes(fields[i]);
        Header {
            data_bytes: field(0),
            scratch_words: field(1),
            shifts: Shifts(field(2)),
        }
    }
}

impl Shifts {
    pub fn new(pc: u32, slot: u32, frame: u32, page: u32) -> Shifts {
        Shifts(u32::from_le_bytes([pc, slot, frame, page].map(|s| s as u8)))
    }

    #[inline]
    pub fn pc(self) -> u32 {
        self.byte(0)
    }

    #[inline]
    pub fn slot(self) -> u32 {
        self.byte(1)
    }

    #[inline]
    pub fn frame(self) -> u32 {
        self.byte(2)
    }

    #[inline]
    pub fn page(self) -> u32 {
        self.byte(3)
    }

    /// A shift is at most 16. Damaged bytes may claim more; the mask keeps the
    /// reader from shifting by 32 and over, which would panic.
    #[inline]
    fn byte(self, i: u32) -> u32 {
        self.0 >> (8 * i) & (u32::BITS - 1)
    }
}
