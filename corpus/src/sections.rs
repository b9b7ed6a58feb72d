//! Sections of WebAssembly modules and components.

/// Bytes of the preamble: magic and version.
const PREAMBLE: usize = 8;
const CUSTOM: u8 = 0;

/// In a component, a section with a module in it.
const CORE_MODULE: u8 = 1;

/// The content of the custom section of that name, if there is one.
pub(crate) fn custom<'w>(wasm: &'w [u8], name: &str) -> Option<&'w [u8]> {
    sections(wasm).find_map(|(id, content)| {
        let (length, rest) = leb128(content).filter(|_| id == CUSTOM)?;
        let (called, content) = rest.split_at_checked(length)?;
        (called == name.as_bytes()).then_some(content)
    })
}

/// The `index`th module in a component, if it has so many.
pub(crate) fn core_module(component: &[u8], index: usize) -> Option<&[u8]> {
    let modules = sections(component).filter(|&(id, _)| id == CORE_MODULE);
    modules.map(|(_, content)| content).nth(index)
}

/// Each section's id and content, up to the first that is cut off.
fn sections(wasm: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = wasm.get(PREAMBLE..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (&id, tail) = rest.split_first()?;
        let (length, tail) = leb128(tail)?;
        let (content, tail) = tail.split_at_checked(length)?;
        rest = tail;
        Some((id, content))
    })
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

    #[test]
    fn a_module_in_a_component_is_found_by_index() {
        let component = b"\0asm\x0d\0\x01\0\x01\x02ab\x07\x01x\x01\x01c";
        assert_eq!(core_module(component, 0), Some(&b"ab"[..]));
        assert_eq!(core_module(component, 1), Some(&b"c"[..]));
        assert_eq!(core_module(component, 2), None);
    }
}
