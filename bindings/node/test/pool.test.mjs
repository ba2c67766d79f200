// The class Pool: a node's life, and what may not go in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { inspect } from "node:util";
import { Pool, call, pool } from "winpod";
import { codeOf } from "./support.mjs";

const BLOCK = "10.0.8.32/28";
const cyclic = {};
cyclic.self = cyclic;
const prefixes = (options) => new Pool({ instanceType: "m5.large", mode: "prefix-delegation", onEni: [BLOCK], ...options });

test("a node fills up and empties", () => {
  const one = new Pool({ instanceType: "m5.large", mode: "prefix-delegation" });
  assert.deepEqual([one.mode, one.capacity], ["prefix-delegation", 144]);
  const subnet = Array.from({ length: 9 }, (_, index) => `10.0.8.${index * 16}/28`);
  let next = 0;
  const addresses = [];
  for (let pod = 0; pod < 144; pod += 1) {
    let step = one.assign(`pod-${pod}`);
    for (let turn = 0; step.address === null && turn < 5; turn += 1) {
      assert.equal(step.retry, "after");
      const { job } = one.reconcile();
      if (job) one.update(job, { returned: subnet.slice(next, next += job.count) });
      step = one.assign(`pod-${pod}`);
    }
    addresses.push(step.address);
    const { job } = one.reconcile();
    if (job) one.update(job, { returned: subnet.slice(next, next += job.count) });
  }
  assert.deepEqual(new Set(addresses).size, 144);
  assert.deepEqual([one.assign("more").error, one.assign("more").retry], ["ErrPoolAtMaxCapacity", "back-off"]);
  for (let pod = 0; pod < 144; pod += 1) assert.equal(one.free(`pod-${pod}`, { nowMs: pod }).reconcile, true);
  assert.deepEqual([one.coolDown(30_071).more, one.counts().freeAddresses], [true, 72]);
  assert.deepEqual([one.coolDown(30_143).more, one.counts().freeGroups], [false, 9]);
  const { job } = one.reconcile();
  assert.deepEqual(job, { kind: "delete", count: 8, groups: subnet.slice(0, 8) }, "one prefix for the minimum of 3 stays");
  one.update(job);
  assert.deepEqual([one.reconcile().job, one.counts().pending], [null, 0]);
  assert.equal(inspect(one), "Pool {\n  mode: 'prefix-delegation',\n  capacity: 144,\n  usedAddresses: 0,\n  freeAddresses: 16,\n  coolingAddresses: 0\n}");
});

test("what the controller refuses is an answer, what no controller is asked is refused", () => {
  const one = prefixes({ used: [{ owner: "a", address: "10.0.8.33" }] });
  const before = one.copy();
  const { error, code, retry, message } = one.assign("a");
  assert.deepEqual([error, code, retry, message], ["ErrResourceAlreadyAssigned", "ALREADY_ASSIGNED", "never", "a already has 10.0.8.33"]);
  assert.equal(one.free("b", { nowMs: 0 }).code, "DOESNT_EXIST");
  assert.equal(one.free("a", { nowMs: 0, address: "10.0.8.34" }).message, "a has 10.0.8.33, not the address given");
  assert.deepEqual([one.addressOf("a"), one.addressOf("b"), one.addressOf("\ud800")], ["10.0.8.33", null, null]);
  const create = { kind: "create", count: 1 };
  const refused = [
    [() => one.assign(""), "OWNER"],
    [() => one.assign("x".repeat(254)), "OWNER"],
    [() => one.assign("\ud800"), "ENCODING"],
    [() => one.assign(NaN), "NOT_A_WHOLE_NUMBER"],
    [() => one.assign("b", { group: "10.0.8.48/28" }), "ILLEGAL_CHOICE"],
    [() => one.assign("b", { group: 5 }), "REQUEST"],
    [() => one.assign("b", { colour: 1 }), "REQUEST"],
    [() => one.assign("b", 5), "REQUEST"],
    [() => one.free("a"), "REQUEST"],
    [() => one.free("a", { nowMs: -1 }), "OUT_OF_RANGE"],
    [() => one.free("a", { nowMs: 0.5 }), "NOT_A_WHOLE_NUMBER"],
    [() => one.free("a", { nowMs: 2 ** 70 }), "NOT_A_WHOLE_NUMBER"],
    [() => one.free("a", { nowMs: "0" }), "REQUEST"],
    [() => one.free("a", { nowMs: 0, address: "10.0.8.300" }), "ADDRESS_SYNTAX"],
    [() => one.coolDown(), "REQUEST"],
    [() => one.coolDown(-1), "OUT_OF_RANGE"],
    [() => one.reconcile({ releasing: [BLOCK] }), "ILLEGAL_CHOICE"],
    [() => one.reconcile({ releasing: BLOCK }), "REQUEST"],
    [() => one.reconcile([1]), "REQUEST"],
    [() => one.update(create, { returned: ["10.0.8.0/27"] }), "GROUP_LENGTH"],
    [() => one.update(create, { returned: Array(1025).fill(BLOCK) }), "TOO_MANY"],
    [() => one.update(create, { returned: (function* () { for (;;) yield BLOCK; })() }), "TOO_LARGE"],
    [() => one.update(create, { error: "x", succeeded: true }), "REQUEST"],
    [() => one.update(), "REQUEST"],
    [() => one.update({ kind: "make" }), "REQUEST"],
    [() => one.update({ kind: "create", count: 0.5 }), "NOT_A_WHOLE_NUMBER"],
    [() => one.resync(), "REQUEST"],
    [() => one.resync("10.0.8.32/28"), "REQUEST"],
    [() => one.resync([BLOCK, undefined]), "REQUEST"],
    [() => one.activate(), "REQUEST"],
    [() => one.activate({ warmIpTarget: "3" }), "REQUEST"],
    [() => one.activate({}, { releasing: ["10.0.8.48/28"] }), "ILLEGAL_CHOICE"],
    [() => one.drain({ releasing: [BLOCK] }), "ILLEGAL_CHOICE"],
    [() => one.modeUpdate("secondary-ip", "ip"), "IPAM_MODE"],
    [() => one.addressOf(5), "REQUEST"],
    [() => new Pool(), "REQUEST"],
    [() => new Pool({}), "REQUEST"],
    [() => new Pool({ instanceType: "m5.larg" }), "UNKNOWN_TYPE"],
    [() => new Pool({ capacity: 2 ** 32 }), "OUT_OF_RANGE"],
    [() => prefixes({ used: [{ owner: "a", address: "10.0.8.33" }, { owner: "a", address: "10.0.8.34" }] }), "OWNER_TWICE"],
    [() => prefixes({ used: { a: "10.0.8.33" } }), "REQUEST"],
    [() => prefixes({ quirksOff: ["none"] }), "QUIRK"],
    [() => prefixes({ config: {}, data: {} }), "REQUEST"],
    [() => prefixes({ onEni: [cyclic] }), "TOO_DEEP"],
    [() => pool(one, [{ op: "asign" }]), "POOL_STEP"],
    [() => pool(one, { op: "assign" }), "REQUEST"],
    [() => pool(one, Array(10_001).fill({ op: "reconcile" })), "TOO_MANY"],
    [() => pool(undefined, [{ op: "reconcile" }]), "REQUEST"],
  ];
  for (const value of [undefined, null, true, 5, {}, [], 1n, () => 1, Symbol("x"), new Map(), cyclic]) {
    const code = value === cyclic ? "TOO_DEEP" : "REQUEST";
    for (const method of ["assign", "update", "resync", "activate"]) {
      if ((method === "resync" && (Array.isArray(value) || value instanceof Map)) || (method === "activate" && value && Object.keys(value).length === 0)) continue;
      refused.push([() => one[method](value), code]);
    }
  }
  for (const [work, expected] of refused) assert.equal(codeOf(work), expected, String(work));
  assert.ok(one.equals(before), "nothing is half done");
  assert.throws(() => one.coolDown(-1), { message: "nowMs is -1: 0 to 9223372036854775807 is allowed" });
  assert.throws(() => Pool({ capacity: 9 }), TypeError);
  assert.throws(() => Pool.prototype.counts.call({}), TypeError);
});

test("answers are those of the operation, and a state is a pool again", () => {
  const one = prefixes({ onEni: new Set([BLOCK]), used: new Set([{ owner: "a", address: "10.0.8.33" }]), quirksOff: new Set(["lost-remainder"]) });
  const steps = new Set([{ op: "assign", owner: "b" }, { op: "free", owner: "a", nowMs: 5 }, { op: "drain" }]);
  const answer = pool(one, steps);
  assert.deepEqual(call("pool", { pool: one, steps: [...steps] }), answer);
  assert.equal(one.counts().usedAddresses, 1, "operations leave the class as it is");
  assert.deepEqual([one.assign("b"), one.free("a", { nowMs: 5 }), one.drain()], answer.steps);
  assert.deepEqual([one.introspect(), one.counts(), one.targets()], [answer.state, answer.counts, answer.targets]);
  for (const again of [new Pool(one), new Pool(one.introspect()), new Pool(JSON.parse(JSON.stringify(one))), one.copy()]) {
    assert.ok(again.equals(one) && one.equals(again));
    assert.deepEqual(again.assign("c"), one.copy().assign("c"));
    assert.ok(!again.equals(one) && !again.equals({}) && !again.equals(null));
  }
  assert.deepEqual(pool().state, null);
  assert.equal(new Pool({ instanceType: "t2.large", mode: "prefix-delegation" }).mode, "secondary-ip");
});

test("handles are freed with the objects that hold them", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const onEni = Array.from({ length: 63 }, (_, index) => `10.0.${index >> 4}.${(index & 15) * 16}/28`);
  const full = new Pool({ capacity: 1008, mode: "prefix-delegation", onEni });
  for (let pod = 0; pod < 1008; pod += 1) full.assign(`pod-${pod}`);
  collect();
  const before = process.memoryUsage.rss();
  // A full pool takes some 100 kB: 10,000 of them would be 1 GB.
  for (let round = 0; round < 100; round += 1) {
    for (let each = 0; each < 100; each += 1) full.copy();
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  collect();
  await new Promise((resolve) => { setImmediate(resolve); });
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  console.log(`10,000 full pools later: ${grown.toFixed(0)} MiB more`);
  assert.ok(grown < 300, `${grown} MiB`);
});
