//! The collections of this thread, timed.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::cell::RefCell;
use std::time::Instant;
use wasmtime_environ::formats::{OBSERVER, Stage};

/// Nanoseconds of a collection and of its walk of the stack.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pause {
    pub ns: f64,
    pub walk_ns: f64,
    /// Page faults; counted in the first only, as that takes a system call.
    pub faults: u64,
}

#[derive(Default)]
struct Watch {
    faults: u64,
    began: Option<Instant>,
    walked: Option<Instant>,
    pauses: Vec<Pause>,
}

thread_local! {
    static WATCH: RefCell<Watch> = RefCell::default();
}

/// Calls a function and gives the collections in it.
pub fn pauses<T>(f: impl FnOnce() -> T) -> (T, Vec<Pause>) {
    OBSERVER.get_or_init(|| reached);
    WATCH.take();
    let value = f();
    (value, WATCH.take().pauses)
}

fn reached(stage: Stage) {
    WATCH.with_borrow_mut(|watch| match stage {
        Stage::Begins => {
            if watch.pauses.is_empty() {
                watch.faults = page_faults();
            }
            watch.began = Some(Instant::now());
        }
        Stage::Walked => watch.walked = Some(Instant::now()),
        Stage::Over => {
            let (Some(began), Some(walked)) = (watch.began, watch.walked) else {
                return;
            };
            let ns = began.elapsed().as_nanos() as f64;
            let is_first = watch.pauses.is_empty();
            watch.pauses.push(Pause {
                ns,
                walk_ns: (walked - began).as_nanos() as f64,
                faults: if is_first {
                    page_faults() - watch.faults
                } else {
                    0
                },
            });
        }
    });
}

fn page_faults() -> u64 {
    let usage = getrusage(UsageWho::RUSAGE_THREAD);
    usage.map_or(0, |usage| usage.minor_page_faults().cast_unsigned())
}

/// Nanoseconds that processors have worked for this process.
pub fn cpu_ns() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF);
    let usage = usage.map(|usage| [usage.user_time(), usage.system_time()]);
    let times = usage.into_iter().flatten();
    times.map(|time| time.num_nanoseconds() as f64).sum()
}

/// Bytes of memory that this process has had at most.
pub fn peak_bytes() -> u64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF);
    usage.map_or(0, |usage| usage.max_rss().cast_unsigned() << 10)
}
