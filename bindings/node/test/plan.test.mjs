// plan off the main thread: the loop goes on, a signal stops it, progress is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { plan, planSync } from "winpod";

const small = { name: "groups.yaml", text: "nodeGroups:\n- name: win\n  amiFamily: WindowsServer2022CoreContainer\n  instanceType: m5.large\n" };

/** A listing that takes seconds to read. */
function large() {
  const entry = { NetworkInterfaceId: "eni-0", SubnetId: "subnet-0", PrivateIpAddresses: [{ PrivateIpAddress: "10.0.0.9" }], Status: "in-use" };
  const entries = `${JSON.stringify(entry)},`.repeat(1_500_000).slice(0, -1);
  return { name: "interfaces.json", text: `{"NetworkInterfaces":[${entries}]}` };
}

test("the answer is that of planSync", async () => {
  assert.deepEqual(await plan(small), planSync(small));
  await assert.rejects(plan(small, { set: { nothing: "1" } }), { code: "CONFIG_KEY" });
  await assert.rejects(plan(small, { signal: 5 }), { code: "REQUEST" });
  await assert.rejects(plan(small, { onProgress: 5 }), { code: "REQUEST" });
});

test("a signal that has fired already", async () => {
  const signal = AbortSignal.abort(new Error("no time"));
  await assert.rejects(plan(small, { signal }), (error) => {
    assert.deepEqual([error.code, error.name, error.cause], ["STOPPED", "AbortError", signal.reason]);
    return true;
  });
});

test("stops within 0.2 s, and the loop goes on meanwhile", async () => {
  const controller = new AbortController();
  const steps = [];
  const work = plan(large(), { signal: controller.signal, onProgress: (step) => steps.push(step) });
  let ended = false;
  work.catch(() => {}).finally(() => { ended = true; });
  await sleep(150);
  assert.ok(!ended, "the listing is too short for this test");
  const start = performance.now();
  controller.abort();
  await assert.rejects(work, { code: "STOPPED", name: "AbortError" });
  const took = performance.now() - start;
  console.log(`stopped in ${took.toFixed(1)} ms`);
  assert.ok(took < 200, `took ${took} ms`);
  assert.ok(steps.length > 0);
  assert.deepEqual(Object.keys(steps[0]), ["step", "done", "total"]);
});

test("what onProgress throws stops the work and comes through", async () => {
  const thrown = new Error("mine");
  const onProgress = () => { throw thrown; };
  await assert.rejects(plan(large(), { onProgress }), thrown);
});

test("many at once", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => plan(small)));
  assert.ok(answers.every(({ nodeGroups }) => nodeGroups[0].types[0].pods === 9));
});
