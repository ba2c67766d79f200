// What can be told of a cluster at synth, whichever module it comes from.

import { type CfnElement, CfnResource, Token } from "aws-cdk-lib";
import * as eks from "aws-cdk-lib/aws-eks";
import type * as eksv2 from "aws-cdk-lib/aws-eks-v2";
import type * as iam from "aws-cdk-lib/aws-iam";

/** A cluster of `aws-eks` or of `aws-eks-v2`, made in the app or imported. */
export type WindowsCluster = eks.ICluster | eksv2.ICluster;

/** What stands in a getter that throws on clusters that were imported without it. */
export function orUndefined<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

/** A text that is known at synth. */
export function known(text: string | undefined): string | undefined {
  return text === undefined || Token.isUnresolved(text) ? undefined : text;
}

/** Whether the cluster is of `aws-eks`: only there kubectl has a role that it assumes. */
export function isFirstGeneration(cluster: WindowsCluster): cluster is eks.ICluster {
  if (cluster instanceof eks.Cluster) return true;
  const { kubectlRole, kubectlProvider } = cluster as eks.ICluster;
  return kubectlRole !== undefined || kubectlProvider?.roleArn !== undefined;
}

/** Whether the app makes the cluster; of an imported one much is not known. */
export function isOwn(cluster: WindowsCluster): boolean {
  return clusterRole(cluster) !== undefined;
}

/** The role of a cluster that the app makes. */
export function clusterRole(cluster: WindowsCluster): iam.IRole | undefined {
  return (cluster as Partial<eks.Cluster>).role;
}

/** The version of a cluster that the app makes. Both modules keep it to themselves, so it may be gone one day. */
export function clusterVersion(cluster: WindowsCluster): string | undefined {
  return (cluster as unknown as { version?: eks.KubernetesVersion }).version?.version;
}

/** The block of the Services of a cluster that the app makes, where it was chosen. */
export function serviceBlock(cluster: WindowsCluster): string | undefined {
  for (const element of cluster.node.findAll()) {
    if (!CfnResource.isCfnResource(element) || !CLUSTER_TYPES.has(element.cfnResourceType)) continue;
    const [resource] = Object.values(cluster.stack.resolve(toTemplate(element)).Resources) as { Properties: ClusterResource }[];
    const { Config, KubernetesNetworkConfig } = resource!.Properties;
    return Config?.kubernetesNetworkConfig?.serviceIpv4Cidr ?? KubernetesNetworkConfig?.ServiceIpv4Cidr;
  }
  return undefined;
}

/** What a cluster is in a template of `aws-eks-v2` and of `aws-eks`. */
export const CLUSTER_TYPES: ReadonlySet<string> = new Set(["AWS::EKS::Cluster", "Custom::AWSCDK-EKS-Cluster"]);

interface ClusterResource {
  KubernetesNetworkConfig?: { ServiceIpv4Cidr?: string };
  Config?: { kubernetesNetworkConfig?: { serviceIpv4Cidr?: string } };
}

/** An element as it will stand in its template, overrides included, with its tokens. */
export function toTemplate(element: CfnElement): unknown {
  return (element as unknown as { _toCloudFormation(): unknown })._toCloudFormation();
}
