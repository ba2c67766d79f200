// What a group of Windows nodes is made of.

import type * as ec2 from "aws-cdk-lib/aws-ec2";
import type * as eks from "aws-cdk-lib/aws-eks";
import type * as eksv2 from "aws-cdk-lib/aws-eks-v2";
import type * as iam from "aws-cdk-lib/aws-iam";
import type { NodeAccess } from "./access";
import type { WindowsNetworking } from "./networking";

/** A release of Windows Server. */
export enum WindowsRelease {
  /** Windows Server 2019. */
  WINDOWS_2019 = "2019",
  /** Windows Server 2022. */
  WINDOWS_2022 = "2022",
  /** Windows Server 2025: Kubernetes 1.35 or later. */
  WINDOWS_2025 = "2025",
}

/** How much of Windows is installed. */
export enum WindowsEdition {
  /** Without a desktop. */
  CORE = "core",
  /** With a desktop. */
  FULL = "full",
}

/** What decides how many pods a node takes. */
export enum LimitedBy {
  /** The addresses that it can get. */
  ADDRESSES = "addresses",
  /** The kubelet's `--max-pods`. */
  MAX_PODS = "max-pods",
}

/** A taint, of either module; without an effect it is `NO_SCHEDULE`. */
export type NodeTaint = eks.TaintSpec | eksv2.TaintSpec;

/** What `WindowsNodegroup` is made of. */
export interface WindowsNodegroupProps {
  /** The cluster, made ready for Windows. */
  readonly networking: WindowsNetworking;

  /**
   * Whether an Auto Scaling group of your own has the nodes, and no managed node group.
   *
   * @default false
   */
  readonly selfManaged?: boolean;

  /**
   * The release of Windows Server.
   *
   * @default WindowsRelease.WINDOWS_2022
   */
  readonly release?: WindowsRelease;

  /**
   * How much of Windows is installed.
   *
   * @default WindowsEdition.CORE
   */
  readonly edition?: WindowsEdition;

  /**
   * The types of the nodes. A group has one `--max-pods`, so types with as many addresses go together best.
   *
   * @default - m5.large
   */
  readonly instanceTypes?: ec2.InstanceType[];

  /**
   * Smallest number of nodes.
   *
   * @default 1
   */
  readonly minSize?: number;

  /**
   * Number of nodes at first.
   *
   * @default - minSize; without one 2, or maxSize if that is smaller
   */
  readonly desiredSize?: number;

  /**
   * Largest number of nodes.
   *
   * @default - desiredSize
   */
  readonly maxSize?: number;

  /**
   * Pods per node: a number, or as many as each type of the group has addresses for.
   *
   * @default "fit"
   */
  readonly maxPods?: "fit" | number;

  /**
   * Whether kube-proxy uses Direct Server Return, with the arguments that the version of Kubernetes needs.
   *
   * @default false
   */
  readonly dsr?: boolean;

  /**
   * The dynamic range of ports of the nodes, such as `34000-65535`, for many services without DSR.
   *
   * @default - that of Windows, 49152-65535
   */
  readonly portRange?: string;

  /**
   * Blocks to which pods are not source-NATed.
   *
   * @default - none beside those of the VPC
   */
  readonly excludedSnatCidrs?: string[];

  /**
   * Labels of the nodes.
   *
   * @default - none
   */
  readonly labels?: { readonly [name: string]: string };

  /**
   * Taints of the nodes.
   *
   * @default - none; pods without a node selector may come to these nodes
   */
  readonly taints?: NodeTaint[];

  /**
   * The subnets of the nodes, and so of their pods.
   *
   * @default - the private subnets of the cluster's VPC
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * The role of the nodes; one of their own, not that of Linux nodes.
   *
   * @default - a role with the policies that EKS asks for
   */
  readonly role?: iam.IRole;

  /**
   * How the nodes may join.
   *
   * @default - by aws-auth where the cluster has nothing else, else by an access entry
   */
  readonly access?: NodeAccess;

  /**
   * The image of the nodes.
   *
   * @default - the latest EKS image of the release, from its SSM parameter
   */
  readonly machineImage?: ec2.IMachineImage;

  /**
   * The root volume in GiB.
   *
   * @default - that of the image
   */
  readonly diskSize?: number;

  /**
   * The security group of self-managed nodes; managed ones have that of the cluster.
   *
   * @default - that of the cluster
   */
  readonly securityGroup?: ec2.ISecurityGroup;

  /**
   * The name of the group.
   *
   * @default - one that CloudFormation makes
   */
  readonly nodegroupName?: string;

  /**
   * Whether the Auto Scaling group of self-managed nodes has the tags by which the Cluster Autoscaler finds it and knows what
   * its nodes will have, so that it can start from no node. EKS makes the Auto Scaling group of a managed one, and
   * CloudFormation cannot tag it.
   *
   * @default true
   */
  readonly scaleFromZeroTags?: boolean;
}
