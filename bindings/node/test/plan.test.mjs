// plan off the main thread: the loop goes on, a signal stops it, progress is told.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { plan, planSync, simulate, simulateSync } from "winpod";

const small = { name: "groups.yaml", text: "nodeGroups:\n- name: win\n  amiFamily: WindowsServer2022CoreContainer\n  instanceType: m5.large\n" };

/** A listing that takes seconds to read. */
const directory = mkdtempSync(join(tmpdir(), "winpod-"));
const large = join(directory, "interfaces.json");
const entry = { NetworkInterfaceId: "eni-0", SubnetId: "subnet-0", PrivateIpAddresses: [{ PrivateIpAddress: "10.0.0.9" }], Status: "in-use" };
writeFileSync(large, `{"NetworkInterfaces":[${`${JSON.stringify(entry)},`.repeat(1_500_000).slice(0, -1)}]}`);
after(() => rmSync(directory, { recursive: true }));

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
  // As many as there are threads: the next answer comes only after these have really stopped.
  const works = Array.from({ length: 4 }, () => {
    const started = withResolvers();
    const work = plan(large, { signal: controller.signal, onProgress: (step) => step.done > 0 && started.resolve(step) });
    return { started: started.promise, rejected: assert.rejects(work, { code: "STOPPED", name: "AbortError" }) };
  });
  const [step] = await Promise.all(works.map(({ started }) => started));
  assert.deepEqual(Object.keys(step), ["step", "done", "total"]);
  const start = performance.now();
  controller.abort();
  await Promise.all(works.map(({ rejected }) => rejected));
  await plan(small);
  const took = performance.now() - start;
  console.log(`stopped four, and answered another, in ${took.toFixed(1)} ms`);
  assert.ok(took < 200, `took ${took} ms`);
});

function withResolvers() {
  let resolve;
  const promise = new Promise((resolved) => {
    resolve = resolved;
  });
  return { promise, resolve };
}

test("what onProgress throws stops the work and comes through", async () => {
  const thrown = new Error("mine");
  const onProgress = () => { throw thrown; };
  await assert.rejects(plan(large, { onProgress }), thrown);
});

test("many at once", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => plan(small)));
  assert.ok(answers.every(({ nodeGroups }) => nodeGroups[0].types[0].pods === 9));
});

/** A node group and its subnet, as parsed documents. */
const fleet = [
  { nodeGroups: [{ name: "win", amiFamily: "WindowsServer2022CoreContainer", instanceType: "m5.large", maxSize: 9, subnets: ["subnet-1"] }] },
  { Subnets: [{ SubnetId: "subnet-1", CidrBlock: "10.0.8.0/24", AvailableIpAddressCount: 251 }] },
];

test("a simulation is that of simulateSync, tells how far it is, and can be stopped", async () => {
  const options = { scenario: "drift", days: 2, seed: 3, alternatives: false };
  assert.deepEqual(await simulate(fleet, options), simulateSync(fleet, options));
  // Long enough for the loop to hear of it.
  const controller = new AbortController();
  const started = withResolvers();
  const onProgress = (step) => step.step === "simulate" && started.resolve(step);
  const work = simulate(fleet, { ...options, days: 365, neighboursPerHour: 200, signal: controller.signal, onProgress });
  const rejected = assert.rejects(work, { code: "STOPPED", name: "AbortError" });
  const { total } = await Promise.race([started.promise, work]);
  assert.equal(total, 365 * 86_400);
  controller.abort();
  await rejected;
  await assert.rejects(simulate(fleet, { scenario: "drift", days: 1e12 }), { code: "OUT_OF_RANGE" });
});
