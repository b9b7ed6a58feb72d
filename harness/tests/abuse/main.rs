//! The lab called in ways that nobody meant: whatever happens, nothing
//! measured is lost, and nothing ends without a word.

mod children;
mod folders;
mod interruptions;
mod modules;
mod publishing;
mod results;
mod support;
mod usage;
