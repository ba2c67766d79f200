// The types: what users may write, and what they may not.

import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

test("types/consumer.ts compiles", () => {
  execFileSync(here("../node_modules/.bin/tsc"), ["-p", here("types")], { stdio: "inherit" });
});
