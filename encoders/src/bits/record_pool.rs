//! Hash-consing: each distinct data record is written once.

use crate::bits::record_writer::append_record;
use crate::error::EncodeError;
use crate::table::Safepoint;
use alloc::vec::Vec;
use hashbrown::HashMap;

/// Word offsets of the distinct records of a section under construction.
#[derive(Default)]
pub(crate) struct RecordPool<'t> {
    offsets: HashMap<(u32, &'t [u32]), u32>,
}

impl<'t> RecordPool<'t> {
    /// The offset of an equal record written before, or of a new one.
    pub(crate) fn intern(
        &mut self,
        scheme: &'static str,
        data: &mut Vec<u8>,
        safepoint: Safepoint<'t>,
    ) -> Result<u32, EncodeError> {
        let key = (safepoint.frame_size, safepoint.bitmap);
        if let Some(&offset) = self.offsets.get(&key) {
            return Ok(offset);
        }
        let offset = append_record(scheme, data, safepoint)?;
        self.offsets.insert(key, offset);
        Ok(offset)
    }
}
