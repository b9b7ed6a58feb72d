//! The generated families are reproducible and have the properties that they
//! are named for.

use stackmap_corpus::synthetic::{Options, modules};
use stackmap_corpus::{Collector, Isa, Module, Tier};
use stackmap_encoders::Safepoint;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static DEFAULT: LazyLock<Vec<Module>> =
    LazyLock::new(|| modules(&Options::default(), |_| true).expect("the default set compiles"));

fn family(name: &str) -> &'static Module {
    let found = DEFAULT.iter().find(|m| m.name == name);
    found.unwrap_or_else(|| panic!("no family {name}"))
}

fn small(seed: u64, isa: Isa) -> Vec<Module> {
    let options = Options {
        seed,
        functions: 34,
        target: isa.to_string(),
    };
    modules(&options, |_| true).expect("compiles")
}

fn share_of_empties(module: &Module) -> f64 {
    module.table.empties() as f64 / module.table.len() as f64
}

fn bytes_per_safepoint(module: &Module) -> f64 {
    module.text_bytes as f64 / module.table.len() as f64
}

fn mean(values: impl Iterator<Item = usize>) -> f64 {
    let (sum, count) = values.fold((0, 0), |(sum, count), v| (sum + v, count + 1));
    sum as f64 / f64::from(count)
}

fn median(values: impl Iterator<Item = usize>) -> usize {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values[values.len() / 2]
}

fn live(module: &Module) -> impl Iterator<Item = usize> {
    module.table.iter_maps().map(|s| s.slots().count())
}

/// Consecutive maps of one function.
fn neighbours(module: &Module) -> impl Iterator<Item = (Safepoint<'_>, Safepoint<'_>)> {
    let pairs = module
        .table
        .iter_maps()
        .zip(module.table.iter_maps().skip(1));
    pairs.filter(|(a, b)| {
        let mut functions = module.functions.iter();
        functions.any(|f| f.covers_return(a.pc) && f.covers_return(b.pc))
    })
}

/// Slots live in one of two maps alone.
fn changes(a: Safepoint<'_>, b: Safepoint<'_>) -> usize {
    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (a.slots().collect(), b.slots().collect());
    a.symmetric_difference(&b).count()
}

#[test]
fn the_default_set_is_large_and_well_formed() {
    let varied = |m: &&Module| m.name.starts_with("frames-vary");
    let compiled = DEFAULT.iter().filter(|m| !varied(m));
    let functions: usize = compiled.map(|m| m.functions.len()).sum();
    assert_eq!(functions, Options::default().functions);
    assert!(functions >= 2000, "{functions}");
    let names: BTreeSet<_> = DEFAULT.iter().map(|m| &m.name).collect();
    assert_eq!(names.len(), DEFAULT.len(), "one module per family");
    for module in DEFAULT.iter() {
        assert_eq!(
            (module.tier, module.collector),
            (Tier::Synthetic, Collector::None)
        );
        assert!(module.section.is_none() && module.cwasm_bytes.is_none());
        assert!(module.table.is_complete());
        assert!(module.table.maps() > 0, "{}", module.name);
        let check = module.cross_check;
        assert_eq!(check.recorded, module.table.maps(), "{}", module.name);
        assert_eq!(check.confirmed, check.recorded, "{}", module.name);
        assert_eq!(
            check.call_sites,
            Some(module.table.len()),
            "{}",
            module.name
        );
        assert!(
            module
                .functions
                .iter()
                .all(|f| u64::from(f.range.end) <= module.text_bytes)
        );
        if module.name != "giant" {
            let mean = module.table.len() / module.functions.len();
            assert!(
                (5..=120).contains(&mean),
                "{}: {mean} safepoints a function",
                module.name
            );
        }
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("a pool").install(|| small(7, Isa::X86_64))
    };
    for (one, two) in run(1).iter().zip(run(2)) {
        assert_eq!(one.table, two.table, "{}", one.name);
        assert_eq!(one.functions, two.functions, "{}", one.name);
    }
}

#[test]
fn another_seed_gives_other_functions() {
    for (one, other) in small(1, Isa::X86_64).iter().zip(small(2, Isa::X86_64)) {
        assert_ne!(one.table, other.table, "{}", one.name);
    }
}

#[test]
fn functions_of_a_family_differ() {
    for module in small(1, Isa::X86_64) {
        let lengths = module.functions.iter().map(|f| f.range.len());
        let distinct = lengths.collect::<BTreeSet<_>>().len();
        assert_eq!(distinct, module.functions.len(), "{}", module.name);
    }
}

#[test]
fn every_family_compiles_on_every_isa() {
    for isa in [Isa::Aarch64, Isa::Riscv64, Isa::S390x, Isa::Pulley64] {
        let modules = small(3, isa);
        assert_eq!(modules.len(), DEFAULT.len());
        for module in modules {
            assert_eq!(module.isa, isa);
            assert!(module.table.maps() > 0, "{}", module.key());
            assert_eq!(
                module.cross_check.confirmed,
                module.table.maps(),
                "{}",
                module.key()
            );
        }
    }
}

#[test]
fn calls_are_sparse_or_dense() {
    let (sparse, dense) = (family("calls-sparse"), family("calls-dense"));
    let ordinary = bytes_per_safepoint(family("straight"));
    assert!(bytes_per_safepoint(sparse) > 3.0 * ordinary);
    assert!(bytes_per_safepoint(dense) < 0.9 * ordinary);
}

#[test]
fn few_or_many_references_are_live() {
    let (few, many) = (
        mean(live(family("live-few"))),
        mean(live(family("live-many"))),
    );
    assert!((1.0..4.0).contains(&few), "{few}");
    assert!((20.0..60.0).contains(&many), "{many}");
}

#[test]
fn references_live_long_or_short() {
    let turnover = |name| {
        let module = family(name);
        mean(neighbours(module).map(|(a, b)| changes(a, b))) / mean(live(module))
    };
    let (short, long) = (turnover("lifetimes-short"), turnover("lifetimes-long"));
    assert!(short > 3.0 * long, "short {short}, long {long}");
}

#[test]
fn maps_repeat_or_not() {
    let repeats = |name| {
        let module = family(name);
        let pairs = neighbours(module).map(|(a, b)| usize::from(a.bitmap == b.bitmap));
        mean(pairs)
    };
    let (none, most) = (repeats("repeats-none"), repeats("repeats-most"));
    assert!(none < 0.2, "{none}");
    assert!((0.75..0.95).contains(&most), "{most}");
}

#[test]
fn frames_are_large() {
    let mut slots = family("frames-slots").table.iter_maps();
    assert!(slots.all(|s| s.slots().next() >= Some(256)));
    let frame = |name| {
        median(
            family(name)
                .table
                .iter_maps()
                .map(|s| s.frame_size as usize),
        )
    };
    assert!(frame("frames-slots") > 2048);
    assert!(frame("frames-spills") > frame("straight") + 20 * 8);
}

#[test]
fn frames_vary_within_a_function() {
    let straight = family("straight");
    for (name, most) in [("frames-vary", 64), ("frames-vary-deep", 512)] {
        let module = family(name);
        assert_eq!(module.functions, straight.functions);
        let sizes = |m: &Module| {
            let first = |s: &Safepoint<'_>| m.functions[0].covers_return(s.pc);
            let sizes = m.table.iter_maps().filter(first).map(|s| s.frame_size);
            sizes.collect::<BTreeSet<_>>()
        };
        assert_eq!(sizes(straight).len(), 1);
        assert!(sizes(module).len() > 1, "{name}");
        for (varied, s) in module.table.iter().zip(straight.table.iter()) {
            let pushed = varied.frame_size - s.frame_size;
            assert!(pushed <= most, "{name}: {pushed}");
            assert!(varied.slots().eq(s.slots().map(|slot| slot + pushed)));
        }
    }
}

#[test]
fn shares_of_empties_are_as_named() {
    for (name, low, high) in [
        ("empties-rare", 0.0, 0.05),
        ("empties-half", 0.4, 0.6),
        ("empties-most", 0.85, 0.95),
    ] {
        let share = share_of_empties(family(name));
        assert!((low..high).contains(&share), "{name}: {share}");
    }
}

#[test]
fn giants_are_long_and_change_slowly() {
    let giant = family("giant");
    assert!(giant.functions.len() < 10);
    let per_function = giant.table.len() / giant.functions.len();
    assert!(per_function > 1000, "{per_function}");
    let live = median(live(giant));
    assert!((150..500).contains(&live), "{live}");
    let changes = median(neighbours(giant).map(|(a, b)| changes(a, b)));
    assert!((1..=2).contains(&changes), "{changes}");
    let frame = median(giant.table.iter_maps().map(|s| s.frame_size as usize));
    assert!(
        frame > 8 * 4 * live,
        "frame {frame}, {live} live references"
    );
}
