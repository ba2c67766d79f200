.PHONY: data test-python answers-python wheel-python test-node

# Makes data/instance-types.csv again from the pinned releases (needs pip and a package index); review the diff.
# ALLOW="m5.large c5.large" accepts that these rows change.
data:
	data/scripts/instance-types $(addprefix --allow ,$(ALLOW))

# Builds the Python wheel, installs it (not the tree) into a virtual environment and tests it there, from outside the
# tree. Needs Python 3.11 or later with venv, and a package index.
PYTHON ?= python3
VENV := build/venv-python
PY_TESTS := $(CURDIR)/bindings/python
MAX_WHEEL := 4194304
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

# Builds and packs the Node package, installs the tarballs into an empty folder and tests them there; then compiles
# what users write against their types.
test-node:
	cd bindings/node && npm ci --no-audit --no-fund && npm run build && npm run package
	rm -rf build/node && mkdir -p build/node
	cd build/node && npm init --yes >/dev/null && npm install --no-audit --no-fund ../node-packages/*.tgz
	cp -R bindings/node/test build/node/test
	cp -R bindings/node/node_modules/@types bindings/node/node_modules/undici-types build/node/node_modules/
	cd build/node && node --test test/*.test.mjs
	bindings/node/node_modules/.bin/tsc -p build/node/test/consumers
