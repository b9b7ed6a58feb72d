//! Which rows of an interrupted run still stand, and what is left to time.
//!
//! A row stands if the scheme's code, the baseline's code and the module's table
//! are the same; the options are (`run.json` sees to that). Whatever is new or changed is timed in a
//! group of its own, together with the baseline and the controls.

use super::folder::TimingFolder;
use super::group::{ModulePlan, SchemeKey, TimingGroup};
use super::timed_scheme::TimedScheme;
use super::{controls, registry};
use crate::digest::hex;
use crate::scheme::Scheme;
use anyhow::Result;
use sha2::{Digest, Sha256};
use stackmap_reports::results::is_timing_control;

/// Hash of the code that times.
const HARNESS: &str = env!("STACKMAP_LAB_TIMING_CODE");

/// A scheme's name and the hash of all code that is timed with it. A control
/// is the harness's own.
pub fn keys(schemes: &[TimedScheme]) -> Vec<SchemeKey> {
    let key = |scheme: &TimedScheme| {
        let mut hash = Sha256::new().chain_update(HARNESS);
        let texts = scheme.source.iter().flat_map(|source| source.code());
        texts
            .flat_map(code_lines)
            .for_each(|line| hash.update(line));
        SchemeKey {
            name: scheme.name.into(),
            code: hex(&hash.finalize()),
        }
    };
    schemes.iter().map(key).collect()
}

/// The hashes of the code that times these schemes and the controls, by name.
pub fn code_hashes(schemes: &[Scheme]) -> Result<Vec<(String, String)>> {
    let names: Vec<&str> = schemes.iter().map(|s| s.name).collect();
    let mut timed = registry::all_named(&names)?;
    timed.extend(controls::all());
    let keys = keys(&timed).into_iter();
    Ok(keys.map(|key| (key.name, key.code)).collect())
}

/// What of a text is neither blank nor comment: a word in a comment makes no
/// timing void.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//"))
}

/// The groups of an interrupted run, less what no longer stands.
pub fn standing(
    folder: &TimingFolder,
    keys: &[SchemeKey],
    modules: &[String],
) -> Result<Vec<TimingGroup>> {
    let mut groups = Vec::new();
    for number in (0..).take_while(|&n| folder.has_group(n)) {
        let mut group = folder.read_group(number)?;
        group.schemes.retain(|s| keys.contains(s));
        if group.schemes.first() != keys.first() {
            group.schemes.clear();
        }
        let stands = |name: &String| group.schemes.iter().any(|s| s.name == *name);
        for module in &mut group.modules {
            module.schemes.retain(stands);
        }
        group
            .modules
            .retain(|m| modules.contains(&m.folder) && !m.schemes.is_empty());
        groups.push(group);
    }
    Ok(groups)
}

/// The schemes of one module that no group times yet, with the baseline and
/// the controls to compare them with; empty if there are none.
pub fn missing(
    groups: &[TimingGroup],
    folder: &str,
    schemes: &[&'static str],
) -> Vec<&'static str> {
    let timed = |name: &str| {
        let modules = groups
            .iter()
            .flat_map(|g| &g.modules)
            .filter(|m| m.folder == folder);
        modules.flat_map(|m| &m.schemes).any(|s| s == name)
    };
    if schemes.iter().all(|s| timed(s)) {
        return Vec::new();
    }
    let schemes = schemes.iter().copied();
    schemes
        .filter(|s| !timed(s) || is_timing_control(s))
        .collect()
}

/// The modules of a group that a process has not finished.
pub fn unfinished<'g>(
    folder: &TimingFolder,
    group: &'g TimingGroup,
    process: usize,
) -> Vec<&'g ModulePlan> {
    let done = |m: &&ModulePlan| folder.rows(group.number, process, &m.folder).exists();
    group.modules.iter().filter(|m| !done(m)).collect()
}
