# The same commands as in the README, under short names. Nothing here does what they do not.

# What there is.
default:
    @just --list --unsorted

# Build, start and show the main job.
demo *ARGS="--run":
    cargo run --profile demo --bin sluice -- demo {{ ARGS }}

# Every test there is, installing what it needs; or only some steps: `just test fmt lint`.
test *STEPS:
    tests/run {{ STEPS }}

# Format, lints, documentation.
lint:
    tests/run fmt lint docs

# Side by side with nginx, HAProxy and Envoy, on this machine. `just bench --quick` is under 2 minutes.
bench *ARGS:
    loadtests/install-peers.sh
    cargo build --release -p sluice-gateway -p sluice-loadtests
    target/release/sluice-loadtests compare {{ ARGS }}

# What filters cost: a node with 2,000 phrases beside one without. `just filters --quick` is under 2 minutes.
filters *ARGS:
    cargo build --release -p sluice-gateway -p sluice-loadtests
    target/release/sluice-loadtests filters {{ ARGS }}

# Every fuzz target, for so many seconds each.
fuzz SECONDS="60":
    FUZZ_SECONDS={{ SECONDS }} tests/run fuzz

# The parts of the book that are the program's own words; `just book --check` only looks.
book *ARGS:
    deploy/book/generate.py {{ ARGS }}

# Licences, banned crates, sources (needs cargo-deny); spelling (needs typos).
deny:
    cargo deny --offline check bans licenses sources
    typos
