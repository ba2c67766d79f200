.PHONY: test test-rust test-rendered test-python test-node test-cdk node-packages wheel-python answers-python update lint docs package nostd controller data bench nightly

PYTHON ?= python3

# Everything that must pass, from a clean clone.
test: test-rust test-rendered test-python test-node test-cdk

test-rust:
	cargo test --locked --workspace
	cargo test --locked --quiet --package winpod-tests --test vectors every_case -- --nocapture
	cargo test --locked --package winpod --no-default-features
	cargo test --locked --package winpod --no-default-features --features alloc
	python3 -m unittest discover --start-directory tests/data

# Holds what `winpod render` writes against the schemas of those who read it: Kubernetes, CloudFormation, Karpenter, Calico,
# eksctl, and a grammar of PowerShell. Needs Python 3.11 or later with venv, and a package index.
RENDERED := build/venv-rendered
test-rendered: $(RENDERED)/installed
	cargo build --locked --package winpod-cli
	WINPOD=$(abspath $(or $(CARGO_TARGET_DIR),target))/debug/winpod $(RENDERED)/bin/python -m pytest -q -p no:cacheprovider tests/rendered

$(RENDERED)/installed: tests/rendered/requirements.txt
	$(PYTHON) -m venv $(RENDERED)
	$(RENDERED)/bin/pip install --quiet -r $<
	touch $@

# Proves on this machine that the core links without std and without alloc (Linux x86-64).
nostd:
	tests/nostd/prove

# Holds the pool against the real controller's Go code on fresh random traces (needs Go's module proxy; a Go that is new
# enough is installed under build/ if there is none).
controller:
	tests/controller/compare $(SEED)

lint:
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --all-features -- --deny warnings

docs:
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --all-features

# Builds every published crate from what its package would hold. Each time in a directory of its own: cargo keeps what it
# unpacked by path and version, and would build against the crates of an earlier run.
package:
	directory=$$(mktemp -d) && trap 'rm -rf "$$directory"' EXIT && \
	cargo package --locked --workspace --exclude winpod-tests --exclude winpod-benches \
		--exclude winpod-python --exclude winpod-node --allow-dirty --quiet --target-dir "$$directory"

# Makes data/instance-types.csv again from the pinned releases (needs pip and a package index); review the diff.
# ALLOW="m5.large c5.large" accepts that these rows change.
data:
	data/scripts/instance-types $(addprefix --allow ,$(ALLOW))

# Writes again everything that is generated from the code: schemas, types, recorded output, the matrix of operations.
# Review the diff.
update:
	UPDATE=1 cargo test --locked --quiet --package winpod-cluster --test schemas
	UPDATE=1 cargo test --locked --quiet --package winpod-cli --test commands
	UPDATE=1 cargo test --locked --quiet --package winpod-tests --test vectors --test rules
	UPDATE=1 cargo test --locked --quiet --package winpod-tests --test inputs bad_repository
	cd bindings/node && npm run --silent types
	$(MAKE) answers-python

# Builds the Python wheel, installs it (not the tree) into a virtual environment and tests it there, from outside the
# tree. Needs Python 3.11 or later with venv, and a package index.
VENV := build/venv-python
PY_TESTS := $(CURDIR)/bindings/python
MAX_WHEEL := 6291456
test-python: wheel-python
	cd build/outside && ../../$(VENV)/bin/python -m pytest -q -c $(PY_TESTS)/pyproject.toml --rootdir $(PY_TESTS) $(PY_TESTS)/tests
	cd build/outside && ../../$(VENV)/bin/python -m mypy --strict $(PY_TESTS)/tests/consumer.py
	cd build/outside && ../../$(VENV)/bin/python -m mypy.stubtest winpod
	@size=$$(stat -c %s build/wheels/winpod-*.whl); echo "wheel: $$size bytes of at most $(MAX_WHEEL)"; test $$size -le $(MAX_WHEEL)

# Writes the classes of answers again after an answer has changed; review the diff.
answers-python: wheel-python
	$(VENV)/bin/python bindings/python/scripts/generate-answers

wheel-python: $(VENV)/installed
	rm -rf build/wheels
	mkdir -p build/outside
	$(VENV)/bin/maturin build --release --locked --manifest-path bindings/python/Cargo.toml --interpreter $(VENV)/bin/python --out build/wheels
	$(VENV)/bin/pip install --quiet --force-reinstall --no-deps --no-index build/wheels/winpod-*.whl

$(VENV)/installed: bindings/python/requirements-test.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet -r $<
	touch $@

node-packages:
	cd bindings/node && npm ci --no-audit --no-fund && npm run build && npm run package

# Builds and packs the Node package, installs the tarballs into an empty folder and tests them there; then compiles
# what users write against their types.
test-node: node-packages
	rm -rf build/node && mkdir -p build/node
	cd build/node && npm init --yes >/dev/null && npm install --no-audit --no-fund ../node-packages/*.tgz
	cp -R bindings/node/test build/node/test
	cp -R bindings/node/node_modules/@types bindings/node/node_modules/undici-types build/node/node_modules/
	cd build/node && node --test test/*.test.mjs
	bindings/node/node_modules/.bin/tsc -p build/node/test/consumers

# Tests the constructs for the CDK, holds what they synthesise against the schemas of CloudFormation, and synthesises the code
# of their README in an empty folder that has the packed tarballs.
test-cdk: export CFN_LINT = $(CURDIR)/$(RENDERED)/bin/cfn-lint
test-cdk: node-packages $(RENDERED)/installed
	cd bindings/cdk && npm ci --ignore-scripts --no-audit --no-fund && npm run build && npm test && npm run package
	rm -rf build/cdk && mkdir -p build/cdk
	cd build/cdk && npm init --yes >/dev/null && npm install --ignore-scripts --no-audit --no-fund ../node-packages/*.tgz ../cdk-package/*.tgz \
		$$(node -p "Object.entries(require('../../bindings/cdk/package.json').devDependencies).map((it) => it.join('@')).join(' ')")
	mkdir build/cdk/test && cp bindings/cdk/test/package/readme.test.mjs bindings/cdk/test/lint.mjs build/cdk/test/
	cd build/cdk && node --test test/*.test.mjs

# Every figure of benches/README.md, each beside what people would use instead. The calls need what test-python, test-node
# and test-cdk install.
bench:
	cargo bench --locked --package winpod-benches
	benches/processes
	benches/peers/controller-pool
	benches/fleet
	benches/explain
	cargo build --release --locked --package winpod-benches --example rust_census
	$(VENV)/bin/pip install --quiet -r benches/peers/requirements.txt
	$(VENV)/bin/python benches/peers/check-manifests
	cd build/outside && ../../$(VENV)/bin/python $(CURDIR)/benches/peers/subnet-census $(abspath $(or $(CARGO_TARGET_DIR),target))/release/examples/rust_census
	cd build/outside && ../../$(VENV)/bin/python $(CURDIR)/benches/python-calls.py
	cp benches/node-calls.mjs build/node/ && cd build/node && node node-calls.mjs
	cp benches/cdk-synth.mjs build/cdk/ && cd build/cdk && node cdk-synth.mjs

# Slow or rare checks: many more random cases, the tables against their sources, the licences of what we depend on.
nightly:
	PROPTEST_CASES=20000 cargo test --locked --workspace --release
	data/scripts/instance-types --check
	cargo deny --version 2>/dev/null || cargo install --locked --version 0.20.2 cargo-deny
	cargo deny --offline check bans licenses sources
