//! The caches of a CPU.

use std::fs;

/// Bytes assumed where the system does not tell: a common size, rounded up.
const DEFAULT_L2: usize = 1 << 20;
const DEFAULT_LAST: usize = 32 << 20;
/// Bytes per cache line, or a divisor of it.
pub const LINE: usize = 64;

/// Cache sizes of one CPU in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caches {
    pub l2: usize,
    /// The last level, whichever that is.
    pub last: usize,
    /// Whether the system told, or defaults were assumed.
    pub known: bool,
}

impl Caches {
    /// Reads Linux's `/sys`; elsewhere assumes 1 MiB and 32 MiB.
    pub fn read() -> Caches {
        let (mut l2, mut last) = (None, None);
        for index in 0..8 {
            let dir = format!("/sys/devices/system/cpu/cpu0/cache/index{index}");
            let read = |file: &str| fs::read_to_string(format!("{dir}/{file}")).ok();
            let (Some(level), Some(size)) = (read("level"), read("size")) else {
                continue;
            };
            let Some(bytes) = parse_size(size.trim()) else {
                continue;
            };
            if level.trim() == "2" {
                l2 = Some(bytes);
            }
            last = last.max(Some(bytes));
        }
        Caches {
            l2: l2.unwrap_or(DEFAULT_L2),
            last: last.unwrap_or(DEFAULT_LAST),
            known: l2.is_some() && last.is_some(),
        }
    }
}

/// `512K` or `32M` in bytes.
fn parse_size(size: &str) -> Option<usize> {
    let (digits, shift) = match size.strip_suffix(['K', 'M']) {
        Some(digits) if size.ends_with('K') => (digits, 10),
        Some(digits) => (digits, 20),
        None => (size, 0),
    };
    digits.parse::<usize>().ok().map(|n| n << shift)
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("512K"), Some(512 << 10));
        assert_eq!(parse_size("32M"), Some(32 << 20));
        assert_eq!(parse_size("4096"), Some(4096));
        assert_eq!(parse_size("big"), None);
    }
}
