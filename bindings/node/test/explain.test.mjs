// explain: what is a text and what a path, the same off the main thread.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { explain, explainSync } from "winpod";

const directory = mkdtempSync(join(tmpdir(), "winpod-"));
const log = join(directory, "kube-proxy.log");
writeFileSync(log, "E1122 10:11:12.345678 1 proxier.go:1] err=\"(0x803b0013)\"\n".repeat(3));
after(() => rmSync(directory, { recursive: true }));

test("texts, paths, URLs, documents", async () => {
  for (const input of [log, [log], directory, pathToFileURL(log)]) {
    const [found] = explainSync(input);
    assert.deepEqual([found.id, found.count, found.firstTime], ["hns-port-exists", 3, "11-22T10:11:12"]);
    assert.deepEqual(await explain(input), explainSync(input));
  }
  assert.equal(explainSync("RequestLimitExceeded")[0].id, "ec2-throttled");
  assert.equal(explainSync({ name: "a", text: "RequestLimitExceeded" })[0].location.file, "a");
  assert.deepEqual(explainSync(["all is well"]), []);
  assert.equal(explainSync(undefined, { text: log }).length, 0);
  const event = { involvedObject: { kind: "Pod", name: "web-1" }, message: "Too many pods", kind: "Event", count: 4 };
  assert.deepEqual(explainSync(event).map(({ id, count, objects }) => [id, count, objects[0].name]), [["sched-too-many-pods", 4, "web-1"]]);
});

test("causes are those of the node", () => {
  const node = { kind: "Node", metadata: { name: "win-a" }, status: { nodeInfo: { operatingSystem: "windows", kernelVersion: "10.0.17763.8027" } } };
  const line = (name) => `E1122 10:11:12.345678 1 proxier.go:1] node="${name}" err="(0x803b0013)"\n`;
  const found = explainSync([node, { name: "kube-proxy.log", text: line("win-a") + line("win-b") + line("win-b") }]);
  const told = found.map(({ nodes, count, causes }) => [nodes, count, causes[0].likelihood]);
  assert.deepEqual(told, [[["win-b"], 2, "possible"], [["win-a"], 1, "likely"]]);
  assert.equal(found[0].background[1].grade, "documented");
});

test("what is refused", async () => {
  assert.throws(() => explainSync(undefined), { code: "REQUEST" });
  assert.throws(() => explainSync(pathToFileURL(join(directory, "absent.log"))), { code: "UNREADABLE" });
  assert.throws(() => explainSync("x", { txt: "y" }), { code: "REQUEST" });
  await assert.rejects(explain("x", { signal: AbortSignal.abort() }), { code: "STOPPED", name: "AbortError" });
});
