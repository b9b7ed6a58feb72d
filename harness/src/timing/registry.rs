//! What can be timed: the registered schemes, and the controls.

use super::controls;
use super::timed_scheme::TimedScheme;
use anyhow::{Context, Result};
use stackmap_encoders::{Encoder, SchemeSource, SchemeVisitor, for_each_scheme};

fn all() -> Vec<TimedScheme> {
    struct Collect(Vec<TimedScheme>);
    impl SchemeVisitor for Collect {
        fn visit<E: Encoder>(&mut self, source: &'static SchemeSource) {
            self.0.push(TimedScheme::of::<E>(source));
        }
    }
    let mut collect = Collect(Vec::new());
    for_each_scheme(&mut collect);
    collect.0.extend(controls::all());
    collect.0
}

/// A scheme or control by name.
pub fn named(name: &str) -> Result<TimedScheme> {
    let found = all().into_iter().find(|s| s.name == name);
    found.with_context(|| format!("scheme {name}: unknown to this binary; start a new run"))
}

/// Schemes and controls by name, in the order asked for.
pub fn all_named<S: AsRef<str>>(names: &[S]) -> Result<Vec<TimedScheme>> {
    names.iter().map(|name| named(name.as_ref())).collect()
}
