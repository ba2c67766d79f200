// What is known at deployment only, and clusters that are imported: notes where there is less to tell, never a crash.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CniSettings, IpamMode, Match, Template, WindowsNetworking, WindowsNodegroup, WindowsRelease, cdk, ec2, eks, eksv2, iam, rules,
  stack, told, userData,
} from "./support.mjs";

const TAINTS = [{ key: "os", value: "windows" }];

function parameters(scope, ...names) {
  return names.map((name) => new cdk.CfnParameter(scope, name));
}

/** A stack with an imported cluster of a module and a group in it. */
function imported({ module = eksv2, networking, attributes, ...props } = {}) {
  const scope = stack();
  const vpc = ec2.Vpc.fromVpcAttributes(scope, "Vpc", {
    vpcId: "vpc-0a1b2c3d4e5f60718",
    availabilityZones: ["eu-west-1a", "eu-west-1b"],
    privateSubnetIds: ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"],
  });
  const cluster = module.Cluster.fromClusterAttributes(scope, "Cluster", { clusterName: "shop", vpc, ...attributes });
  const made = new WindowsNetworking(scope, "Networking", { cluster, ...networking });
  const nodes = new WindowsNodegroup(scope, "Windows", { networking: made, taints: TAINTS, dsr: true, ...props });
  return { scope, nodes };
}

test("types and maxPods that are tokens", () => {
  const scope = stack();
  const [type, pods] = parameters(scope, "Type", "Pods");
  const cluster = new eksv2.Cluster(scope, "Cluster", {
    version: eksv2.KubernetesVersion.V1_35,
    defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
  });
  const networking = new WindowsNetworking(scope, "Networking", { cluster });
  const props = { networking, dsr: true, taints: TAINTS, instanceTypes: [new ec2.InstanceType(type.valueAsString)] };
  const fit = new WindowsNodegroup(scope, "Fit", props);
  assert.deepEqual([fit.podCapacity, fit.limitedBy], [undefined, undefined]);
  new WindowsNodegroup(scope, "Own", { ...props, maxPods: 30 });
  new WindowsNodegroup(scope, "Asked", { ...props, maxPods: cdk.Token.asNumber(pods.valueAsString) });
  const template = Template.fromStack(scope);
  const texts = Object.values(template.findResources("AWS::EC2::LaunchTemplate")).map((it) => JSON.stringify(it));
  assert.equal(texts.filter((text) => /--max-pods=30 /.test(text)).length, 1);
  assert.equal(texts.filter((text) => /--max-pods=",\{"Ref":"Pods"\}," /.test(text)).length, 1);
  assert.equal(texts.filter((text) => /--max-pods/.test(text)).length, 2);
  assert.deepEqual([...new Set(told(scope).map(({ kind }) => kind))], ["info"]);
  assert.match(told(scope)[0].text, /podCapacity is not/);
});

test("a version that is a token: the image by a dynamic reference, and arguments that most versions take", () => {
  const scope = stack();
  const [version] = parameters(scope, "Version");
  const cluster = new eksv2.Cluster(scope, "Cluster", {
    version: eksv2.KubernetesVersion.of(version.valueAsString),
    defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
  });
  const networking = new WindowsNetworking(scope, "Networking", { cluster });
  const nodes = new WindowsNodegroup(scope, "Windows", { networking, dsr: true, taints: TAINTS });
  assert.ok(nodes.kubeProxyArgs.includes("--enable-dsr=true"));
  const [{ Properties }] = Object.values(Template.fromStack(scope).findResources("AWS::EC2::LaunchTemplate"));
  assert.match(JSON.stringify(Properties.LaunchTemplateData.ImageId), /resolve:ssm:.*EKS_Optimized-",\{"Ref":"Version"\}/);
  assert.match(rules(scope).join(), /^info the version of Kubernetes is known at deployment only/);
});

test("sizes, labels, taints, targets and names that are tokens", () => {
  const scope = stack();
  const [label, taint, size, name] = parameters(scope, "Label", "Taint", "Size", "Name");
  const cluster = new eksv2.Cluster(scope, "Cluster", {
    version: eksv2.KubernetesVersion.V1_35,
    clusterName: name.valueAsString,
    defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
  });
  const number = cdk.Token.asNumber(size.valueAsString);
  const networking = new WindowsNetworking(scope, "Networking", { cluster, warmIpTarget: number });
  new WindowsNodegroup(scope, "Windows", {
    networking,
    dsr: true,
    maxSize: number,
    labels: { team: label.valueAsString },
    taints: [{ key: "team", value: taint.valueAsString }],
  });
  const template = Template.fromStack(scope);
  assert.match(userData(template), /--node-labels=team=\[Label\] --register-with-taints=team=\[Taint\]:NoSchedule'/);
  const [addon] = Object.values(template.findResources("AWS::EKS::Addon"));
  assert.match(JSON.stringify(addon), /warmWindowsIPTarget\\":\\"",\{"Ref":"Size"\}/);
  template.hasResourceProperties("AWS::EKS::Nodegroup", { ScalingConfig: { MaxSize: { Ref: "Size" } }, LaunchTemplate: Match.anyValue() });
  assert.deepEqual(rules(scope).filter((text) => !text.startsWith("info")), []);
});

for (const module of [eks, eksv2]) {
  const name = module === eks ? "aws-eks" : "aws-eks-v2";

  test(`${name}: an imported cluster that nothing is known of`, () => {
    const { scope } = imported({ module });
    const found = told(scope);
    // The image cannot be chosen without the version.
    assert.deepEqual(found.filter(({ kind }) => kind === "error").map(({ text }) => text.split(":")[0]), [
      "the version of an imported cluster is not known",
    ]);
    assert.ok(found.some(({ rule }) => rule === "CLU-006"));
    assert.doesNotMatch(userData(Template.fromStack(scope)), /APIServerEndpoint|Base64ClusterCA/);
  });

  test(`${name}: an imported cluster that is described`, () => {
    const { scope, nodes } = imported({
      module,
      networking: { kubernetesVersion: "1.33", serviceIpv4Cidr: "10.99.0.0/16", mode: IpamMode.PREFIX_DELEGATION },
      attributes: { clusterEndpoint: "https://shop.example.com", clusterCertificateAuthorityData: "c2hvcA==" },
    });
    assert.equal(nodes.podCapacity, 144);
    const text = userData(Template.fromStack(scope));
    assert.match(text, /-EKSClusterName 'shop' `\n  -APIServerEndpoint 'https:\/\/shop\.example\.com' `\n  -Base64ClusterCA 'c2hvcA=='/);
    assert.match(text, /-ServiceCIDR '10\.99\.0\.0\/16'/);
    assert.deepEqual(told(scope).filter(({ kind, rule }) => kind === "error" || rule === "CLU-009"), []);
  });

  test(`${name}: an endpoint without its authority is of no use`, () => {
    const attributes = { clusterEndpoint: "https://shop.example.com" };
    const { scope } = imported({ module, networking: { kubernetesVersion: "1.33" }, attributes });
    assert.doesNotMatch(userData(Template.fromStack(scope)), /APIServerEndpoint/);
  });

  test(`${name}: self-managed nodes of an imported cluster need its security group`, () => {
    const networking = { kubernetesVersion: "1.35" };
    assert.match(rules(imported({ module, networking, selfManaged: true }).scope).join("\n"), /^error the security group of an imported/m);
    const attributes = { clusterSecurityGroupId: "sg-0a1b2c3d4e5f60718" };
    assert.doesNotMatch(rules(imported({ module, networking, selfManaged: true, attributes }).scope).join("\n"), /^error/m);
  });

  test(`${name}: an imported cluster without kubectl`, () => {
    const networking = { kubernetesVersion: "1.35", by: CniSettings.manifest() };
    assert.match(rules(imported({ module, networking }).scope).join("\n"), /^error CniSettings\.manifest\(\) needs kubectl/m);
  });
}

test("the rules of an imported cluster's version hold", () => {
  const release = WindowsRelease.WINDOWS_2025;
  const found = (kubernetesVersion) => rules(imported({ networking: { kubernetesVersion }, release }).scope);
  assert.ok(found("1.34").includes("error CLU-012"));
  assert.ok(!found("1.35").includes("error CLU-012"));
});

test("a role that is imported", () => {
  const scope = stack();
  const role = iam.Role.fromRoleArn(scope, "Role", "arn:aws:iam::123456789012:role/windows");
  const cluster = new eksv2.Cluster(scope, "Cluster", {
    version: eksv2.KubernetesVersion.V1_35,
    defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
  });
  const networking = new WindowsNetworking(scope, "Networking", { cluster });
  new WindowsNodegroup(scope, "Windows", { networking, role, taints: TAINTS, dsr: true });
  Template.fromStack(scope).hasResourceProperties("AWS::EKS::AccessEntry", {
    PrincipalArn: "arn:aws:iam::123456789012:role/windows",
    Type: "EC2_WINDOWS",
  });
  assert.deepEqual(rules(scope), []);
});
