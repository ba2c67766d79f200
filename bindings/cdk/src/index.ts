/**
 * Constructs for Windows nodes on Amazon EKS: `WindowsNetworking` prepares a cluster of either module, `WindowsNodegroup`
 * adds nodes. What is wrong is told at synth, under the ids of `winpod rules`.
 *
 * @packageDocumentation
 */

export { NodeAccess } from "./access";
export { type WindowsCluster } from "./cluster";
export { type AddonSettingsOptions, CniSettings } from "./cni-settings";
export { IpamMode, WindowsNetworking, type WindowsNetworkingProps } from "./networking";
export { WindowsNodegroup } from "./nodegroup";
export { LimitedBy, type NodeTaint, WindowsEdition, type WindowsNodegroupProps, WindowsRelease } from "./nodegroup-props";
