//! Custom sections of a WebAssembly module.

/// Bytes of the preamble: magic and version.
const PREAMBLE: usize = 8;
const CUSTOM: u8 = 0;

/// The content of the custom section of that name, if there is one.
pub(super) fn custom<'w>(wasm: &'w [u8], name: &str) -> Option<&'w [u8]> {
    let mut rest = wasm.get(PREAMBLE..)?;
    while let Some((&id, tail)) = rest.split_first() {
        let (length, tail) = leb128(tail)?;
        let (section, tail) = tail.split_at_checked(length)?;
        rest = tail;
        if id == CUSTOM {
            let (length, section) = leb128(section)?;
            let (called, content) = section.split_at_checked(length)?;
            if called == name.as_bytes() {
                return Some(content);
            }
        }
    }
    None
}

/// A length, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (i, &byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            return Some((value, &bytes[i + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_section_is_found_by_name() {
        let wasm = b"\0asm\x01\0\0\0\x01\x01\0\0\x05\x01axyz\0\x04\x01bcd";
        assert_eq!(custom(wasm, "a"), Some(&b"xyz"[..]));
        assert_eq!(custom(wasm, "b"), Some(&b"cd"[..]));
        assert_eq!(custom(wasm, "c"), None);
        assert_eq!(custom(&wasm[..15], "a"), None);
    }
}
