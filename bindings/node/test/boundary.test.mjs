// What JavaScript can hand over and JSON cannot: refused with a code, never a crash, never quietly something else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { aggregate, call, capacity, contains, ipam, mixedCapacity, plan, planSync, prefix, sources, subnets, types } from "winpod";
import { codeOf } from "./support.mjs";

const cyclic = { name: "a" };
cyclic.self = cyclic;
const nested = (levels) => {
  let value = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
};

test("numbers enter wide", () => {
  const numbers = [
    [NaN, "NOT_A_WHOLE_NUMBER"],
    [Infinity, "NOT_A_WHOLE_NUMBER"],
    [-Infinity, "NOT_A_WHOLE_NUMBER"],
    [24.7, "NOT_A_WHOLE_NUMBER"],
    [2 ** 70, "NOT_A_WHOLE_NUMBER"],
    [2 ** 53, "OUT_OF_RANGE"],
    [2 ** 32, "OUT_OF_RANGE"],
    [-1, "OUT_OF_RANGE"],
    ["24", "REQUEST"],
    ["", "REQUEST"],
    [1n, "REQUEST"],
    [true, "REQUEST"],
    [[24], "REQUEST"],
    [{}, "REQUEST"],
    [() => 24, "REQUEST"],
    [Symbol("24"), "REQUEST"],
    ["\ud800", "ENCODING"],
    [cyclic, "TOO_DEEP"],
  ];
  for (const [number, code] of numbers) {
    assert.equal(codeOf(() => capacity("m5.large", { maxPods: number })), code, `maxPods ${String(number)}`);
    assert.equal(codeOf(() => capacity(["m5.large"], { maxPods: number })), code);
    assert.equal(codeOf(() => call("capacity", { types: ["m5.large"], maxPods: number })), code);
    assert.equal(codeOf(() => types({ limit: number })), code);
    assert.equal(codeOf(() => mixedCapacity("m5.large", { mode: "secondary-ip", stillUsed: number })), code);
  }
  assert.equal(codeOf(() => subnets("10.0.0.0/24", -1)), "PREFIX_LENGTH");
  assert.equal(codeOf(() => subnets("10.0.0.0/24", 24.7)), "NOT_A_WHOLE_NUMBER");
  assert.equal(codeOf(() => capacity([], { limits: { ipv4PerEni: 0, nitro: true } })), "IPV4_PER_ENI");
  for (const absent of [undefined, null]) {
    assert.equal(capacity("m5.large", { maxPods: absent }).maxPods, 110);
    assert.equal(capacity("m5.large", { mode: absent }).ipv4, 9);
  }
  assert.equal(capacity("m5.large", { maxPods: new Number(8) }).pods, 8);
  assert.equal(capacity("m5.large", { maxPods: -0 }).pods, 0);
});

test("texts", () => {
  const texts = [
    [undefined, "REQUEST"],
    [null, "REQUEST"],
    [NaN, "NOT_A_WHOLE_NUMBER"],
    [24.7, "REQUEST"],
    [-1, "REQUEST"],
    [2 ** 70, "REQUEST"],
    [1n, "REQUEST"],
    ["", "PREFIX_SYNTAX"],
    ["\ud800", "ENCODING"],
    ["10.0.0.0/8\udfff", "ENCODING"],
    ["10.0.0.0/8\0", "PREFIX_SYNTAX"],
    ["1".repeat(10_000_000), "PREFIX_SYNTAX"],
    [{}, "REQUEST"],
    [[], "REQUEST"],
    [cyclic, "TOO_DEEP"],
    [nested(100_000), "TOO_DEEP"],
    [new Map(), "REQUEST"],
    [new Uint8Array(4), "REQUEST"],
  ];
  for (const [text, code] of texts) {
    const shown = typeof text === "string" ? JSON.stringify(text.slice(0, 20)) : typeof text;
    assert.equal(codeOf(() => prefix(text)), code, shown);
    assert.equal(codeOf(() => aggregate(["10.0.0.0/24", text])), code, shown);
    assert.equal(codeOf(() => contains("10.0.0.0/8", { prefixes: [text] })), code, shown);
  }
  for (const [name, code] of [["", "UNKNOWN_TYPE"], ["\ud800", "ENCODING"], ["1".repeat(10_000_000), "UNKNOWN_TYPE"]]) {
    assert.equal(codeOf(() => capacity(name)), code);
    assert.equal(codeOf(() => capacity([name])), code);
  }
  assert.equal(codeOf(() => capacity("m5.large", { mode: "\ud800" })), "ENCODING");
  assert.equal(codeOf(() => capacity("m5.large", { mode: "" })), "IPAM_MODE");
  assert.equal(codeOf(() => sources("")), "UNKNOWN_SOURCE");
});

test("requests of another shape", () => {
  for (const options of [5, null, "x", true, 1n, () => 1, Symbol("x"), [1], { maxpods: 5 }, { "\ud800": 1 }]) {
    const code = typeof options === "object" && options !== null && "\ud800" in options ? "ENCODING" : "REQUEST";
    assert.equal(codeOf(() => capacity("m5.large", options)), code, typeof options);
    assert.equal(codeOf(() => types(options)), code);
    assert.equal(codeOf(() => ipam(options)), code);
    assert.equal(codeOf(() => contains("10.0.0.0/8", options)), code);
    assert.equal(codeOf(() => planSync({ name: "a", text: "b" }, options)), code);
  }
  for (const request of [undefined, null, 5, "x", cyclic]) {
    assert.equal(codeOf(() => call("prefix", request)), request === cyclic ? "TOO_DEEP" : "REQUEST");
  }
  for (const operation of ["", "nothing", undefined, null, 5, "\ud800", Symbol("plan"), "toString"]) {
    assert.equal(codeOf(() => call(operation, {})), "UNKNOWN_OPERATION");
  }
  assert.equal(codeOf(() => ipam({ data: new Map([["enable-windows-ipam", "true"]]) })), "REQUEST");
  assert.equal(codeOf(() => call("prefix", nested(128))), "REQUEST");
  assert.equal(codeOf(() => call("prefix", nested(129))), "TOO_DEEP");
});

test("inputs of plan", async () => {
  const inputs = [
    [undefined, "REQUEST"],
    [[], "REQUEST"],
    [null, "REQUEST"],
    [5, "REQUEST"],
    [[undefined], "REQUEST"],
    [NaN, "NOT_A_WHOLE_NUMBER"],
    ["\ud800", "ENCODING"],
    [{ name: "a", text: "\ud800" }, "ENCODING"],
    [{ kind: "\ud800" }, "ENCODING"],
    [{ kind: NaN }, "NOT_A_WHOLE_NUMBER"],
    [{ kind: () => 1 }, "REQUEST"],
    [cyclic, "TOO_DEEP"],
    [{ kind: nested(128) }, "TOO_DEEP"],
    [new URL("https://192.0.2.1/"), "ERR_INVALID_URL_SCHEME"],
  ];
  for (const [input, code] of inputs) {
    assert.equal(codeOf(() => planSync(input)), code);
    await assert.rejects(plan(input), { code });
  }
});

test("shared parts are no cycle, and do not grow without bound", () => {
  let shared = { kind: "Pod" };
  for (let level = 0; level < 100; level += 1) shared = { a: shared, b: shared };
  assert.equal(codeOf(() => planSync(shared)), "TOO_LARGE");
});

test("what the user's own code throws comes through", () => {
  const thrown = new Error("mine");
  const throwing = { get mode() { throw thrown; } };
  assert.throws(() => capacity("m5.large", throwing), thrown);
  assert.throws(() => capacity((function* () { throw thrown; })()), thrown);
  assert.throws(() => planSync({ toJSON() { throw thrown; } }), thrown);
});

test("lists without an end are refused", () => {
  const endless = function* () {
    for (;;) yield "10.0.0.0/8";
  };
  assert.equal(codeOf(() => aggregate(endless())), "TOO_LARGE");
  assert.equal(codeOf(() => planSync(endless())), "TOO_LARGE");
  const sparse = [];
  sparse.length = 2 ** 31;
  assert.equal(codeOf(() => aggregate(sparse)), "TOO_LARGE");
  assert.equal(codeOf(() => call("types", { families: sparse })), "TOO_LARGE");
});

test("bytes are the text of a document, and a map is none", () => {
  const group = "nodeGroups: [{name: win, amiFamily: WindowsServer2022CoreContainer, instanceType: m5.large}]";
  for (const bytes of [Buffer.from(group), new Uint8Array(Buffer.from(group))]) {
    assert.equal(planSync(bytes).nodeGroups[0].types[0].pods, 9);
    assert.equal(planSync([bytes]).nodeGroups[0].types[0].pods, 9);
  }
  assert.equal(codeOf(() => planSync(Buffer.from([0xff]))), "ENCODING");
  assert.equal(codeOf(() => planSync(new Map([["a", 1]]))), "REQUEST");
});
