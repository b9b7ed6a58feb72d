//! A heap whose objects move at every collection, and whose addresses are
//! never given out twice: whoever holds on to a freed one is found out.

use std::fmt;

/// First word of an object; its low byte is the number of its fields.
const LIVE: u32 = 0x5a17_0000;
/// First word of an object that was moved; the next is where to.
const MOVED: u32 = 0xf0f0_f0f0;
/// What freed memory is filled with.
const POISON: u32 = 0xdead_dead;
/// Words before the fields: header and payload.
const HEAD: usize = 2;

/// Fields of an object.
pub const FIELDS: usize = 2;

/// A reference that leads to no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dangling {
    /// To where objects once were.
    Freed(u32),
    /// To where no object ever was.
    Wild(u32),
    /// Into the midst of the heap, but not to an object.
    NoObject(u32),
}

impl fmt::Display for Dangling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dangling::Freed(reference) => write!(f, "{reference:#x}, which was freed"),
            Dangling::Wild(reference) => write!(f, "{reference:#x}, which never was an object"),
            Dangling::NoObject(reference) => write!(f, "{reference:#x}, which is no object"),
        }
    }
}

/// Objects of a payload and [`FIELDS`] references; reference 0 is none.
pub struct Heap {
    /// Reference to the first word.
    base: u32,
    words: Vec<u32>,
}

impl Heap {
    pub fn new() -> Heap {
        Heap {
            base: 1,
            words: Vec::new(),
        }
    }

    /// A new object.
    pub fn allocate(&mut self, payload: u32, fields: [u32; FIELDS]) -> u32 {
        let reference = self.base + self.words.len() as u32;
        self.words.extend([LIVE | FIELDS as u32, payload]);
        self.words.extend(fields);
        reference
    }

    pub fn payload(&self, reference: u32) -> Result<u32, Dangling> {
        Ok(self.words[self.index(reference)? + 1])
    }

    pub fn fields(&mut self, reference: u32) -> Result<&mut [u32; FIELDS], Dangling> {
        let at = self.index(reference)? + HEAD;
        let fields = self.words[at..].first_chunk_mut();
        fields.ok_or(Dangling::NoObject(reference))
    }

    fn index(&self, reference: u32) -> Result<usize, Dangling> {
        let index = reference.checked_sub(self.base);
        let index = index.ok_or(Dangling::Freed(reference))? as usize;
        match self.words.get(index) {
            None => Err(Dangling::Wild(reference)),
            Some(&word) if word == LIVE | FIELDS as u32 || word == MOVED => Ok(index),
            Some(_) => Err(Dangling::NoObject(reference)),
        }
    }

    /// Begins to move what is reachable; the roots are given to
    /// [`Collection::root`] one by one.
    pub fn collect(&mut self) -> Collection<'_> {
        let to = Heap {
            base: self.base + self.words.len() as u32,
            words: Vec::new(),
        };
        Collection { from: self, to }
    }
}

/// A collection in progress (Cheney, CACM 1970).
pub struct Collection<'h> {
    from: &'h mut Heap,
    to: Heap,
}

impl Collection<'_> {
    /// Moves what a root refers to, unless that was done, and updates it.
    pub fn root(&mut self, root: &mut u32) -> Result<(), Dangling> {
        if *root == 0 {
            return Ok(());
        }
        let index = self.from.index(*root)?;
        let object = &mut self.from.words[index..index + HEAD + FIELDS];
        if object[0] != MOVED {
            let moved = self.to.base + self.to.words.len() as u32;
            self.to.words.extend_from_slice(object);
            object[0] = MOVED;
            object[1] = moved;
        }
        *root = object[1];
        Ok(())
    }

    /// Moves what the moved refer to; frees the rest.
    pub fn finish(mut self) -> Result<(), Dangling> {
        let mut scanned = 0;
        while scanned < self.to.words.len() {
            for field in scanned + HEAD..scanned + HEAD + FIELDS {
                let mut root = self.to.words[field];
                self.root(&mut root)?;
                self.to.words[field] = root;
            }
            scanned += HEAD + FIELDS;
        }
        self.from.words.fill(POISON);
        std::mem::swap(self.from, &mut self.to);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reachable_moves_and_the_rest_is_gone() {
        let mut heap = Heap::new();
        let leaf = heap.allocate(1, [0, 0]);
        let lost = heap.allocate(2, [0, 0]);
        let mut root = heap.allocate(3, [leaf, 0]);
        let cycle = root;
        heap.fields(leaf).unwrap()[0] = cycle;

        let mut collection = heap.collect();
        collection.root(&mut root).unwrap();
        collection.finish().unwrap();

        assert_ne!(root, cycle);
        assert_eq!(heap.payload(root), Ok(3));
        let moved = heap.fields(root).unwrap()[0];
        assert_eq!(heap.payload(moved), Ok(1));
        assert_eq!(heap.fields(moved).unwrap()[0], root);
        for freed in [leaf, lost, cycle] {
            assert_eq!(heap.payload(freed), Err(Dangling::Freed(freed)));
        }
        assert_eq!(heap.payload(root + 1), Err(Dangling::NoObject(root + 1)));
        assert_eq!(heap.payload(u32::MAX), Err(Dangling::Wild(u32::MAX)));
    }
}
