//! Sees every collection of a thread, those that an allocation starts included.
//!
//! Wasmtime has no hook for that. But it logs, at level `trace`, when the
//! collector begins and ends to walk the Wasm stack, and the return address of each
//! frame that it visits. A logger that listens to these messages is told exactly
//! what the collector looks up, in its order, and changes neither Wasmtime nor the
//! code that runs.
//!
//! Suspended continuations are walked after the stack and are not recorded; no
//! pinned module has any.

use crate::error::CorpusError;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::mem;
use std::ops::Range;
use std::sync::{Mutex, Once, PoisonError};

/// Where Wasmtime logs the phases of a collection, and what it says there.
const PHASES: &str = "wasmtime::runtime::store::gc";
const BEGIN: &str = "Begin trace GC roots :: Wasm stack";
const END: &str = "End trace GC roots :: Wasm stack";
/// Where it logs the frames of a stack, and how a return address begins there.
const FRAMES: &str = "wasmtime_internal_unwinder::stackwalk";
const PC: &str = "pc = 0x";

/// Return addresses kept of one execution; beyond that every other stack is
/// dropped, so that those kept are spread over the whole of it.
const MOST_FRAMES: u64 = 1 << 18;

/// The collections of an execution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// The return addresses of the collections that were kept, as offsets into the
    /// text section, innermost first.
    pub stacks: Vec<Vec<u32>>,
    /// How many collections there were, kept or not.
    pub collections: u64,
    /// How many frames they walked.
    pub frames: u64,
    /// One collection in so many is kept.
    pub every: u64,
    /// Every return address, of collections that were not kept, too.
    pub pcs: BTreeSet<u32>,
    /// Return addresses outside the text section.
    pub strange: u64,
}

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// One execution is watched at a time: the level of logging belongs to the process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs `run` and gives the collections that it started on this thread, in the code
/// whose text section lies at `text`.
pub fn watch<R>(text: Range<usize>, run: impl FnOnce() -> R) -> Result<(R, Watched), CorpusError> {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    install()?;
    WATCH.set(Some(Watch::new(text)));
    let level = log::max_level();
    log::set_max_level(log::LevelFilter::Trace);
    let result = run();
    log::set_max_level(level);
    let watch = WATCH.take().map(|watch| watch.watched);
    Ok((result, watch.unwrap_or_default()))
}

fn install() -> Result<(), CorpusError> {
    static LISTENER: Listener = Listener;
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        log::set_logger(&LISTENER).ok();
    });
    // Another logger would be told what this one waits for.
    let ours = log::logger().enabled(&log::Metadata::builder().target(PHASES).build());
    ours.then_some(()).ok_or_else(|| {
        let remedy = "remove it: collections are seen by what Wasmtime logs";
        CorpusError::unusable("this program", "it has a logger of its own", remedy)
    })
}

struct Listener;

impl log::Log for Listener {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        [PHASES, FRAMES].contains(&metadata.target())
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        WATCH.with_borrow_mut(|watch| {
            let Some(watch) = watch else { return };
            match (record.target(), record.args().as_str()) {
                (PHASES, Some(BEGIN)) => watch.begin(),
                (PHASES, Some(END)) => watch.end(),
                (FRAMES, None) if watch.walking => {
                    let message = record.args().to_string();
                    let pc = message.strip_prefix(PC);
                    if let Some(pc) = pc.and_then(|pc| usize::from_str_radix(pc, 16).ok()) {
                        watch.frame(pc);
                    }
                }
                _ => {}
            }
        });
    }

    fn flush(&self) {}
}

/// A stack as the collector walks it, and those before.
struct Watch {
    text: Range<usize>,
    walking: bool,
    stack: Vec<u32>,
    kept: u64,
    watched: Watched,
}

impl Watch {
    fn new(text: Range<usize>) -> Watch {
        Watch {
            text,
            walking: false,
            stack: Vec::new(),
            kept: 0,
            watched: Watched {
                every: 1,
                ..Watched::default()
            },
        }
    }

    fn begin(&mut self) {
        self.walking = true;
        self.stack.clear();
    }

    fn frame(&mut self, pc: usize) {
        // A call may be the last instruction of the text section.
        if self.text.contains(&pc.wrapping_sub(1)) {
            let pc = (pc - self.text.start) as u32;
            self.stack.push(pc);
            self.watched.pcs.insert(pc);
        } else {
            self.watched.strange += 1;
        }
    }

    fn end(&mut self) {
        self.walking = false;
        self.watched.collections += 1;
        self.watched.frames += self.stack.len() as u64;
        if !self.watched.collections.is_multiple_of(self.watched.every) {
            return;
        }
        self.kept += self.stack.len() as u64;
        self.watched.stacks.push(mem::take(&mut self.stack));
        if self.kept > MOST_FRAMES {
            self.thin_out();
        }
    }

    /// Drops every other stack, and from now on keeps half as many.
    fn thin_out(&mut self) {
        self.watched.every *= 2;
        let all = mem::take(&mut self.watched.stacks);
        let kept: Vec<_> = all.into_iter().skip(1).step_by(2).collect();
        self.kept = kept.iter().map(|stack| stack.len() as u64).sum();
        self.watched.stacks = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch_of(depth: usize, collections: usize) -> Watched {
        let mut watch = Watch::new(0x1000..0x2000);
        for _ in 0..collections {
            watch.begin();
            (0..depth).for_each(|i| watch.frame(0x1001 + i));
            watch.end();
        }
        watch.watched
    }

    #[test]
    fn stacks_are_offsets_and_all_are_counted() {
        let watched = watch_of(3, 5);
        assert_eq!((watched.collections, watched.frames), (5, 15));
        assert_eq!(watched.stacks, vec![vec![1, 2, 3]; 5]);
        assert_eq!((watched.every, watched.strange), (1, 0));
    }

    #[test]
    fn too_many_stacks_are_thinned_out_evenly() {
        let watched = watch_of(1000, 1000);
        assert_eq!(watched.frames, 1_000_000);
        assert_eq!(watched.every, 4);
        assert_eq!(
            watched.stacks.len() as u64,
            watched.collections / watched.every
        );
    }

    #[test]
    fn an_address_outside_the_code_is_counted_apart() {
        let mut watch = Watch::new(0x1000..0x2000);
        watch.begin();
        watch.frame(0x1000);
        watch.frame(0x2001);
        watch.end();
        assert_eq!(watch.watched.strange, 2);
        assert_eq!(watch.watched.stacks, vec![Vec::<u32>::new()]);
    }
}
