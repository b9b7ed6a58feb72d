//! LEB128 into a column and back. Reading never trusts a length.

/// Appends an unsigned number.
pub(crate) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends the difference of two numbers. Differences near zero take fewest
/// bytes, whatever their sign.
pub(crate) fn put_difference(out: &mut Vec<u8>, from: u32, to: u32) {
    let d = i64::from(to) - i64::from(from);
    put(out, ((d << 1) ^ (d >> 63)) as u64);
}

/// What is left of a column.
pub(crate) struct Column<'b>(pub &'b [u8]);

impl Column<'_> {
    /// The next byte; `None` at the end.
    pub fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    /// The next number; `None` at the end and beyond 63 bits.
    pub fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// `from` plus the next number; `None` beyond 32 bits.
    pub fn above(&mut self, from: u32) -> Option<u32> {
        u32::try_from(u64::from(from).checked_add(self.number()?)?).ok()
    }

    /// `from` plus the next signed difference; `None` beyond 32 bits.
    pub fn differing(&mut self, from: u32) -> Option<u32> {
        let zigzag = self.number()?;
        let d = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
        u32::try_from(i64::from(from).checked_add(d)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_survive(values: Vec<(u32, u32)>) {
            let mut bytes = Vec::new();
            for &(a, b) in &values {
                put(&mut bytes, a.into());
                put_difference(&mut bytes, a, b);
            }
            let mut column = Column(&bytes);
            for &(a, b) in &values {
                prop_assert_eq!(column.number(), Some(a.into()));
                prop_assert_eq!(column.differing(a), Some(b));
            }
            prop_assert_eq!(column.byte(), None);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>, from: u32) {
            let mut column = Column(&bytes);
            while column.above(from).is_some() {}
            while column.differing(from).is_some() {}
        }
    }

    #[test]
    fn an_endless_number_is_refused() {
        assert_eq!(Column(&[0xff; 64]).number(), None);
        assert_eq!(Column(&[0x80]).number(), None);
    }
}
