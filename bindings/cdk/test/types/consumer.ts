// What users write against the types, for both modules of the CDK; compiled only.

import type { Stack } from "aws-cdk-lib";
import type * as eks from "aws-cdk-lib/aws-eks";
import type * as eksv2 from "aws-cdk-lib/aws-eks-v2";
import type { CfnNodegroup } from "aws-cdk-lib/aws-eks";
import { CniSettings, LimitedBy, NodeAccess, type WindowsCluster, WindowsNetworking, WindowsNodegroup, WindowsRelease } from "winpod-cdk";

export function both(stack: Stack, first: eks.ICluster, second: eksv2.ICluster): WindowsNodegroup[] {
  const clusters: WindowsCluster[] = [first, second];
  return clusters.map((cluster, index) => {
    const networking = new WindowsNetworking(stack, `Networking${index}`, { cluster, by: CniSettings.manifest() });
    return new WindowsNodegroup(stack, `Windows${index}`, { networking, maxPods: 30, access: NodeAccess.awsAuth() });
  });
}

export function read(nodes: WindowsNodegroup): [number | undefined, boolean, string[], CfnNodegroup | undefined] {
  return [nodes.podCapacity, nodes.limitedBy === LimitedBy.ADDRESSES, nodes.kubeProxyArgs, nodes.nodegroup];
}

export function refused(stack: Stack, networking: WindowsNetworking, nodes: WindowsNodegroup): void {
  // @ts-expect-error the networking construct is needed
  new WindowsNodegroup(stack, "A", {});
  // @ts-expect-error "fit" or a number
  new WindowsNodegroup(stack, "B", { networking, maxPods: "all" });
  // @ts-expect-error no release of Windows Server
  new WindowsNodegroup(stack, "C", { networking, release: "2016" });
  // @ts-expect-error read only
  nodes.podCapacity = 1;
  // @ts-expect-error not for users
  nodes.networking._judge;
  new WindowsNodegroup(stack, "D", { networking, release: WindowsRelease.WINDOWS_2025 });
}
