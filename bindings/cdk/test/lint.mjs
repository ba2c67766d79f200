// cfn-lint, where CFN_LINT names it: `make test-cdk` does.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

/** Holds a template against the schemas of CloudFormation. */
export function lint(template) {
  if (process.env.CFN_LINT === undefined) return;
  const { status, stdout, error } = spawnSync(process.env.CFN_LINT, ["--non-zero-exit-code", "error", template], { encoding: "utf8" });
  assert.equal(status, 0, error?.message ?? stdout);
}
