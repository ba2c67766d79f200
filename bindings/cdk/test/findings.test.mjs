// What is told at synth: each finding with a group that has it and one that just has not, under the ids of winpod rules.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CniSettings, IpamMode, WindowsNetworking, WindowsNodegroup, WindowsRelease, cdk, ec2, eksv2, rules,
  shop, stack, told, winpod,
} from "./support.mjs";

const PREFIXES = { mode: IpamMode.PREFIX_DELEGATION };
const types = (...names) => ({ instanceTypes: names.map((name) => new ec2.InstanceType(name)) });

/** A cluster in a VPC whose private subnets are of a size, in two Availability Zones. */
function inVpc(cidrMask, props) {
  const scope = stack();
  const vpc = new ec2.Vpc(scope, "Vpc", {
    maxAzs: 2,
    subnetConfiguration: [
      { name: "public", subnetType: ec2.SubnetType.PUBLIC, cidrMask: 28 },
      { name: "private", subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask },
    ],
  });
  const cluster = new eksv2.Cluster(scope, "Cluster", {
    version: eksv2.KubernetesVersion.V1_35,
    vpc,
    defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
  });
  return withGroup(scope, cluster, props);
}

function withGroup(scope, cluster, { networking: networkingProps, ...props } = {}) {
  const networking = new WindowsNetworking(scope, "Networking", { cluster, ...networkingProps });
  const taints = [{ key: "os", value: "windows" }];
  const nodes = new WindowsNodegroup(scope, "Windows", { networking, taints, dsr: true, ...props });
  return { scope, networking, nodes };
}

/** Names, a group with the finding, one without, and the construct that is told. */
const CASES = {
  "error IPAM-010": [() => shop(types("p4d.24xlargo")), () => shop(types("c5.large")), "Windows"],
  "error IPAM-011": [() => shop(types("m6g.large")), () => shop(types("m6i.large")), "Windows"],
  "warning PD-002": [
    () => shop({ ...types("m4.large"), networking: PREFIXES }),
    () => shop({ ...types("m5.large"), networking: PREFIXES }),
    "Windows",
  ],
  "error CLU-012": [
    () => shop({ release: WindowsRelease.WINDOWS_2025, cluster: { version: "1.34" } }),
    () => shop({ release: WindowsRelease.WINDOWS_2025, cluster: { version: "1.35" } }),
    "Windows",
  ],
  "warning CLU-009": [
    () => shop({ cluster: { defaultCapacity: 0 } }),
    () => shop({ cluster: { defaultCapacity: 2 } }),
    "Networking",
  ],
  "warning CLU-010": [
    () => shop({ cluster: { defaultCapacity: 1 } }),
    () => shop({ cluster: { defaultCapacity: 2 } }),
    "Networking",
  ],
  "warning IPAM-013": [
    () => shop({ networking: { by: CniSettings.addon({ configurationValues: { env: { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true" } } }) } }),
    () => shop({ networking: { by: CniSettings.addon({ configurationValues: { env: { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "false" } } }) } }),
    "Networking",
  ],
  // A /26 has 59 addresses to give, and eight full nodes of m5.large take 80.
  "warning IPAM-016": [() => inVpc(26, { maxSize: 16 }), () => inVpc(25, { maxSize: 16 }), "Windows"],
  // A /24 has fourteen /28 blocks without an address of AWS, and four full nodes of m5.large take 36.
  "warning PD-009": [
    () => inVpc(24, { maxSize: 8, networking: PREFIXES }),
    () => inVpc(22, { maxSize: 8, networking: PREFIXES }),
    "Windows",
  ],
  "error PD-008": [
    () => inVpc(27, { maxSize: 1, networking: PREFIXES, maxPods: 10 }),
    () => inVpc(24, { maxSize: 1, networking: PREFIXES, maxPods: 10 }),
    "Windows",
  ],
  "warning CLU-013": [
    () => shop({ release: WindowsRelease.WINDOWS_2019, cluster: { version: "1.34" } }),
    () => shop({ release: WindowsRelease.WINDOWS_2022, cluster: { version: "1.34" } }),
    "Windows",
  ],
  "info IPAM-009": [() => shop({ maxPods: 5 }), () => shop({ maxPods: 9 }), "Windows"],
  "warning NG-014": [() => shop({ diskSize: 30 }), () => shop({ diskSize: 50 }), "Windows"],
  "error AUTH-004": [() => ofOneRole(true), () => ofOneRole(false), "Windows"],
  "error CLU-007": [
    () => shop({ cluster: { ipFamily: eksv2.IpFamily.IP_V6, vpc: undefined } }),
    () => shop({ cluster: { ipFamily: eksv2.IpFamily.IP_V4 } }),
    "Networking",
  ],
  "error CLU-006": [
    () => {
      const made = shop();
      made.cluster.role.node.defaultChild.addPropertyOverride("ManagedPolicyArns", ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"]);
      return made;
    },
    () => shop(),
    "Networking",
  ],
};

/** The nodes' role as that of a Linux group too, or not. */
function ofOneRole(same) {
  const scope = stack();
  const cluster = new eksv2.Cluster(scope, "Cluster", {
    version: eksv2.KubernetesVersion.V1_35,
    defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
  });
  return withGroup(scope, cluster, same ? { role: cluster.defaultNodegroup.role } : {});
}

for (const [name, [trigger, nearMiss, construct]] of Object.entries(CASES)) {
  test(name, () => {
    const [kind, rule] = name.split(" ");
    const found = told(trigger().scope).filter((one) => one.rule === rule);
    assert.notEqual(found.length, 0, "nothing is told");
    assert.deepEqual([...new Set(found.map((one) => `${one.kind} ${one.path}`))], [`${kind} /Shop/${construct}`]);
    // The words are those of winpod rules.
    const [{ why, remedy }] = winpod.rules(rule);
    for (const { text } of found) assert.ok(text.includes(why) || text.includes(remedy.slice(0, 20)), text);
    assert.ok(!rules(nearMiss().scope).some((one) => one.endsWith(` ${rule}`)), "the near miss is told too");
  });
}

test("settings that starve pods are refused where they are written", () => {
  const minimum = (more) => shop({ networking: { minimumIpTarget: 5, by: CniSettings.manifest(), ...more } });
  assert.throws(() => minimum({}), { code: "REQUEST", message: /minimum-ip-target without warm-ip-target/ });
  assert.ok(!rules(minimum({ warmIpTarget: 1 }).scope).some((one) => one.includes("IPAM-002")));
});

test("warnings and informations are acknowledged by the CDK's own means", () => {
  const { scope, nodes } = shop({ diskSize: 30, maxPods: 5 });
  cdk.Annotations.of(nodes).acknowledgeWarning("NG-014", "the image is small");
  cdk.Annotations.of(nodes).acknowledgeInfo("IPAM-009");
  assert.deepEqual(rules(scope), []);
});

test("any finding is accepted with a reason, and is an information then", () => {
  const { scope, networking } = shop({ cluster: { defaultCapacity: 0 } });
  networking.acknowledge("CLU-009", "Linux nodes come from Karpenter");
  const [{ kind, rule, text }, ...others] = told(scope);
  assert.deepEqual([kind, rule, others], ["info", "CLU-009", []]);
  assert.match(text, /Accepted: Linux nodes come from Karpenter/);
});

test("an add-on of one's own", () => {
  const own = (made, configurationValues) => {
    new eksv2.Addon(made.scope, "VpcCni", { cluster: made.cluster, addonName: "vpc-cni", configurationValues });
    return rules(made.scope);
  };
  assert.match(own(shop(), {}).join(), /^error the cluster has the add-on vpc-cni already/);
  const existing = () => shop({ networking: { by: CniSettings.existing() } });
  assert.ok(own(existing(), { enableWindowsIpam: "false" }).includes("error CLU-001"));
  assert.deepEqual(own(existing(), { enableWindowsIpam: "true" }), []);
  // Or somewhere that the app does not show.
  assert.deepEqual(rules(existing().scope), []);
});

test("a cluster and its nodes in several stacks", () => {
  const scope = stack();
  const cluster = new eksv2.Cluster(scope, "Cluster", {
    version: eksv2.KubernetesVersion.V1_35,
    defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
  });
  const networking = new WindowsNetworking(scope, "Networking", { cluster });
  // Both groups have the same path in their stack, and so the same logical ids.
  const stacks = ["One", "Two"].map((id) => new cdk.Stack(scope.node.root, id));
  const props = { networking, dsr: true, taints: [{ key: "os", value: "windows" }] };
  for (const [index, nodes] of stacks.entries()) new WindowsNodegroup(nodes, "Windows", { ...props, maxPods: 5 + index });
  for (const [index, nodes] of stacks.entries()) {
    const found = told(nodes).filter(({ rule }) => /^[A-Z]+-\d+$/.test(rule));
    assert.deepEqual(found.map(({ rule, path }) => `${rule} ${path}`), [`IPAM-009 /${nodes.node.id}/Windows`]);
    assert.match(found[0].text, new RegExp(`max-pods is ${5 + index} `));
  }
  assert.deepEqual(rules(scope), []);
});

test("what may bring Linux nodes", () => {
  const none = { defaultCapacity: 0 };
  const has = ({ scope }) => rules(scope).includes("warning CLU-009");
  assert.ok(has(shop({ cluster: none })));
  const fargate = shop({ cluster: none });
  fargate.cluster.addFargateProfile("System", { selectors: [{ namespace: "kube-system" }] });
  assert.ok(!has(fargate));
  const karpenter = shop({ cluster: none });
  karpenter.cluster.addHelmChart("Karpenter", { chart: "karpenter", repository: "oci://public.ecr.aws/karpenter/karpenter" });
  assert.ok(!has(karpenter));
  assert.ok(!has(shop({ cluster: { defaultCapacityType: eksv2.DefaultCapacityType.AUTOMODE } })));
});

test("types that CDK's own groups refuse, by an old list, are judged by the table", () => {
  assert.deepEqual(rules(shop(types("m6a.large")).scope), []);
});

test("two clusters in a stack do not mix", () => {
  const scope = stack();
  const cluster = (id, version) =>
    new eksv2.Cluster(scope, id, { version: eksv2.KubernetesVersion.of(version), defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP });
  const groups = [["A", "1.35"], ["B", "1.34"]].map(([id, version]) => {
    const networking = new WindowsNetworking(scope, `Networking${id}`, { cluster: cluster(id, version) });
    return new WindowsNodegroup(scope, `Windows${id}`, { networking, release: WindowsRelease.WINDOWS_2025, dsr: true, taints: [{ key: "os" }] });
  });
  assert.equal(groups.length, 2);
  assert.deepEqual(told(scope).map(({ rule, path }) => `${rule} ${path}`), ["CLU-012 /Shop/WindowsB"]);
});

test("a managed group that is to start from no node", () => {
  assert.match(rules(shop({ minSize: 0 }).scope).join(), /^info the Cluster Autoscaler .* winpod render asg-tags/);
  assert.deepEqual(rules(shop({ minSize: 0, selfManaged: true }).scope), []);
});

test("manifests without kubectl are an error, not a crash", () => {
  const { scope } = shop({ cluster: { kubectlProviderOptions: undefined }, networking: { by: CniSettings.manifest() } });
  const [{ kind, text }] = told(scope);
  assert.equal(kind, "error");
  assert.match(text, /kubectlProviderOptions \(aws-eks-v2\), or use CniSettings\.addon\(\)/);
});
