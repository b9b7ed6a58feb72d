//! A deterministic generator of plausible results folders: no real figures,
//! but the shapes, sizes and gaps that real runs have.

#![allow(dead_code, reason = "each test binary uses a part")]

pub mod timings;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// How large a run to pretend.
#[derive(Clone, Copy)]
pub struct Shape {
    pub schemes: usize,
    pub wild: usize,
    pub isas: usize,
    pub latency: bool,
    pub safety: bool,
}

pub const SMALL: Shape = Shape {
    schemes: 4,
    wild: 5,
    isas: 1,
    latency: true,
    safety: false,
};

pub const LARGE: Shape = Shape {
    schemes: 20,
    wild: 13,
    isas: 4,
    latency: true,
    safety: true,
};

/// Name, exact, records_empties, tri_state, typical share of the bytes,
/// typical hot and cold ratios.
type Scheme = (&'static str, bool, bool, bool, f64, f64, f64);

const SCHEMES: [Scheme; 20] = [
    ("exact", true, false, false, 1.0, 1.0, 1.0),
    ("consed", true, false, false, 0.5, 0.98, 0.9),
    ("ranges", false, true, true, 0.8, 0.95, 0.85),
    ("ranges-consed", false, true, true, 0.42, 0.93, 0.8),
    ("narrow", true, false, false, 0.38, 0.96, 0.82),
    ("two-level", true, false, false, 0.34, 0.8, 0.7),
    ("block-delta-8", true, false, false, 0.31, 1.3, 0.75),
    ("block-delta-32", true, false, false, 0.22, 1.9, 0.8),
    ("block-delta-128", true, false, false, 0.19, 3.4, 1.3),
    ("packed-rows", true, false, false, 0.25, 1.02, 0.66),
    ("delta-maps", true, false, false, 0.14, 0.97, 0.55),
    ("shared-restarts", true, false, false, 0.135, 1.05, 0.56),
    ("elias-fano", true, false, false, 0.27, 1.6, 0.9),
    ("perfect-hash", true, false, false, 0.55, 0.45, 0.5),
    ("ranges-exact-set", true, true, false, 0.36, 1.1, 0.85),
    ("pc-cache", true, false, false, 1.0, 0.7, 1.05),
    ("tri-state", true, true, true, 0.16, 1.01, 0.58),
    ("fingerprint", true, false, false, 0.18, 1.08, 0.6),
    ("direct-index", true, false, false, 0.6, 0.5, 0.48),
    ("smallest", true, false, false, 0.1, 2.6, 1.9),
];

const WILD: [&str; 13] = [
    "dart_fmt",
    "kotlin-compose",
    "ocaml-compiler",
    "j2wasm-prime",
    "moonbit-parser",
    "teavm-decompiler",
    "scala-js-bench",
    "guile-hoot-repl",
    "flutter-gallery-with-a-long-name",
    "binaryen-fuzz-case",
    "java-regex",
    "dart-markdown",
    "kotlin-serialization",
];
const PROGRAMS: [&str; 4] = ["binary-trees", "richards", "delta-blue", "json-tree"];
const ISAS: [&str; 4] = ["x86_64", "aarch64", "riscv64", "s390x"];

/// Values in [-1, 1) that depend on the seed and nothing else.
fn noise(seed: &str) -> f64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in seed.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^= hash >> 32;
    (hash >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Writes a folder of this shape.
pub fn write(dir: &Path, shape: Shape) {
    fs::create_dir_all(dir).unwrap();
    let modules = modules(shape);
    let put = |name: &str, text: String| fs::write(dir.join(name), text).unwrap();
    put("modules.csv", modules_csv(&modules));
    put("schemes.csv", schemes_csv(shape));
    put("size.csv", size_csv(shape, &modules));
    if shape.latency {
        timings::write(dir, shape, &modules);
    }
    if shape.safety {
        put("safety.csv", safety_csv(shape, &modules));
        put("walks.csv", walks_csv(&modules));
        put("touched.csv", touched_csv(shape, &modules));
    }
    put(
        "provenance.json",
        "{\"git_revision\": \"0123456789abcdef0123456789abcdef01234567\", \"seed\": 42,\n\
         \"cpu\": \"A CPU @ 2.00 GHz\", \"kernel\": \"6.1\", \"rustc\": \"1.95.0\",\n\
         \"arguments\": [\"bench\", \"--seed\", \"42\"]}\n"
            .to_owned(),
    );
}

struct Module {
    name: &'static str,
    isa: &'static str,
    collector: &'static str,
    tier: &'static str,
    safepoints: u64,
    baseline: u64,
    start: Option<u64>,
}

fn modules(shape: Shape) -> Vec<Module> {
    let mut all = Vec::new();
    for isa in &ISAS[..shape.isas] {
        let wild = WILD[..shape.wild].iter().map(|name| (*name, "wild"));
        let programs = PROGRAMS.iter().map(|name| (*name, "program"));
        for (i, (name, tier)) in wild.chain(programs).enumerate() {
            let grow = (noise(&format!("{name} size")) * 2.5).exp();
            let safepoints = (12_000.0 * grow) as u64;
            let per = 14.0 * (1.5 + noise(&format!("{name} {isa} per"))).exp();
            let baseline = (safepoints as f64 * per) as u64;
            let both = tier == "wild" && i % 4 == 0 && *isa == "x86_64";
            for collector in if both {
                &["copying", "drc"][..]
            } else {
                &["copying"]
            } {
                all.push(Module {
                    name,
                    isa,
                    collector,
                    tier,
                    safepoints,
                    baseline,
                    start: (i % 3 == 0).then_some(baseline / 3),
                });
            }
        }
    }
    all
}

fn modules_csv(modules: &[Module]) -> String {
    let mut out = "module,isa,collector,tier,text_bytes,cwasm_bytes,section_bytes,functions,maps,empties,recorded,confirmed,call_sites,disassembled,agreed,unmatched_functions,provenance,toolchain\n".to_owned();
    for (i, m) in modules.iter().enumerate() {
        let (maps, empties) = (m.safepoints * 3 / 4, m.safepoints / 4);
        let disassembled = if m.isa == "x86_64" {
            (m.safepoints + 3).to_string()
        } else {
            String::new()
        };
        let confirmed = if i == 1 { maps - 2 } else { maps };
        writeln!(
            out,
            "{},{},{},{},{},{},{},{},{maps},{empties},{maps},{confirmed},{},{disassembled},{},0,\"a toolchain, version 1; Apache-2.0\",{}",
            m.name, m.isa, m.collector, m.tier, m.baseline * 4, m.baseline * 6, m.baseline,
            m.safepoints / 9, m.safepoints, m.safepoints, m.name.split(['-', '_']).next().unwrap()
        )
        .unwrap();
    }
    out
}

fn schemes_csv(shape: Shape) -> String {
    let mut out =
        "name,exact,records_empties,tri_state,control,reader_lines,writer_lines,compiler_lines,reader_branches,writer_branches,reader_nesting,writer_nesting,fields\n".to_owned();
    for (i, s) in SCHEMES[..shape.schemes].iter().enumerate() {
        let (name, exact, records, tri, ..) = s;
        let lines = 60 + 9 * i;
        writeln!(
            out,
            "{name},{exact},{records},{tri},false,{lines},{},{},9,12,3,4,5",
            lines + 20,
            if *records { 15 } else { 0 }
        )
        .unwrap();
    }
    out += "ranges-naive,false,false,false,true,60,80,0,9,12,3,4,5\n";
    out
}

fn size_csv(shape: Shape, modules: &[Module]) -> String {
    let mut out = "scheme,module,isa,tier,maps,empties,bytes,bytes_header,bytes_index,bytes_payload,bytes_padding,baseline_bytes,ratio,bytes_offsets,collector,cwasm_bytes,bytes_without_start,baseline_bytes_without_start,encode_ns_per_safepoint,check_ns_per_safepoint,encode_peak_bytes\n".to_owned();
    for m in modules {
        for s in &SCHEMES[..shape.schemes] {
            let jitter = if s.4 == 1.0 {
                0.0
            } else {
                noise(&format!("{} {} bytes", s.0, m.name))
            };
            let bytes = (m.baseline as f64 * s.4 * (0.5 * jitter).exp()) as u64;
            let (index, offsets) = (bytes / 4, bytes / 8);
            let payload = bytes - 4 - index - offsets;
            let start = m.start.map_or_else(
                || ",".to_owned(),
                |b| format!("{},{b}", (b as f64 * s.4.sqrt()) as u64),
            );
            writeln!(
                out,
                "{},{},{},{},{},{},{bytes},4,{index},{payload},0,{},{},{offsets},{},{},{start},{:.1},{:.1},{}",
                s.0, m.name, m.isa, m.tier, m.safepoints * 3 / 4, m.safepoints / 4, m.baseline,
                bytes as f64 / m.baseline as f64, m.collector, m.baseline * 6,
                40.0 / s.4.sqrt() + 5.0 * noise(&format!("{} {} encode", s.0, m.name)),
                2.0 * s.4,
                3 * m.baseline
            )
            .unwrap();
        }
    }
    out
}

fn walks_csv(modules: &[Module]) -> String {
    let mut out = "module,isa,collector,checkpoints,growths,stacks,frames,deepest,cache_16,cache_1024,repeated,tier,language,collections,execution,walked,median,p99,empty\n".to_owned();
    for m in modules.iter().filter(|m| m.isa == "x86_64") {
        let depth = 1 + m.safepoints % 90;
        writeln!(
            out,
            "{},{},{},0,0,100,{},{},0.5,0.9,0.25,{},A language,400,{},{},{depth},{},0.375",
            m.name,
            m.isa,
            m.collector,
            100 * depth,
            3 * depth,
            m.tier,
            m.name,
            400 * depth,
            2 * depth
        )
        .unwrap();
    }
    out
}

fn touched_csv(shape: Shape, modules: &[Module]) -> String {
    let mut out = "scheme,module,isa,tier,collector,execution,depth,frames,instructions,bytes_read,lines,pages\n".to_owned();
    let walked = |m: &&Module| m.isa == "x86_64" && m.collector == "copying" && m.tier == "wild";
    for m in modules.iter().filter(walked) {
        for s in &SCHEMES[..shape.schemes] {
            for (depth, times) in [("median", 1), ("deepest", 3)] {
                let frames = times * (1 + m.safepoints % 90);
                let lines = (4.0 + 9.0 * frames as f64 * s.4) as u64;
                writeln!(
                    out,
                    "{},{},{},{},{},{},{depth},{frames},{},{},{lines},{}",
                    s.0,
                    m.name,
                    m.isa,
                    m.tier,
                    m.collector,
                    m.name,
                    200 * frames,
                    64 * lines,
                    1 + lines / 8
                )
                .unwrap();
            }
        }
    }
    out
}

fn safety_csv(shape: Shape, modules: &[Module]) -> String {
    let mut out = "scheme,module,isa,fault,policy,outcome,count,trials,tier,collector\n".to_owned();
    let naive: Scheme = ("ranges-naive", false, false, false, 0.4, 0.9, 0.8);
    for m in modules
        .iter()
        .filter(|m| m.isa == "x86_64" && m.tier == "program")
    {
        for s in SCHEMES[..shape.schemes].iter().chain([&naive]) {
            for (fault, base) in [
                ("PC: +1 bytes", 0),
                ("writer: an empty map left out", 0),
                ("writer: a map left out", 400),
            ] {
                for policy in ["today", "strict"] {
                    let unnoticed = if policy == "today" { 200 } else { 20 };
                    let stale = if s.1 { base } else { base + 500 };
                    let detected = 1000 - stale.min(800) - unnoticed;
                    for (outcome, count) in [
                        ("detected", detected),
                        ("harmless", unnoticed),
                        ("stale root", stale.min(800)),
                    ] {
                        writeln!(
                            out,
                            "{},{},{},{fault},{policy},{outcome},{count},1000,{},{}",
                            s.0, m.name, m.isa, m.tier, m.collector
                        )
                        .unwrap();
                    }
                }
            }
        }
    }
    out
}
