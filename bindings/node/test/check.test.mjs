// check: configuration and baseline in every form, the same off the main thread, SARIF.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { check, checkSarif, checkSync, rules } from "winpod";

const directory = mkdtempSync(join(tmpdir(), "winpod-"));
after(() => rmSync(directory, { recursive: true }));
const text = `apiVersion: v1
kind: ConfigMap
metadata: {name: amazon-vpc-cni, namespace: kube-system}
data: {enable-windows-ipam: "yes"}
`;
const cni = { name: "cni.yaml", text };

test("config and baseline are paths, URLs, bytes, documents or parsed", async () => {
  const config = join(directory, "c.toml");
  writeFileSync(config, '[rules]\nCLU-002 = "warn"\n');
  for (const given of [config, pathToFileURL(config), readFileSync(config), { name: "c", text: readFileSync(config, "utf8") }]) {
    assert.equal(checkSync(cni, { config: given }).findings[0].severity, "warn");
    assert.equal((await check(cni, { config: given })).findings[0].severity, "warn");
  }
  const earlier = checkSync(cni);
  assert.equal(earlier.summary.fails, true);
  const known = join(directory, "known.json");
  writeFileSync(known, JSON.stringify(earlier));
  for (const baseline of [known, pathToFileURL(known), readFileSync(known), earlier]) {
    const { findings, summary } = checkSync({ name: "cni.yaml", text: `# moved\n${text}` }, { baseline });
    assert.deepEqual([findings.length, summary.hiddenByBaseline], [0, 1]);
  }
  assert.deepEqual(await check(cni, { date: "2026-11-22" }), checkSync(cni, { date: "2026-11-22" }));
});

test("what is wrong is refused", async () => {
  for (const [options, code] of [
    [{ config: "no-such-file.toml" }, "UNREADABLE"],
    [{ config: Buffer.from("[") }, "CONFIG"],
    [{ config: Buffer.from([0xff]) }, "ENCODING"],
    [{ config: 5 }, "REQUEST"],
    [{ baseline: {} }, "BASELINE"],
    [{ date: "soon" }, "DATE"],
    [{ failOn: "never" }, "SEVERITY"],
    [{ fail: "high" }, "REQUEST"],
  ]) {
    assert.throws(() => checkSync(cni, options), { code });
    assert.throws(() => checkSarif(cni, options), { code });
  }
  await assert.rejects(check(cni, { failOn: "never" }), { code: "SEVERITY" });
  await assert.rejects(check(cni, { signal: AbortSignal.abort() }), { code: "STOPPED", name: "AbortError" });
});

test("SARIF has what check finds", () => {
  const { log, fails } = checkSarif(cni);
  const [result] = JSON.parse(log).runs[0].results;
  assert.deepEqual([result.ruleId, result.locations[0].physicalLocation.region.startLine, fails], ["CLU-002", 4, true]);
});

test("rules are listed or asked for", () => {
  assert.ok(rules().length > 5);
  assert.deepEqual(rules("clu-002").map(({ id }) => id), ["CLU-002"]);
  assert.deepEqual(rules(new Set(["PARSE", "CLU-002"])).map(({ id }) => id), ["PARSE", "CLU-002"]);
  assert.throws(() => rules("CLU-02"), { code: "UNKNOWN_RULE" });
});
