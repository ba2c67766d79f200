// topology: both schemas, what is left behind, what is refused.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { topology } from "winpod";
import { repository } from "./support.mjs";

const node = (name) => join(repository, "tests/inputs/hns-node", name);

test("both schemas tell the same node", () => {
  const [first, second] = ["v1", "v2"].map((schema) => topology([node(schema), node("cluster")]));
  for (const { verdict, counts, networks } of [first, second]) {
    assert.equal(verdict, "consistent");
    assert.deepEqual([counts.policies, counts.dsrPolicies, counts.endpointsWithPod], [5, 4, 3]);
    assert.equal(networks[0].endpoints[2].pod.name, "worker-0");
    assert.equal(networks[0].eni.id, "eni-0d4f6a8b0c2e4f617");
  }
  assert.deepEqual(first.policies.map(({ backends }) => backends), second.policies.map(({ backends }) => backends));
});

test("what is left behind", () => {
  const { findings, policies } = topology([node("v1"), node("left-behind"), node("cluster")]);
  assert.deepEqual(findings.map(({ code }) => code), ["topology-stale-backends", "topology-service-port"]);
  assert.deepEqual(policies.filter(({ missingBackends }) => missingBackends > 0).map(({ address }) => address), ["172.20.91.4"]);
});

test("documents, and what is refused", () => {
  const text = readFileSync(node("v2/loadbalancers.json"), "utf8");
  assert.equal(topology({ name: "policies", text }).counts.policies, 5);
  assert.throws(() => topology([]), { code: "REQUEST" });
  assert.throws(() => topology(node("cluster"), { node: "ip-10-0-8-2" }), { code: "UNKNOWN_NODE" });
  assert.throws(() => topology(node("v1"), { nodes: "x" }), { code: "REQUEST" });
});
