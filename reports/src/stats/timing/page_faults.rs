//! What lookups in a section that was just mapped pay in page faults:
//! `page-faults.csv`.

use super::cell::Setting;
use crate::results::PageFaultRow;
use crate::stats::arithmetic::round;
use std::collections::HashMap;

/// Lookups and page faults, by the numbers of setting and scheme.
#[derive(Debug, Default)]
pub(super) struct PageFaults(HashMap<(u32, u32), (u64, u64)>);

impl PageFaults {
    /// Adds a batch.
    pub(super) fn add(&mut self, setting: u32, scheme: u32, lookups: u64, faults: u64) {
        let sums = self.0.entry((setting, scheme)).or_default();
        sums.0 += lookups;
        sums.1 += faults;
    }

    /// One row per scheme and setting, in order of their names. `setting_at` and
    /// `scheme_at` say where the name of each number is.
    pub(super) fn rows(
        &self,
        (settings, setting_at): &(Vec<Setting>, Vec<u32>),
        (schemes, scheme_at): &(Vec<String>, Vec<u32>),
    ) -> Vec<PageFaultRow> {
        let places = self.0.iter().map(|(&(setting, scheme), &sums)| {
            let setting = setting_at[setting as usize] as usize;
            (setting, scheme_at[scheme as usize] as usize, sums)
        });
        let mut places: Vec<_> = places.collect();
        places.sort_unstable();
        let row = |(setting, scheme, (lookups, faults)): (usize, usize, (u64, u64))| {
            let Setting {
                tier,
                module,
                scenario,
            } = settings[setting].clone();
            PageFaultRow {
                scheme: schemes[scheme].clone(),
                module: module.module,
                isa: module.isa,
                collector: module.collector,
                tier,
                queries: scenario.queries,
                cache: scenario.cache,
                timed: scenario.timed,
                lookups,
                faults: round(faults as f64 / lookups as f64, 6),
            }
        };
        places.into_iter().map(row).collect()
    }
}
