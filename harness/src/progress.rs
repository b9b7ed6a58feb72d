//! Progress on stderr; silent when stderr is not a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `len` steps.
pub fn bar(what: &str, len: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} ({eta} left)");
    let bar = ProgressBar::new(len as u64).with_message(what.to_owned());
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
