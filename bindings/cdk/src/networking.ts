// The cluster's side: addresses for Windows pods, and the right to give them.

import { Annotations, Token } from "aws-cdk-lib";
import type * as iam from "aws-cdk-lib/aws-iam";
import { ManagedPolicy } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { clusterRole, clusterVersion, serviceBlock, type WindowsCluster } from "./cluster";
import { CniSettings } from "./cni-settings";
import { Judge } from "./judge";

/** How the VPC Resource Controller gives addresses to Windows nodes. */
export enum IpamMode {
  /** Single addresses: as many pods as the network interface has secondary addresses. */
  SECONDARY_IP = "secondary-ip",
  /** Prefixes of 16 addresses: for types with Nitro, in subnets with free /28 blocks. */
  PREFIX_DELEGATION = "prefix-delegation",
}

/** What `WindowsNetworking` is made of. */
export interface WindowsNetworkingProps {
  /** The cluster, of `aws-eks` or `aws-eks-v2`. */
  readonly cluster: WindowsCluster;

  /**
   * How nodes get addresses. The whole cluster has one mode.
   *
   * @default IpamMode.SECONDARY_IP
   */
  readonly mode?: IpamMode;

  /**
   * Who writes the settings.
   *
   * @default CniSettings.addon()
   */
  readonly by?: CniSettings;

  /**
   * Free addresses that a node keeps beyond those in use (`warm-ip-target`).
   *
   * @default - the controller's own
   */
  readonly warmIpTarget?: number;

  /**
   * Addresses that a node has at least (`minimum-ip-target`).
   *
   * @default - the controller's own
   */
  readonly minimumIpTarget?: number;

  /**
   * Free prefixes that a node keeps beyond those in use (`warm-prefix-target`), with prefix delegation.
   *
   * @default - the controller's own
   */
  readonly warmPrefixTarget?: number;

  /**
   * The role of the cluster, to which `AmazonEKSVPCResourceController` is attached.
   *
   * @default - that of a cluster that this app makes; nothing is attached for an imported one
   */
  readonly clusterRole?: iam.IRole;

  /**
   * The version of Kubernetes, such as `1.35`.
   *
   * @default - that of a cluster that this app makes; needed for an imported one
   */
  readonly kubernetesVersion?: string;

  /**
   * The block of the cluster's Services. Nodes of clusters with a block of their own need it: the bootstrap script guesses.
   *
   * @default - that of a cluster that this app makes, where it was chosen
   */
  readonly serviceIpv4Cidr?: string;
}

/**
 * Makes a cluster ready for Windows nodes: the settings of the VPC CNI and the policy of the cluster's role, both before
 * any `WindowsNodegroup`. Make one for a cluster.
 *
 * @example
 * const networking = new WindowsNetworking(this, "Networking", { cluster, mode: IpamMode.PREFIX_DELEGATION });
 * new WindowsNetworking(this, "Tools", { cluster, warmIpTarget: -1 }); // throws: NOT_A_WHOLE_NUMBER
 */
export class WindowsNetworking extends Construct {
  /** The cluster. */
  readonly cluster: WindowsCluster;
  /** How nodes get addresses. */
  readonly mode: IpamMode;
  /** The version of Kubernetes; may be a token, and is undefined where nothing tells it. */
  readonly kubernetesVersion?: string;
  /** The block of the cluster's Services, where it is known. */
  readonly serviceIpv4Cidr?: string;
  /** @internal */
  readonly _judge: Judge;

  constructor(scope: Construct, id: string, props: WindowsNetworkingProps) {
    super(scope, id);
    const { cluster, mode = IpamMode.SECONDARY_IP } = props;
    this.cluster = cluster;
    this.mode = mode;
    this.kubernetesVersion = props.kubernetesVersion ?? clusterVersion(cluster);
    this.serviceIpv4Cidr = props.serviceIpv4Cidr ?? serviceBlock(cluster);
    if (Token.isUnresolved(mode)) throw new Error("mode is a token: choose it when the app is synthesised");

    this.allowAddresses(props.clusterRole ?? clusterRole(cluster));
    (props.by ?? CniSettings.addon())._write(this, cluster, { mode, set: targets(props) });
    this._judge = new Judge(this);
  }

  /**
   * Accepts a finding under its rule id: it becomes an information with your reason. Warnings can be acknowledged by
   * `Annotations.of(x).acknowledgeWarning(id)` too; errors by this only, since the CDK has no way for them.
   *
   * @param rule the id, such as `CLU-009`
   * @param reason why it does not matter here
   * @throws {WinpodError} code `UNKNOWN_RULE`, with a suggestion for a misspelt id.
   */
  acknowledge(rule: string, reason: string): void {
    this._judge.accept(rule, reason);
  }

  private allowAddresses(role: iam.IRole | undefined): void {
    const policy = "AmazonEKSVPCResourceController";
    if (role === undefined) {
      Annotations.of(this).addInfoV2(
        "CLU-006",
        `the role of an imported cluster is not known: attach ${policy} to it, or give clusterRole`,
      );
      return;
    }
    role.addManagedPolicy(ManagedPolicy.fromAwsManagedPolicyName(policy));
  }
}

/** The targets that are asked for, by the keys of the ConfigMap. */
function targets(props: WindowsNetworkingProps): { [key: string]: number } {
  const all: [string, number | undefined][] = [
    ["minimum-ip-target", props.minimumIpTarget],
    ["warm-ip-target", props.warmIpTarget],
    ["warm-prefix-target", props.warmPrefixTarget],
  ];
  return Object.fromEntries(all.filter((pair): pair is [string, number] => pair[1] !== undefined));
}
