# Everything the lab does, by name. `just` alone lists it.

lab := "target/release/stackmap-lab"

_default:
    @just --list

# Build the lab
build:
    cargo build --release --workspace --locked

# Verify, size and time every scheme on the whole corpus; ends by naming the report
bench-all *args: build
    {{lab}} bench {{args}}

# The same on a small part of the corpus, in some minutes
bench-quick *args: build
    {{lab}} bench --quick {{args}}

# What each scheme would make of your own .wasm, .wat, .cwasm or .clif
inspect +files: build
    {{lab}} inspect {{files}}

# Formats and reports run with overflow checks, the rest optimised
test:
    cargo test --locked -p stackmap-encoders
    cargo test --locked --release --workspace

# Formatting and lints, warnings denied
lint:
    rustfmt --edition 2024 --check $(git ls-files '*.rs')
    cargo clippy --locked --release --workspace --all-targets -- -D warnings

# Record the safepoint tables of the wild modules anew
record *args: build
    {{lab}} corpus record {{args}}

# Fetch a wild module, compile it anew, and compare with what is recorded
record-check name="dart_fmt-unopt": build
    {{lab}} corpus fetch {{name}}
    {{lab}} corpus record --check --isa x86_64 {{name}}

# Run wild modules and compare the stacks of their collections with the recorded ones
runs *args: build
    {{lab}} corpus run --registries {{args}}

# A full run, and what users feel, made the published ones: reports/published/ and the README's table
publish *args: build _pauses
    #!/usr/bin/env bash
    set -euo pipefail
    # Most of the time the run waits for its next process. Wasmtime is measured in
    # between: the two take turns by a lock on this file.
    export STACKMAP_LAB_TURNS="$PWD/target/turns"
    target/release/pauses measure --minutes 25 --wild-minutes 50 --rounds 4 --stress 3 {{args}} &
    wasmtime=$!
    trap 'kill $wasmtime 2>/dev/null || true' EXIT
    # The last two lines of bench are the folder, named by the time, and the report.
    run=$({{lab}} bench --runs 9 --processes 5 --seconds 20 --over 92 | tee /dev/stderr | tail -n 2 | head -n 1)
    wait $wasmtime || { echo "error: Wasmtime was not measured; \`just wasmtime {{args}}\` does it, then \`{{lab}} publish $run --wasmtime target/wasmtime\`" >&2; exit 1; }
    {{lab}} publish "$run" --wasmtime target/wasmtime

# Instructions, bytes read and cache lines of a lookup; the same on every run
instructions *args: build
    {{lab}} costs {{args}}

# Collect garbage by each scheme's lookups, in running code
soak *args: build
    {{lab}} soak {{args}}

# The lab itself, killed n times in the middle of a run and resumed
kill-soak n="50": build
    harness/kill-soak {{lab}} target/kill-soak {{n}}

# Wasmtime itself with the change applied, collecting garbage strictly, and folders of .wast files
rehearse *wast:
    upstream/prepare series
    CARGO_TARGET_DIR="$PWD/target" cargo run --locked --release --manifest-path upstream/Cargo.toml -- {{wast}}

# The same with a collection at every allocation of the tests
rehearse-zeal *wast:
    #!/usr/bin/env bash
    set -euo pipefail
    upstream/prepare zeal
    # Wasmtime's build script takes this for cfg(fuzzing), which implies gc_zeal.
    export CARGO_CFG_FUZZING=1 CARGO_TARGET_DIR="$PWD/target"
    trees=()
    for crate in wasmtime:wasmtime wasmtime-environ:environ wasmtime-internal-cranelift:cranelift; do
        trees+=(--config "patch.crates-io.${crate%:*}.path='$PWD/target/upstream/zeal/crates/${crate#*:}'")
    done
    cargo run --locked --release --manifest-path upstream/Cargo.toml "${trees[@]}" -- {{wast}}

_pauses:
    upstream/prepare formats
    CARGO_TARGET_DIR="$PWD/target" cargo build --locked --release --manifest-path upstream/formats/Cargo.toml

# The tests that the patches bring to Wasmtime's own files, in a copy that is no member of a workspace
rehearse-tests:
    upstream/prepare series
    rm -rf target/upstream/tests && cp -r target/upstream/series/crates/environ target/upstream/tests
    cp upstream/Cargo.lock target/upstream/tests && echo '[workspace]' >>target/upstream/tests/Cargo.toml
    CARGO_TARGET_DIR="$PWD/target" cargo test --release --manifest-path target/upstream/tests/Cargo.toml --features compile,std --lib stack_map

# Every format inside Wasmtime: the same safepoints and answers
rehearse-formats: _pauses
    target/release/pauses check

# What users of Wasmtime would feel of each format; results in target/wasmtime
wasmtime *args: _pauses
    target/release/pauses measure {{args}}

# Look for bytes that a reader cannot bear, so many seconds in each target
fuzz-smoke seconds="20":
    RUSTC_WORKSPACE_WRAPPER="$PWD/harness/fuzz/rustc-coverage" cargo build --locked --release -p stackmap-fuzz --features engine
    for t in readers round-trip recorded cwasm; do mkdir -p target/fuzz/$t && target/release/fuzz-$t -seed=10431 -max_total_time={{seconds}} -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 -artifact_prefix=target/fuzz/ target/fuzz/$t harness/fuzz/corpus/$t || exit 1; done

_cluster:
    test -d target/cluster || python3 -m venv target/cluster
    target/cluster/bin/pip install --quiet --require-hashes -r harness/cluster/requirements.txt

# Everything that needs no clock, in shares; profile: local, slurm, kubernetes
cluster profile="local" *config: build _cluster
    target/cluster/bin/snakemake --quiet rules --snakefile harness/cluster/Snakefile --profile harness/cluster/profiles/{{profile}} --config {{config}}

# Two small shares by the workflow are what one run gives
cluster-check: build _cluster
    rm -rf target/cluster-check
    just cluster local shares=2 out=target/cluster-check/two "flags='-m hoot -m julia-parse -m bignum'"
    {{lab}} run -m hoot -m julia-parse -m bignum --out target/cluster-check/one
    for f in target/cluster-check/one/*.csv; do cmp $f target/cluster-check/two/$(basename $f) || exit 1; done

# The same on a Slurm cluster of this one machine, with a job and the node killed meanwhile
slurm-check: build _cluster
    harness/cluster/slurm-check {{lab}} target/cluster/bin/snakemake target/slurm-check

_notebooks:
    test -d target/notebooks || python3 -m venv target/notebooks
    target/notebooks/bin/pip install --quiet --require-hashes -r notebooks/requirements.txt

# Open the notebooks on a run [default: the published one]
notebooks run="reports/published": _notebooks
    STACKMAP_RUN={{absolute_path(run)}} target/notebooks/bin/marimo edit notebooks

# Run every notebook without a window; an assertion that fails, fails this
notebooks-check run="reports/published": _notebooks
    for n in sizes noise thresholds recompute; do STACKMAP_RUN={{absolute_path(run)}} target/notebooks/bin/python notebooks/$n.py || exit 1; done
