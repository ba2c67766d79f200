// render: what is written with files and without, and what is refused.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { render } from "winpod";
import { repository } from "./support.mjs";

test("from options alone", () => {
  const { artefacts, kind } = render("configmap", undefined, { mode: "prefix-delegation" });
  assert.equal(kind, "configmap");
  assert.equal(artefacts[0].language, "yaml");
  assert.match(artefacts[0].text, /enable-windows-prefix-delegation: "true"/);
});

test("from files, the options first", () => {
  const cluster = join(repository, "tests/inputs/clean-cluster");
  const set = { "warm-ip-target": "7" };
  const [of, changed] = [undefined, { set }].map((options) => render("configmap", cluster, options).artefacts[0].text);
  assert.doesNotMatch(of, /warm-ip-target: "7"/);
  assert.match(changed, /warm-ip-target: "7"/);
});

test("what is refused", () => {
  assert.throws(() => render("config"), { code: "UNKNOWN_KIND", message: /configmap/ });
  assert.throws(() => render("configmap", undefined, { mode: "both" }), { code: "IPAM_MODE" });
  assert.throws(() => render("configmap", undefined, { mode: "secondary-ip", nothing: 1 }), { code: "REQUEST" });
  assert.throws(() => render("configmap", undefined, { set: { "warm-ip-target": "-1" } }), { code: "NOT_A_WHOLE_NUMBER" });
});
