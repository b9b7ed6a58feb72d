//! Progress on stderr; silent when stderr is not a terminal.

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

/// A bar over `len` steps.
pub fn bar(what: &str, len: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({eta} left)");
    let bar = ProgressBar::new(len as u64).with_message(what.to_owned());
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Does one thing to each item, in parallel, and shows how far that is. The
/// results come in the order of the items.
pub fn each<T: Sync, R: Send>(
    what: &str,
    items: &[T],
    one: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let bar = bar(what, items.len());
    let results = items.par_iter().map(|item| {
        let result = one(item);
        bar.inc(1);
        result
    });
    let results = results.collect();
    bar.finish_and_clear();
    results
}
