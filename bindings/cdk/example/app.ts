// A cluster with Linux nodes for the system, Windows Server 2022 with prefixes for many small pods, and a self-managed group of
// Windows Server 2025 that starts from no node.

import { App, Stack, Tags } from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as eks from "aws-cdk-lib/aws-eks-v2";
import { CniSettings, IpamMode, WindowsEdition, WindowsNetworking, WindowsNodegroup, WindowsRelease } from "winpod-cdk";

const app = new App();
const stack = new Stack(app, "Shop");

// Every full node of m5.large takes nine /28 blocks: a /20 for each zone has room for ten nodes and their upgrade.
const vpc = new ec2.Vpc(stack, "Vpc", {
  ipAddresses: ec2.IpAddresses.cidr("10.0.0.0/16"),
  maxAzs: 2,
  subnetConfiguration: [
    { name: "public", subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24 },
    { name: "nodes", subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
  ],
});

const cluster = new eks.Cluster(stack, "Cluster", {
  vpc,
  version: eks.KubernetesVersion.V1_35,
  serviceIpv4Cidr: "172.30.0.0/16",
  defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
  defaultCapacity: 2,
});

const networking = new WindowsNetworking(stack, "Networking", {
  cluster,
  mode: IpamMode.PREFIX_DELEGATION,
  warmPrefixTarget: 1,
  by: CniSettings.addon(),
});

const shop = new WindowsNodegroup(stack, "Windows2022", {
  networking,
  release: WindowsRelease.WINDOWS_2022,
  instanceTypes: [new ec2.InstanceType("m5.large")],
  minSize: 2,
  maxSize: 10,
  maxPods: "fit",
  dsr: true,
  labels: { team: "shop" },
  taints: [{ key: "os", value: "windows", effect: eks.TaintEffect.NO_SCHEDULE }],
});

const reports = new WindowsNodegroup(stack, "Windows2025", {
  networking,
  selfManaged: true,
  release: WindowsRelease.WINDOWS_2025,
  edition: WindowsEdition.FULL,
  instanceTypes: [new ec2.InstanceType("m6i.xlarge")],
  minSize: 0,
  maxSize: 2,
  maxPods: 30,
  dsr: true,
  portRange: "34000-65535",
  excludedSnatCidrs: ["10.20.0.0/16"],
  diskSize: 100,
  taints: [{ key: "os", value: "windows" }],
});
// Nodes of 30 pods leave most of their addresses unused, which is known.
networking.acknowledge("IPAM-009", "reports are few and large");
// What the construct does not offer is on the resources themselves.
reports.autoScalingGroup?.scaleOnCpuUtilization("Busy", { targetUtilizationPercent: 70 });
Tags.of(shop.role).add("team", "shop");

console.error(`pods per node: ${shop.podCapacity} by ${shop.limitedBy}; kube-proxy: ${shop.kubeProxyArgs.join(" ")}`);
app.synth();
