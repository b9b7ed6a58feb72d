//! Numbers as people read them.

use crate::results::ModuleKey;

/// What stands for a value that was not measured.
pub(crate) const NONE: &str = "–";

/// A value that may be unknown.
pub(crate) fn known<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), show)
}

/// `0.2431` as `24.3 %`, `0.0082` as `0.82 %`.
pub(crate) fn percent(ratio: f64) -> String {
    format!("{} %", percent_number(ratio))
}

/// The same without the sign.
pub(crate) fn percent_number(ratio: f64) -> String {
    let value = 100.0 * ratio;
    if value < 0.995 {
        format!("{value:.2}")
    } else if value < 99.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

/// `1.083` as `1.08×`.
pub(crate) fn times(ratio: f64) -> String {
    format!("{}×", plain(ratio))
}

/// Three significant digits or two decimals, whichever is shorter.
pub(crate) fn plain(value: f64) -> String {
    match value {
        v if v < 0.0995 => format!("{v:.3}"),
        v if v < 9.995 => format!("{v:.2}"),
        v if v < 99.95 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}

/// `18–31 %`.
pub(crate) fn percent_range(min: f64, max: f64) -> String {
    match (percent_number(min), percent_number(max)) {
        (min, max) if min == max => format!("{min} %"),
        (min, max) => format!("{min}–{max} %"),
    }
}

/// `1.08× [1.05, 1.11]`; the baseline has no interval, nor has a single run.
pub(crate) fn with_interval(ratio: f64, ends: Option<(f64, f64)>) -> String {
    match ends {
        Some((lo, hi)) if lo < hi => format!("{} {}", times(ratio), interval(lo, hi)),
        _ => times(ratio),
    }
}

/// `[1.05, 1.11]`.
pub(crate) fn interval(lo: f64, hi: f64) -> String {
    format!("[{}, {}]", plain(lo), plain(hi))
}

/// `name · x86_64 · copying`.
pub(crate) fn module(key: &ModuleKey) -> String {
    format!("{} · {} · {}", key.module, key.isa, key.collector)
}

/// `67058` as `67,058`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `14412345` as `14.4 MB`.
pub(crate) fn bytes(value: u64) -> String {
    let v = value as f64;
    match value {
        0..1_000 => format!("{value} B"),
        1_000..1_000_000 => format!("{} kB", plain(v / 1e3)),
        _ => format!("{} MB", plain(v / 1e6)),
    }
}

/// `yes` or `no`.
pub(crate) fn yes(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// `1 module`, `3 modules`.
pub fn plural(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_that_matter() {
        assert_eq!(percent(0.0082), "0.82 %");
        assert_eq!(percent(0.243), "24.3 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(times(1.083), "1.08×");
        assert_eq!(plain(123.4), "123");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(bytes(14_412_345), "14.4 MB");
        assert_eq!(list(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
