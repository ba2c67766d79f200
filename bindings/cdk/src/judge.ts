// Asks `winpod check` at synth about what the app makes, and hangs the findings on the constructs they are about.

import { Annotations, AspectPriority, Aspects, CfnElement, CfnResource, Stack, Token } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import { checkSync, type Finding } from "winpod";
import { CLUSTER_TYPES, isOwn, orUndefined, toTemplate } from "./cluster";
import type { WindowsNetworking } from "./networking";

/** What a template has to say about the network of nodes. */
const TELLING = [
  /^AWS::EKS::/,
  /^Custom::AWSCDK-EKS-/,
  /^AWS::EC2::(VPC|VPCCidrBlock|Subnet|LaunchTemplate)$/,
  /^AWS::AutoScaling::(AutoScalingGroup|LaunchConfiguration)$/,
  /^AWS::IAM::(Role|InstanceProfile)$/,
];

/** What only a whole cluster shows, and an app that imports one has a part of. */
const ONLY_OF_WHOLE = new Set(["CLU-001", "CLU-009", "CLU-010", "AUTH-001", "AUTH-006"]);

/** The findings of `winpod check` on the cluster of a `WindowsNetworking`. */
export class Judge {
  private readonly accepted = new Map<string, string>();
  private readonly groups = new Set<IConstruct>();

  constructor(private readonly networking: WindowsNetworking) {
    // Last, so that what other aspects and escape hatches change is judged as it will be deployed.
    const visit = (node: IConstruct) => {
      if (node === networking) this.tell();
    };
    Aspects.of(networking).add({ visit }, { priority: AspectPriority.READONLY });
  }

  accept(rule: string, reason: string): void {
    this.accepted.set(rule, reason);
  }

  /** Takes in a group, which findings about its resources are then hung on. */
  add(group: IConstruct): void {
    this.groups.add(group);
  }

  private tell(): void {
    const { names, owners, text } = this.document();
    for (const finding of checkSync({ name: "template.json", text }).findings) {
      if (ONLY_OF_WHOLE.has(finding.rule) && !isOwn(this.networking.cluster)) continue;
      const lines = [finding.line, ...finding.related.map(({ location }) => location?.line)];
      // A finding about subnets names the group that it is about beside them.
      const owner = lines.map((line) => owners[(line ?? 0) - 1]).find((owner) => owner !== undefined);
      this.annotate(owner ?? this.networking, finding, names);
    }
  }

  private annotate(owner: IConstruct, { rule, severity, message, why, remedy }: Finding, names: Map<string, string>): void {
    const readable = message.replaceAll(/\b\w+[0-9A-F]{8}\b/g, (word) => names.get(word) ?? word);
    const text = `${rule}: ${readable}. ${why} ${remedy}`;
    const reason = this.accepted.get(rule);
    if (reason !== undefined) Annotations.of(owner).addInfoV2(rule, `${rule}: ${readable}. Accepted: ${reason}`);
    else if (severity === "error") Annotations.of(owner).addError(text);
    else if (severity === "info") Annotations.of(owner).addInfoV2(rule, text);
    else Annotations.of(owner).addWarningV2(rule, text);
  }

  /**
   * What the stacks of the cluster say of it, one resource per line, with the construct that each line is of and the paths
   * of logical ids.
   */
  private document() {
    const owners: (IConstruct | undefined)[] = [undefined];
    const names = new Map<string, string>();
    const lines = new Map<string, string>();
    const parameters = {};
    const add = (id: string, resource: unknown, owner: IConstruct | undefined) => {
      if (lines.has(id)) return;
      lines.set(id, `${JSON.stringify(id)}:${JSON.stringify(resource)}`);
      owners.push(owner);
    };
    for (const stack of this.stacks()) {
      for (const element of stack.node.findAll()) {
        if (!(element instanceof CfnElement) || element.stack !== stack) continue;
        if (element instanceof CfnResource && !TELLING.some((kind) => kind.test(element.cfnResourceType))) continue;
        const { Resources = {}, Parameters } = stack.resolve(toTemplate(element)) as Template;
        Object.assign(parameters, Parameters);
        for (const [id, resource] of Object.entries(Resources)) {
          if (!this.isAbout(element as CfnResource, resource, stack)) continue;
          // A cluster of aws-eks that says nothing of it takes aws-auth alone.
          const config = resource.Properties?.Config;
          if (config !== undefined) config.accessConfig = { authenticationMode: "CONFIG_MAP", ...config.accessConfig };
          names.set(id, element.node.scope?.node.path ?? id);
          add(id, resource, element.node.scopes.find((scope) => this.groups.has(scope)));
        }
      }
    }
    const { kubernetesVersion, cluster } = this.networking;
    if (!isOwn(cluster) && kubernetesVersion !== undefined && !Token.isUnresolved(kubernetesVersion)) {
      add("ImportedCluster", { Type: "AWS::EKS::Cluster", Properties: { Version: kubernetesVersion } }, undefined);
    }
    const text = `{"Parameters":${JSON.stringify(parameters)},"Resources":{\n${[...lines.values()].join(",\n")}\n}}`;
    return { names, owners, text };
  }

  /** The stacks that hold the cluster, its network, and groups of it. */
  private stacks(): Set<Stack> {
    const { cluster } = this.networking;
    const vpc = orUndefined(() => cluster.vpc) ?? cluster;
    return new Set([cluster, vpc, this.networking, ...this.groups].map((part) => Stack.of(part)));
  }

  /** Whether a resource is not one of another cluster. */
  private isAbout(element: CfnResource, resource: Resource, stack: Stack): boolean {
    const { cluster } = this.networking;
    if (CLUSTER_TYPES.has(resource.Type)) return element.node.scopes.includes(cluster);
    const name = resource.Properties?.ClusterName ?? resource.Properties?.Config?.clusterName;
    return name === undefined || JSON.stringify(name) === JSON.stringify(stack.resolve(cluster.clusterName));
  }
}

interface Resource {
  Type: string;
  Properties?: { ClusterName?: unknown; Config?: { clusterName?: unknown; accessConfig?: object } };
}

interface Template {
  Resources?: { [id: string]: Resource };
  Parameters?: object;
}
