// The tags by which the Cluster Autoscaler finds an Auto Scaling group and knows nodes that it does not see.

import type { WindowsNodegroupProps } from "./nodegroup-props";

const PREFIX = "k8s.io/cluster-autoscaler";

/** The tags of a group whose nodes have so many addresses for pods, and take so many pods; as `winpod render asg-tags` has them. */
export function scaleFromZeroTags(
  clusterName: string,
  { labels = {}, taints = [] }: Pick<WindowsNodegroupProps, "labels" | "taints">,
  capacity: { addresses: number; maxPods: number } | undefined,
): { [key: string]: string } {
  const template = `${PREFIX}/node-template`;
  const tags: { [key: string]: string } = {
    [`${PREFIX}/enabled`]: "true",
    [`${PREFIX}/${clusterName}`]: "owned",
    [`${template}/label/kubernetes.io/arch`]: "amd64",
    [`${template}/label/kubernetes.io/os`]: "windows",
  };
  if (capacity !== undefined) {
    // Without it no Windows pod seems to fit, and the group stays at no node.
    tags[`${template}/resources/vpc.amazonaws.com/PrivateIPv4Address`] = String(capacity.addresses);
    tags[`${template}/resources/pods`] = String(capacity.maxPods);
  }
  for (const [name, value] of Object.entries(labels)) tags[`${template}/label/${name}`] = value;
  for (const { key, value = "", effect } of taints) tags[`${template}/taint/${key}`] = `${value}:${EFFECTS[effect ?? "NO_SCHEDULE"]}`;
  return tags;
}

/** Effects of taints by their names in the API of EKS. */
export const EFFECTS: { readonly [name: string]: string } = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
};
