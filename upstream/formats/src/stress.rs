//! A stress that nobody can call typical: stacks of up to 100,000 frames over heaps
//! of up to 100 MiB, so that one can see from where on a lookup matters.

use crate::job::{Threads, ask};
use crate::observe::{Pause, pauses};
use crate::process::see;
use crate::table::label;
use crate::variant::Variant;
use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use stackmap_corpus::{Collector, Isa};
use stackmap_rehearsal::{COLLECTORS, config, say};
use stackmap_reports::results::{AGAIN, BASELINE, WasmtimeStressRow, write_rows};
use stackmap_reports::stats::{median, over_rounds};
use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use wasmtime::{Caller, Engine, Linker, Module, Store};
use wasmtime_environ::formats;

/// Functions that call one another in a circle, and what is made of them.
struct Circle {
    functions: u64,
    frames: &'static [u64],
    heaps_mib: &'static [u64],
}

/// One whose return addresses a memo holds, and one with twice as many as it has entries.
const CIRCLES: [Circle; 2] = [
    Circle {
        functions: 64,
        frames: &[10, 100, 1000, 10_000, 100_000],
        heaps_mib: &[0, 1, 10, 100],
    },
    Circle {
        functions: 2 * formats::MEMO_ENTRIES as u64,
        frames: &[1000, 10_000, 100_000],
        heaps_mib: &[0, 10],
    },
];

/// A function has from 1 to so many references of its own.
const MOST_REFERENCES: u64 = 5;
/// Bytes of a node in the copying collector's heap: two words of header, a
/// reference, and a number after 4 bytes that align it.
const NODE_BYTES: u64 = 24;

/// Collections at the bottom of the recursion: at least so many, and more while
/// there is time.
const FEWEST: usize = 3;
const MOST: usize = 300;
const TIME: Duration = Duration::from_millis(150);

/// The formats of the stress: a collection of a large heap takes half a second.
const SCHEMES: [&str; 5] = [BASELINE, AGAIN, "delta-tri", "blocks", "blocks-tri"];
/// Those that are run with a memo as well.
const WITH_MEMO: [&str; 2] = [BASELINE, "delta-tri"];

/// Of the orders.
const SEED: u64 = 10_431;

/// What one process is asked: all formats, in this order.
#[derive(Clone, Serialize, Deserialize)]
pub struct Cell {
    collector: Collector,
    functions: u64,
    frames: u64,
    heap_mib: u64,
    variants: Vec<Variant>,
}

/// What collections came to in one format.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Collected {
    /// Median nanoseconds of a collection.
    pause_ns: f64,
    /// Of its walk.
    walk_ns: f64,
    /// Share of the lookups that the memo answered by itself, if there is one.
    memo_hits: Option<f64>,
}

/// Makes the rounds, prints them and writes them.
pub fn measure(out: &Path, rounds: u64) -> Result<()> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut rows = Vec::new();
    say!(
        "{:<10} {:>9} {:>7} {:>5} {:<12} {:>11} {:>6} {:>16} {:>7} {:>9}",
        "collector",
        "functions",
        "frames",
        "MiB",
        "format",
        "pause us",
        "ratio",
        "interval",
        "walk",
        "ns/frame"
    )?;
    for collector in COLLECTORS {
        for circle in &CIRCLES {
            for &frames in circle.frames {
                for &heap_mib in circle.heaps_mib {
                    let cell = Cell {
                        collector,
                        functions: circle.functions,
                        frames,
                        heap_mib,
                        variants: variants(),
                    };
                    let own = cell_rows(&cell, rounds, &mut random)?;
                    own.iter().try_for_each(print)?;
                    rows.extend(own);
                }
            }
        }
    }
    write_rows(out, &rows)?;
    Ok(())
}

fn variants() -> Vec<Variant> {
    let mut variants = Variant::measured();
    variants
        .retain(|v| SCHEMES.contains(&v.scheme()) && (!v.memo || WITH_MEMO.contains(&v.scheme())));
    variants
}

fn cell_rows(cell: &Cell, rounds: u64, random: &mut StdRng) -> Result<Vec<WasmtimeStressRow>> {
    let variants = &cell.variants;
    let mut all = vec![Vec::new(); variants.len()];
    for _ in 0..rounds {
        let mut order: Vec<usize> = (0..variants.len()).collect();
        order.shuffle(random);
        let shuffled = Cell {
            variants: order.iter().map(|&i| variants[i]).collect(),
            ..cell.clone()
        };
        let answer: Vec<Collected> = ask("stress", &shuffled, Threads::One)?;
        for (i, collected) in order.into_iter().zip(answer) {
            all[i].push(collected);
        }
    }
    let today = variants
        .iter()
        .position(|v| v.scheme() == BASELINE && !v.memo);
    let today = all[today.context("today's format is one of the variants")?].clone();
    let row = |(variant, own): (&Variant, &Vec<Collected>)| -> Result<WasmtimeStressRow> {
        let logs = own
            .iter()
            .zip(&today)
            .map(|(own, today)| (own.pause_ns / today.pause_ns).ln());
        let logs = logs.collect();
        let pause_ns = median(own.iter().map(|c| c.pause_ns).collect());
        let walk_ns = median(own.iter().map(|c| c.walk_ns).collect());
        let (pause_ratio, interval) = over_rounds(logs).context("a collection took no time")?;
        let (pause_lo, pause_hi) = interval.unzip();
        Ok(WasmtimeStressRow {
            scheme: variant.scheme().to_owned(),
            collector: cell.collector,
            memo: variant.memo_entries(),
            functions: cell.functions,
            frames: cell.frames,
            heap_mib: cell.heap_mib,
            pause_ns,
            pause_ratio,
            pause_lo,
            pause_hi,
            walk_share: (walk_ns / pause_ns).min(1.0),
            frame_ns: walk_ns / cell.frames as f64,
            processes: rounds,
            memo_hits: own.iter().filter_map(|c| c.memo_hits).reduce(f64::min),
        })
    };
    variants.iter().zip(&all).map(row).collect()
}

fn print(row: &WasmtimeStressRow) -> Result<()> {
    let scheme = label(&row.scheme, row.memo);
    let ends = row.pause_lo.zip(row.pause_hi);
    let interval = ends.map_or(String::new(), |(lo, hi)| format!("[{lo:.3}, {hi:.3}]"));
    say!(
        "{:<10} {:>9} {:>7} {:>5} {scheme:<12} {:>11.1} {:>6.3} {interval:>16} {:>5.1} % {:>9.1}",
        row.collector,
        row.functions,
        row.frames,
        row.heap_mib,
        row.pause_ns / 1000.0,
        row.pause_ratio,
        row.walk_share * 100.0,
        row.frame_ns
    )
}

/// In a process of its own.
pub fn measure_cell(cell: &Cell) -> Result<Vec<Collected>> {
    let wasm = wat::parse_str(module(cell.functions))?;
    let isa = Isa::host().context("Cranelift does not compile for this machine")?;
    let engine = Engine::new(&config(isa, cell.collector)?)?;
    let collected = cell.variants.iter().map(|variant| {
        variant.select();
        let code = Module::new(&engine, &wasm)?;
        collect(&engine, &code, cell, *variant)
    });
    collected.collect()
}

fn collect(engine: &Engine, code: &Module, cell: &Cell, variant: Variant) -> Result<Collected> {
    let mut store = Store::new(engine, (Vec::new(), 0.0));
    let mut linker = Linker::new(engine);
    linker.func_wrap(
        "",
        "bottom",
        |mut caller: Caller<'_, (Vec<Pause>, f64)>| -> wasmtime::Result<()> {
            *caller.data_mut() = collect_here(&mut caller)?;
            Ok(())
        },
    )?;
    let instance = linker.instantiate(&mut store, code)?;
    let run = instance.get_typed_func::<(i64, i64), i64>(&mut store, "run")?;
    let nodes = cell.heap_mib * (1 << 20) / NODE_BYTES;
    let sum = run.call(&mut store, (cell.frames as i64, nodes as i64))?;
    let expected = (0..cell.frames)
        .map(|frame| references(frame % cell.functions))
        .sum::<u64>()
        + nodes;
    ensure!(sum == expected as i64, "it returned {sum}, not {expected}");
    let (pauses, memo_hits) = store.into_data();
    let each = |of: fn(&Pause) -> f64| median(pauses.iter().map(of).collect());
    Ok(Collected {
        pause_ns: each(|pause| pause.ns),
        walk_ns: each(|pause| pause.walk_ns),
        memo_hits: variant.memo.then_some(memo_hits),
    })
}

/// Times collections; of one more, counts the share of lookups that the memo answers.
fn collect_here<T>(caller: &mut Caller<'_, T>) -> wasmtime::Result<(Vec<Pause>, f64)> {
    // Garbage of the build is gone, and the heap has the size that it needs.
    caller.gc(None)?;
    let started = Instant::now();
    let (collected, pauses) = pauses(|| -> wasmtime::Result<()> {
        for i in 0..MOST {
            if i >= FEWEST && started.elapsed() > TIME {
                break;
            }
            caller.gc(None)?;
        }
        Ok(())
    });
    collected?;
    see(formats::HASHED);
    caller.gc(None)?;
    let count = |counter: &AtomicU64| counter.load(Relaxed) as f64;
    let handed_on = count(&formats::HANDED_ON) / count(&formats::LOOKUPS);
    see(formats::PLAIN);
    Ok((pauses, 1.0 - handed_on))
}

/// References that a function has on the stack.
fn references(function: u64) -> u64 {
    1 + function % MOST_REFERENCES
}

/// A recursion through so many functions with different frames, over a list.
fn module(functions: u64) -> String {
    let mut wat = String::from(
        r#"(module
  (type $node (struct (field (ref null $node)) (field i64)))
  (import "" "bottom" (func $bottom))
  (func $list (param $nodes i64) (result (ref null $node))
    (local $list (ref null $node))
    (block $done
      (loop $next
        (br_if $done (i64.eqz (local.get $nodes)))
        (local.set $list (struct.new $node (local.get $list) (i64.const 1)))
        (local.set $nodes (i64.sub (local.get $nodes) (i64.const 1)))
        (br $next)))
    (local.get $list))
  (func $length (param $list (ref null $node)) (result i64)
    (local $sum i64)
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $list)))
        (local.set $sum (i64.add (local.get $sum) (struct.get $node 1 (local.get $list))))
        (local.set $list (struct.get $node 0 (local.get $list)))
        (br $next)))
    (local.get $sum))
  (func (export "run") (param $frames i64) (param $nodes i64) (result i64)
    (local $list (ref null $node))
    (local.set $list (call $list (local.get $nodes)))
    (i64.add
      (call $f0 (local.get $frames))
      (call $length (local.get $list))))
"#,
    );
    for f in 0..functions {
        let next = (f + 1) % functions;
        let own = 0..references(f);
        let mut function = format!("  (func $f{f} (param $frames i64) (result i64)\n");
        for r in own.clone() {
            writeln!(function, "    (local $r{r} (ref null $node))").expect("memory");
        }
        function.push_str(
            "    (if (i64.eqz (local.get $frames)) (then (call $bottom) (return (i64.const 0))))\n",
        );
        for r in own.clone() {
            writeln!(
                function,
                "    (local.set $r{r} (struct.new $node (ref.null $node) (i64.const 1)))"
            )
            .expect("memory");
        }
        writeln!(
            function,
            "    (call $f{next} (i64.sub (local.get $frames) (i64.const 1)))"
        )
        .expect("memory");
        for r in own {
            writeln!(
                function,
                "    (i64.add (struct.get $node 1 (local.get $r{r})))"
            )
            .expect("memory");
        }
        function.push_str("  )\n");
        wat.push_str(&function);
    }
    wat.push_str(")\n");
    wat
}
