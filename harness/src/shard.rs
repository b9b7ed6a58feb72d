//! Shares of a run: what one machine of several takes on.

use serde::{Deserialize, Serialize};
use stackmap_corpus::Module;
use std::str::FromStr;

/// What a module costs besides its safepoints, in safepoints.
const EACH: usize = 2_000;

/// Share `index` of `of`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    pub index: usize,
    pub of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let parts = text.split_once('/');
        let parsed = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parsed {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
            _ => Err("give I/N with I from 1 to N, such as 2/4".to_owned()),
        }
    }
}

/// What a folder's share is of: the same for all shares of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardRecord {
    pub shard: Shard,
    /// Hash of the lab's binary, the seed, the schemes and all modules.
    pub run: String,
    pub seed: u64,
}

impl ShardRecord {
    /// The file in a results folder.
    pub const FILE: &str = "shard.json";
}

/// Keeps one share: modules next to each other, such that all shares have
/// about as many safepoints.
pub fn keep(modules: &mut Vec<Module>, shard: Shard) {
    let weights: Vec<usize> = modules.iter().map(|m| m.table.len() + EACH).collect();
    let mut shares = shares(&weights, shard.of).into_iter();
    modules.retain(|_| shares.next() == Some(shard.index));
}

/// The share of each weight, from 1 to `of`, ascending.
fn shares(weights: &[usize], of: usize) -> Vec<usize> {
    let total: usize = weights.iter().sum();
    let mut before = 0;
    let share = |weight: &usize| {
        let middle = before + weight / 2;
        before += weight;
        // Wide, because nobody limits the number of shares.
        (middle as u128 * of as u128 / total.max(1) as u128) as usize + 1
    };
    weights.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_even_and_in_order() {
        assert_eq!(shares(&[5, 5, 5, 5], 2), [1, 1, 2, 2]);
        assert_eq!(shares(&[30, 5, 5, 20], 2), [1, 2, 2, 2]);
        assert_eq!(shares(&[1, 1, 1], 1), [1, 1, 1]);
        assert_eq!(shares(&[], 3), [0; 0]);
        assert_eq!(shares(&[4], usize::MAX), [usize::MAX / 2 + 1]);
    }

    #[test]
    fn shares_are_named_from_one() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for wrong in ["0/3", "4/3", "1/0", "1", "a/b", ""] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
