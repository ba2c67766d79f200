// index.d.ts against the schemas, and the blocks of README.md.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { packageDirectory, repository } from "./support.mjs";

const source = join(repository, "bindings/node");

test("index.d.ts is what the schemas say", () => {
  const check = spawnSync("node", [join(source, "scripts/generate-types.mjs"), "--check"], { encoding: "utf8" });
  assert.equal(check.status, 0, check.stderr);
  for (const file of ["index.d.ts", "index.d.mts"]) {
    assert.equal(readFileSync(join(packageDirectory, file), "utf8"), readFileSync(join(source, file), "utf8"));
  }
});

test("the blocks of README.md print what their comments say", () => {
  const readmes = [join(packageDirectory, "README.md"), join(repository, "README.md")];
  const blocks = readmes.flatMap((readme) => [...readFileSync(readme, "utf8").matchAll(/^```js\n(.*?)^```$/gms)]);
  assert.ok(blocks.length >= 5);
  for (const [, block] of blocks) {
    const kind = block.includes("require(") ? "commonjs" : "module";
    const cwd = dirname(fileURLToPath(import.meta.url));
    const printed = execFileSync("node", [`--input-type=${kind}`, "--eval", block], { cwd, encoding: "utf8" });
    const said = [...block.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
    assert.ok(said.length > 0, block);
    assert.equal(printed, `${said.join("\n")}\n`);
  }
});
