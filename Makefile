.PHONY: data test-node

# Makes data/instance-types.csv again from the pinned releases (needs pip and a package index); review the diff.
# ALLOW="m5.large c5.large" accepts that these rows change.
data:
	data/scripts/instance-types $(addprefix --allow ,$(ALLOW))

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
