// Windows nodes: a launch template whose PowerShell is winpod's, and a group of either kind that uses it.

import { Annotations, type CfnElement, Tags, Token } from "aws-cdk-lib";
import * as autoscaling from "aws-cdk-lib/aws-autoscaling";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as eks from "aws-cdk-lib/aws-eks";
import * as iam from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { capacity, dsr } from "winpod";
import { NodeAccess } from "./access";
import { isOwn, known, orUndefined, type WindowsCluster } from "./cluster";
import { windowsImage } from "./image";
import type { WindowsNetworking } from "./networking";
import { LimitedBy, WindowsEdition, type WindowsNodegroupProps, WindowsRelease } from "./nodegroup-props";
import { scaleFromZeroTags } from "./scale-from-zero";
import { userData } from "./user-data";

/**
 * A group of Windows nodes, managed by EKS or self-managed, whose nodes are told how many pods they have addresses for.
 *
 * The launch template has an image ID, so the call of the bootstrap script is in its user data and takes `--max-pods` and the
 * arguments of kube-proxy; EKS would write a call of its own without them.
 *
 * @example
 * const nodes = new WindowsNodegroup(this, "Windows", { networking, release: WindowsRelease.WINDOWS_2022, maxSize: 10 });
 * nodes.podCapacity; // 9 on m5.large, 144 with prefix delegation
 * new WindowsNodegroup(this, "Tools", { networking, minSize: 3, maxSize: 2 }); // throws: maxSize 2 is below 3 nodes
 */
export class WindowsNodegroup extends Construct implements iam.IGrantable {
  /** The cluster's side. */
  readonly networking: WindowsNetworking;
  /** Pods that each node takes, by its type with the fewest; undefined where types or `maxPods` are tokens or not known. */
  readonly podCapacity?: number;
  /** What decides that. */
  readonly limitedBy?: LimitedBy;
  /** What kube-proxy is given for DSR; empty without it. */
  readonly kubeProxyArgs: string[];
  /** The role of the nodes. */
  readonly role: iam.IRole;
  /** The role of the nodes, for grants. */
  readonly grantPrincipal: iam.IPrincipal;
  /** The launch template. */
  readonly launchTemplate: ec2.LaunchTemplate;
  /** The managed group; undefined for self-managed nodes. */
  readonly nodegroup?: eks.CfnNodegroup;
  /** The Auto Scaling group of self-managed nodes; undefined for managed ones. */
  readonly autoScalingGroup?: autoscaling.AutoScalingGroup;

  constructor(scope: Construct, id: string, props: WindowsNodegroupProps) {
    super(scope, id);
    const { networking } = props;
    const { cluster } = networking;
    this.networking = networking;
    networking._judge.add(this);

    const types = (props.instanceTypes ?? [new ec2.InstanceType("m5.large")]).map((type) => type.toString());
    if (types.length === 0) throw new Error("instanceTypes is empty: give one type or more");
    const pods = this.capacity(types, props.maxPods ?? "fit");
    this.podCapacity = pods?.pods;
    this.limitedBy = pods?.limitedBy;
    const { release = WindowsRelease.WINDOWS_2022 } = props;
    const kubernetes = known(networking.kubernetesVersion);
    this.kubeProxyArgs = props.dsr ? dsr({ release, kubernetes }).kubeProxyArgs : [];

    this.role = props.role ?? this.defaultRole();
    this.grantPrincipal = this.role.grantPrincipal;
    const access = (props.access ?? NodeAccess.of(cluster))._grant(this, cluster, this.role);
    this.launchTemplate = this.template(types, pods, props);

    const subnets = cluster.vpc.selectSubnets(props.subnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS });
    const size = sizes(props);
    if (props.selfManaged) this.autoScalingGroup = this.selfManaged(types, subnets, size, props, pods);
    else this.nodegroup = this.managed(types, subnets, size, props);
    const group = this.nodegroup ?? (this.autoScalingGroup!.node.defaultChild as CfnElement);
    this.node.defaultChild = group;
    // The group alone: access itself waits for the role.
    group.node.addDependency(networking);
    if (access !== undefined) group.node.addDependency(access);
  }

  /** Pods of the type with the fewest addresses, where they can be told. */
  private capacity(types: string[], maxPods: "fit" | number): Capacity | undefined {
    if (types.some((type) => Token.isUnresolved(type)) || Token.isUnresolved(maxPods)) {
      this.note("the instance types or maxPods are known at deployment only, so podCapacity is not, and maxPods fit is left out");
      return undefined;
    }
    const { mode } = this.networking;
    // What is wrong with a type is told at synth, under its rule.
    const rows = types.map((type) => orUndefined(() => capacity(type, { mode })));
    if (!rows.every((row) => row !== undefined)) return undefined;
    const { instanceType, ipv4 } = rows.reduce((fewest, row) => (row.ipv4 < fewest.ipv4 ? row : fewest));
    const limit = maxPods === "fit" ? ipv4 : maxPods;
    const { pods, limitedBy } = capacity(instanceType!, { mode, maxPods: limit });
    return { pods, limitedBy: limitedBy as LimitedBy, addresses: ipv4, maxPods: limit };
  }

  private defaultRole(): iam.Role {
    const policies = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"];
    return new iam.Role(this, "Role", {
      assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com"),
      managedPolicies: policies.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
  }

  private template(types: string[], pods: Capacity | undefined, props: WindowsNodegroupProps): ec2.LaunchTemplate {
    const { kubernetesVersion, cluster } = this.networking;
    if (kubernetesVersion === undefined && props.machineImage === undefined) {
      Annotations.of(this).addError("the version of an imported cluster is not known: give WindowsNetworking kubernetesVersion");
    }
    const text = this.script(pods, props);
    const { release = WindowsRelease.WINDOWS_2022, edition = WindowsEdition.CORE, diskSize } = props;
    const volume = diskSize === undefined ? undefined : ec2.BlockDeviceVolume.ebs(diskSize, { encrypted: true });
    return new ec2.LaunchTemplate(this, "LaunchTemplate", {
      machineImage: props.machineImage ?? windowsImage(release, edition, kubernetesVersion),
      userData: ec2.UserData.custom(text),
      blockDevices: volume && [{ deviceName: "/dev/sda1", volume }],
      // A managed group has these itself.
      ...(props.selfManaged && {
        instanceType: new ec2.InstanceType(types[0]!),
        role: this.role,
        securityGroup: props.securityGroup ?? this.sharedSecurityGroup(cluster),
      }),
    });
  }

  /** What a node runs when it starts. */
  private script(pods: Capacity | undefined, props: WindowsNodegroupProps): string {
    const { cluster, kubernetesVersion, mode, serviceIpv4Cidr } = this.networking;
    if (props.dsr && known(kubernetesVersion) === undefined) {
      this.note("the version of Kubernetes is known at deployment only, so kube-proxy gets the arguments that most versions take");
    }
    if (serviceIpv4Cidr === undefined && !isOwn(cluster)) {
      this.note("the block of Services of an imported cluster is not known: give WindowsNetworking serviceIpv4Cidr if EKS did not choose it");
    }
    return userData(
      {
        cluster: cluster.clusterName,
        endpoint: orUndefined(() => cluster.clusterEndpoint),
        certificateAuthority: orUndefined(() => cluster.clusterCertificateAuthorityData),
      },
      {
        kubernetes: known(kubernetesVersion),
        serviceCidr: serviceIpv4Cidr,
        release: props.release,
        edition: props.edition,
        mode,
        maxPods: pods?.maxPods ?? (props.maxPods === "fit" ? undefined : props.maxPods),
        labels: props.labels,
        taints: props.taints,
        dsr: props.dsr,
        portRange: props.portRange,
        excludedSnatCidrs: props.excludedSnatCidrs,
      },
    );
  }

  private managed(types: string[], subnets: ec2.SelectedSubnets, size: Sizes, props: WindowsNodegroupProps): eks.CfnNodegroup {
    if (size.minSize === 0) {
      this.note(
        "the Cluster Autoscaler starts a group from no node only if its Auto Scaling group has tags; EKS makes that of a managed " +
          "group, and CloudFormation cannot tag it: winpod render asg-tags writes the command",
      );
    }
    return new eks.CfnNodegroup(this, "Nodegroup", {
      clusterName: this.networking.cluster.clusterName,
      nodegroupName: props.nodegroupName,
      nodeRole: this.role.roleArn,
      subnets: subnets.subnetIds,
      instanceTypes: types,
      scalingConfig: size,
      launchTemplate: { id: this.launchTemplate.launchTemplateId!, version: this.launchTemplate.latestVersionNumber },
      labels: props.labels,
      taints: props.taints?.map((taint) => ({ effect: "NO_SCHEDULE", ...taint })),
    });
  }

  private selfManaged(
    types: string[],
    subnets: ec2.SelectedSubnets,
    { minSize, desiredSize, maxSize }: Sizes,
    props: WindowsNodegroupProps,
    pods: Capacity | undefined,
  ): autoscaling.AutoScalingGroup {
    const { cluster } = this.networking;
    const overrides = types.map((type) => ({ instanceType: new ec2.InstanceType(type) }));
    const group = new autoscaling.AutoScalingGroup(this, "Nodes", {
      autoScalingGroupName: props.nodegroupName,
      vpc: cluster.vpc,
      vpcSubnets: { subnets: subnets.subnets },
      minCapacity: minSize,
      // A number here would set the group back at every deployment.
      desiredCapacity: props.desiredSize === undefined ? undefined : desiredSize,
      maxCapacity: maxSize,
      ...(types.length === 1
        ? { launchTemplate: this.launchTemplate }
        : { mixedInstancesPolicy: { launchTemplate: this.launchTemplate, launchTemplateOverrides: overrides } }),
    });
    Tags.of(group).add(`kubernetes.io/cluster/${cluster.clusterName}`, "owned", ON_INSTANCES);
    if (props.scaleFromZeroTags ?? true) {
      const tags = scaleFromZeroTags(cluster.clusterName, props, pods);
      for (const [key, value] of Object.entries(tags)) Tags.of(group).add(key, value, ON_GROUP);
    }
    return group;
  }

  private sharedSecurityGroup(cluster: WindowsCluster): ec2.ISecurityGroup | undefined {
    const group = orUndefined(() => cluster.clusterSecurityGroup);
    if (group === undefined) {
      Annotations.of(this).addError(
        "the security group of an imported cluster is not known: give the import clusterSecurityGroupId, or the group securityGroup",
      );
    }
    return group;
  }

  /** What is not known at synth. */
  private note(text: string): void {
    Annotations.of(this).addInfo(text);
  }
}

interface Capacity {
  pods: number;
  limitedBy: LimitedBy;
  /** Addresses for pods. */
  addresses: number;
  maxPods: number;
}

interface Sizes {
  minSize: number;
  desiredSize: number;
  maxSize: number;
}

const ON_GROUP = { applyToLaunchedInstances: false, includeResourceTypes: ["AWS::AutoScaling::AutoScalingGroup"] };
const ON_INSTANCES = { ...ON_GROUP, applyToLaunchedInstances: true };

/** Sizes as EKS wants them, with those that are not given. */
function sizes({ minSize, desiredSize, maxSize }: WindowsNodegroupProps): Sizes {
  const numbers = [minSize, desiredSize, maxSize].map((size) => (Token.isUnresolved(size) ? undefined : size));
  const [least, first, most] = numbers;
  if (least !== undefined && first !== undefined && first < least) throw new Error(`desiredSize ${first} is below minSize ${least}`);
  const lowest = first ?? least;
  if (lowest !== undefined && most !== undefined && most < lowest) throw new Error(`maxSize ${most} is below ${lowest} nodes`);
  const desired = desiredSize ?? minSize ?? Math.min(2, most ?? 2);
  return { minSize: minSize ?? Math.min(1, first ?? 1), desiredSize: desired, maxSize: maxSize ?? Math.max(desired, 1) };
}
