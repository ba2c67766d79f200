.PHONY: test test-rust lint docs package nostd data bench nightly

# Everything that must pass, from a clean clone; the language packages join here as test-python and test-node.
test: test-rust

test-rust:
	cargo test --locked --workspace
	cargo test --locked --package winpod --no-default-features
	cargo test --locked --package winpod --no-default-features --features alloc
	python3 -m unittest discover --start-directory tests/data

# Proves on this machine that the core links without std and without alloc (Linux x86-64).
nostd:
	tests/nostd/prove

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- --deny warnings

docs:
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --all-features

# Builds every published crate from what its package would hold.
package:
	cargo package --locked --workspace --exclude winpod-tests --exclude winpod-benches --allow-dirty --quiet

# Makes data/instance-types.csv again from the pinned releases (needs pip and a package index); review the diff.
# ALLOW="m5.large c5.large" accepts that these rows change.
data:
	data/scripts/instance-types $(addprefix --allow ,$(ALLOW))

bench:
	cargo bench --locked --package winpod-benches
	benches/processes

# Slow or rare checks: many more random cases, the tables against their sources, the licences of what we depend on.
nightly:
	PROPTEST_CASES=20000 cargo test --locked --workspace --release
	data/scripts/instance-types --check
	cargo deny --version 2>/dev/null || cargo install --locked --version 0.20.2 cargo-deny
	cargo deny --offline check bans licenses sources
