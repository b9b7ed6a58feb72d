//! Where everything is in a child process, as that tells its parent.

use crate::timing::VisitFn;
use anyhow::{Context, Error, Result};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// Addresses in a child process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Of the function that is counted.
    pub entry: u64,
    pub section: Range<u64>,
    pub scratch: Range<u64>,
}

impl Addresses {
    pub fn of(entry: VisitFn, section: &[u8], scratch: &[u64]) -> Addresses {
        let range = |start: usize, bytes: usize| start as u64..(start + bytes) as u64;
        Addresses {
            entry: entry as usize as u64,
            section: range(section.as_ptr().addr(), section.len()),
            scratch: range(scratch.as_ptr().addr(), size_of_val(scratch)),
        }
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Addresses {
            entry,
            section,
            scratch,
        } = self;
        write!(f, "{entry} {} {} ", section.start, section.end)?;
        write!(f, "{} {}", scratch.start, scratch.end)
    }
}

impl FromStr for Addresses {
    type Err = Error;

    fn from_str(line: &str) -> Result<Addresses> {
        let fields: Option<Vec<u64>> = line.split(' ').map(|n| n.parse().ok()).collect();
        let fields = fields.and_then(|fields| <[u64; 5]>::try_from(fields).ok());
        let said = || format!("the child said {line}");
        let [entry, section, section_end, scratch, scratch_end] = fields.with_context(said)?;
        Ok(Addresses {
            entry,
            section: section..section_end,
            scratch: scratch..scratch_end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_written() {
        let addresses = Addresses {
            entry: 1,
            section: 2..3,
            scratch: 5..8,
        };
        assert_eq!(
            addresses.to_string().parse::<Addresses>().unwrap(),
            addresses
        );
        "1 2 3 5".parse::<Addresses>().unwrap_err();
        "1 2 3 5 x".parse::<Addresses>().unwrap_err();
    }
}
