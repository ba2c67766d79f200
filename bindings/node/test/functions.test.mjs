// One rule for one and many, the typed path against the common one, both module systems, inputs of every kind.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import * as winpod from "winpod";
import { packageDirectory, repository, require } from "./support.mjs";

const { aggregate, call, capacity, ipam, planSync, sources, types } = winpod;

test("both module systems give the same functions", () => {
  const common = require("winpod");
  assert.deepEqual(Object.keys(winpod).filter((name) => name !== "default").sort(), Object.keys(common).sort());
  for (const name of Object.keys(common)) assert.equal(winpod[name], common[name]);
  const declared = readFileSync(join(packageDirectory, "index.d.ts"), "utf8").matchAll(/^export declare (?:function|class) (\w+)/gm);
  assert.deepEqual([...new Set([...declared].map(([, name]) => name))].sort(), Object.keys(common).sort());
});

test("the typed path answers as call does", () => {
  const rows = types({ windows: "any" });
  assert.ok(rows.length > 1000);
  for (const { instanceType } of rows) {
    for (const options of [{}, { mode: "secondary-ip" }, { mode: "prefix-delegation" }, { maxPods: 30 }]) {
      const [answer] = call("capacity", { types: [instanceType], ...options });
      assert.deepEqual(capacity(instanceType, options), answer);
      assert.deepEqual(Object.keys(capacity(instanceType, options)), Object.keys(answer));
    }
  }
});

test("one name, one record; an iterable, a list", () => {
  const one = capacity("m5.large");
  assert.equal(one.ipv4, 9);
  const iterables = [["m5.large"], new Set(["m5.large"]), (function* () { yield "m5.large"; })()];
  for (const names of iterables) assert.deepEqual(capacity(names), [one]);
  const limits = { ipv4PerEni: 10, nitro: true };
  assert.deepEqual(capacity(undefined, { limits }).map(({ ipv4 }) => ipv4), [9]);
  assert.equal(capacity("m5.large", { limits }).length, 2);
  const [first] = sources();
  assert.deepEqual(sources(first.id), first);
  assert.deepEqual(sources([first.id]), [first]);
  assert.deepEqual(aggregate(new Set(["10.0.0.0/24", "10.0.1.0/24"])), { prefixes: ["10.0.0.0/23"] });
});

test("inputs: paths, URLs, documents, parsed documents", () => {
  const directory = mkdtempSync(join(tmpdir(), "winpod-"));
  const group = { name: "win", amiFamily: "WindowsServer2022CoreContainer", instanceType: "m5.large" };
  const parsed = { apiVersion: "eksctl.io/v1alpha5", kind: "ClusterConfig", metadata: { name: "c", created: new Date(0) }, nodeGroups: [group] };
  const text = JSON.stringify(parsed);
  const path = join(directory, "cluster.json");
  writeFileSync(path, text);
  const inputs = [path, [path], directory, pathToFileURL(path), { name: "c.json", text }, [{ name: "c.json", text }], parsed, [parsed], new Set([parsed])];
  for (const input of inputs) {
    const answer = planSync(input);
    assert.deepEqual(answer.problems, []);
    assert.equal(answer.nodeGroups[0].types[0].pods, 9);
  }
  assert.equal(planSync(parsed).nodeGroups[0].location.file, "inputs[0]");
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "amazon-vpc-cni", namespace: "kube-system" }, data: { "enable-windows-ipam": "true" } };
  assert.equal(ipam({ documents: [map] }).enabled, true);
  writeFileSync(path, JSON.stringify(map));
  assert.equal(ipam({ paths: [pathToFileURL(path)] }).enabled, true);
  rmSync(directory, { recursive: true });
});

test("errors are of this realm, with name, code, message and stack", () => {
  assert.throws(() => capacity("m5.larg"), (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, "Error");
    assert.equal(error.code, "UNKNOWN_TYPE");
    assert.match(error.message, /m5\.large/);
    assert.match(error.stack, /functions\.test\.mjs/);
    return true;
  });
});

test("the version is the workspace's", () => {
  const [, version] = readFileSync(join(repository, "Cargo.toml"), "utf8").match(/^version = "(.+)"$/m);
  assert.equal(JSON.parse(readFileSync(join(packageDirectory, "package.json"), "utf8")).version, version);
});
