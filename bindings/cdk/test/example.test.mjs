// The example: its types hold, and the CDK's own command line synthesises it without a word of warning.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkSync } from "winpod";
import { lint } from "./lint.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const bin = (name) => here(`../node_modules/.bin/${name}`);

test("the example, by the CDK's command line", (t) => {
  execFileSync(bin("tsc"), ["-p", here("../example")], { stdio: "inherit" });
  const out = mkdtempSync(join(tmpdir(), "winpod-cdk-"));
  t.after(() => rmSync(out, { recursive: true }));
  const args = ["synth", "--strict", "--quiet", "--no-notices", "--no-version-reporting", "--output", out];
  // --strict fails on warnings too.
  execFileSync(bin("cdk"), args, { cwd: here("../example"), stdio: ["ignore", "inherit", "inherit"] });
  const { Resources } = JSON.parse(readFileSync(join(out, "Shop.template.json"), "utf8"));
  const templates = Object.values(Resources).filter(({ Type }) => Type === "AWS::EC2::LaunchTemplate");
  const texts = templates.map((it) => JSON.stringify(it));
  assert.equal(texts.length, 2);
  assert.match(texts[0], /--max-pods=144 --node-labels=team=shop --register-with-taints=os=windows:NoSchedule'/);
  assert.match(texts[1], /--max-pods=30 --register-with-taints=os=windows:NoSchedule'/);
  for (const text of texts) {
    assert.match(text, /-KubeProxyExtraArgs '--enable-dsr=true'/);
    assert.match(text, /-ServiceCIDR '172\.30\.0\.0\/16'/);
  }
  const template = join(out, "Shop.template.json");
  lint(template);
  // What the constructs find clean is clean as a file too.
  const found = checkSync(template).findings.filter(({ severity }) => severity !== "info");
  assert.deepEqual(found, []);
});
