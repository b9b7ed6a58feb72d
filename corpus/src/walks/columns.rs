//! Stacks as columns, and back. The parent module draws the layout.

use crate::recorded::varint::{Column, put};
use std::collections::BTreeSet;

const COLUMNS: usize = 4;

/// The body of a file, not yet packed. Stacks are innermost first.
pub(super) fn write(stacks: &[Vec<u32>]) -> Vec<u8> {
    let mut columns: [Vec<u8>; COLUMNS] = Default::default();
    let [addresses, shared, further, frames] = &mut columns;
    let distinct: BTreeSet<u32> = stacks.iter().flatten().copied().collect();
    let distinct: Vec<u32> = distinct.into_iter().collect();
    let mut before = 0;
    for &pc in &distinct {
        put(addresses, u64::from(pc - before));
        before = pc;
    }
    let mut previous: &[u32] = &[];
    for stack in stacks {
        let pairs = stack.iter().rev().zip(previous.iter().rev());
        let same = pairs.take_while(|(a, b)| a == b).count();
        put(shared, same as u64);
        put(further, (stack.len() - same) as u64);
        for pc in stack.iter().rev().skip(same) {
            put(frames, distinct.partition_point(|known| known < pc) as u64);
        }
        previous = stack;
    }
    let mut out = Vec::new();
    for column in columns {
        out.extend((column.len() as u32).to_le_bytes());
        out.extend(column);
    }
    out
}

/// The stacks in an unpacked body, at most so many frames; `None` if it is damaged.
pub(super) fn read(body: &[u8], mut most_frames: u64) -> Option<Vec<Vec<u32>>> {
    let mut rest = body;
    let mut columns = [const { Column(&[]) }; COLUMNS];
    for column in &mut columns {
        let (length, tail) = rest.split_first_chunk()?;
        let (bytes, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        *column = Column(bytes);
        rest = tail;
    }
    let [addresses, shared, further, frames] = &mut columns;
    let (mut distinct, mut pc) = (Vec::new(), 0);
    while !addresses.0.is_empty() {
        pc = addresses.above(pc)?;
        distinct.push(pc);
    }
    let (mut stacks, mut previous) = (Vec::new(), Vec::new());
    while !shared.0.is_empty() {
        // Outermost first, as the column has it.
        let mut stack: Vec<u32> = previous;
        let same = usize::try_from(shared.number()?).ok()?;
        if same > stack.len() {
            return None;
        }
        stack.truncate(same);
        let more = further.number()?;
        most_frames = most_frames.checked_sub(more.checked_add(same as u64)?)?;
        for _ in 0..more {
            let index = usize::try_from(frames.number()?).ok()?;
            stack.push(*distinct.get(index)?);
        }
        stacks.push(stack.iter().rev().copied().collect());
        previous = stack;
    }
    let exhausted = rest.is_empty() && columns.iter().all(|c| c.0.is_empty());
    exhausted.then_some(stacks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn stacks_survive(stacks in vec(vec(0u32..9, 0..6), 0..9)) {
            let frames = stacks.iter().map(Vec::len).sum::<usize>() as u64;
            let body = write(&stacks);
            prop_assert_eq!(read(&body, frames), Some(stacks));
            if frames > 0 {
                prop_assert_eq!(read(&body, frames - 1), None);
            }
        }

        #[test]
        fn any_bytes_are_read_without_panic(
            body in vec(any::<u8>(), 0..99), columns in vec(vec(any::<u8>(), 0..9), COLUMNS),
        ) {
            read(&body, 99);
            let column = |c: &Vec<u8>| [&(c.len() as u32).to_le_bytes()[..], c].concat();
            read(&columns.iter().flat_map(column).collect::<Vec<u8>>(), 99);
        }
    }
}
