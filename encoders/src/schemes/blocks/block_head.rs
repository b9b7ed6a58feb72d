//! The first six bytes of a block: how it is cut into fields is said here, and
//! here alone.

use crate::bits::mask::mask;

/// Most rows of a block: as many low bytes as are compared at once.
pub(super) const MAX_ROWS: usize = 16;

/// Most bits of a row's high part and delta together. A row is read as eight
/// bytes, from the byte of its first bit on: up to seven bits may be another's.
pub(super) const ROW_BITS: u32 = u64::BITS - 7;

/// Slots that a small map may have: as many as the common map has bits.
pub(super) const SMALL_SLOTS: u32 = 8 * COMMON_BYTES.max();

/// What is fixed about a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHead {
    /// Bytes of the whole block.
    pub block_bytes: u32,
    /// From 1 to [`MAX_ROWS`].
    pub rows: usize,
    /// The high part of the first row; those of all rows count from it.
    pub first_high: u32,
    /// Bits of a row's high part.
    pub high_bits: u32,
    /// Bits of a row's delta.
    pub delta_bits: u32,
    /// Which of the two layouts the maps have.
    pub is_small: bool,
    /// A [`SmallLayout`] or a [`LargeLayout`], packed.
    pub layout: u32,
}

/// How the maps of a small block are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SmallLayout {
    /// Bytes of the common map.
    pub common_bytes: u32,
    /// The first slot of the window that a delta fills.
    pub window_start: u32,
}

/// How the toggles of a large block are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LargeLayout {
    /// Bits of the first slot that a toggle flips.
    pub start_bits: u32,
    /// Bits of the number of slots that it flips, less one.
    pub length_bits: u32,
}

/// Some bits of a word, which hold a number.
#[derive(Clone, Copy)]
pub(super) struct Field {
    first_bit: u32,
    pub bits: u32,
}

// A head, from its lowest bit up.
pub(super) const BLOCK_BYTES: Field = Field::first(16);
/// Less one, so that four bits count to [`MAX_ROWS`].
pub(super) const ROWS: Field = BLOCK_BYTES.next(4);
/// A page has at most 16 bits, and the low eight are not part of this.
pub(super) const FIRST_HIGH: Field = ROWS.next(8);
pub(super) const HIGH_BITS: Field = FIRST_HIGH.next(3);
/// Up to [`ROW_BITS`].
pub(super) const DELTA_BITS: Field = HIGH_BITS.next(6);
pub(super) const IS_SMALL: Field = DELTA_BITS.next(1);
/// As wide as the wider of the two.
pub(super) const LAYOUT: Field = IS_SMALL.next(9);

// The layout of a small block.
pub(super) const COMMON_BYTES: Field = Field::first(3);
/// Any bit of a word.
pub(super) const WINDOW_START: Field = COMMON_BYTES.next(6);

// The layout of a large block. Toggles may reach 32,768 slot units up a frame.
pub(super) const START_BITS: Field = Field::first(4);
pub(super) const LENGTH_BITS: Field = START_BITS.next(3);

impl BlockHead {
    /// Bytes that a head takes.
    pub const BYTES: usize = LAYOUT.end().div_ceil(8) as usize;

    pub fn pack(&self) -> [u8; Self::BYTES] {
        let packed = BLOCK_BYTES.put(self.block_bytes)
            | ROWS.put(self.rows as u32 - 1)
            | FIRST_HIGH.put(self.first_high)
            | HIGH_BITS.put(self.high_bits)
            | DELTA_BITS.put(self.delta_bits)
            | IS_SMALL.put(self.is_small.into())
            | LAYOUT.put(self.layout);
        let mut bytes = [0; Self::BYTES];
        bytes.copy_from_slice(&packed.to_le_bytes()[..Self::BYTES]);
        bytes
    }

    /// Unpacks a head from the low bytes of a word.
    #[inline]
    pub fn unpack(packed: u64) -> BlockHead {
        BlockHead {
            block_bytes: BLOCK_BYTES.get(packed),
            rows: ROWS.get(packed) as usize + 1,
            first_high: FIRST_HIGH.get(packed),
            high_bits: HIGH_BITS.get(packed),
            delta_bits: DELTA_BITS.get(packed),
            is_small: IS_SMALL.get(packed) == 1,
            layout: LAYOUT.get(packed),
        }
    }

    /// Bits of a row's high part and delta together.
    #[inline]
    pub fn row_bits(&self) -> usize {
        (self.high_bits + self.delta_bits) as usize
    }

    /// The byte of the block at which the rows' bits start: the head and the
    /// low bytes stand before it.
    #[inline]
    pub fn row_bits_at(&self) -> usize {
        Self::BYTES + self.rows
    }

    /// The byte of the block at which the frame size starts.
    #[inline]
    pub fn frame_size_at(&self) -> usize {
        self.row_bits_at() + (self.rows * self.row_bits()).div_ceil(8)
    }
}

impl SmallLayout {
    pub fn pack(&self) -> u32 {
        (COMMON_BYTES.put(self.common_bytes) | WINDOW_START.put(self.window_start)) as u32
    }

    #[inline]
    pub fn unpack(packed: u32) -> SmallLayout {
        SmallLayout {
            common_bytes: COMMON_BYTES.get(packed.into()),
            window_start: WINDOW_START.get(packed.into()),
        }
    }
}

impl LargeLayout {
    pub fn pack(&self) -> u32 {
        (START_BITS.put(self.start_bits) | LENGTH_BITS.put(self.length_bits)) as u32
    }

    #[inline]
    pub fn unpack(packed: u32) -> LargeLayout {
        LargeLayout {
            start_bits: START_BITS.get(packed.into()),
            length_bits: LENGTH_BITS.get(packed.into()),
        }
    }
}

impl Field {
    const fn first(bits: u32) -> Field {
        Field { first_bit: 0, bits }
    }

    /// The field of so many bits that stands right above this one.
    const fn next(self, bits: u32) -> Field {
        Field {
            first_bit: self.end(),
            bits,
        }
    }

    const fn end(self) -> u32 {
        self.first_bit + self.bits
    }

    /// The largest number that fits.
    pub const fn max(self) -> u32 {
        (1 << self.bits) - 1
    }

    fn put(self, number: u32) -> u64 {
        debug_assert!(number <= self.max());
        u64::from(number) << self.first_bit
    }

    #[inline]
    fn get(self, packed: u64) -> u32 {
        (packed >> self.first_bit & mask(self.bits)) as u32
    }
}
