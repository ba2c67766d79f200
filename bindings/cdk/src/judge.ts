// Asks `winpod check` at synth about what the app makes, and hangs the findings on the constructs they are about.

import { Annotations, AspectPriority, Aspects, CfnElement, CfnResource, Stack, Token } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import { checkSync, type Finding, rules } from "winpod";
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

/** Groups with the judge of their cluster. */
const judges = new WeakMap<IConstruct, Judge>();

/** What is told of a resource or a cluster. */
type Told = Pick<Finding, "rule" | "severity" | "message" | "why" | "remedy">;

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
    const [{ id }] = rules(rule) as [ReturnType<typeof rules>[number]];
    this.accepted.set(id, reason);
  }

  /** Takes in a group, which findings about its resources are then hung on. */
  add(group: IConstruct): void {
    this.groups.add(group);
    judges.set(group, this);
  }

  private tell(): void {
    const { names, parts, text } = this.document();
    const whole = isOwn(this.networking.cluster);
    for (const finding of checkSync({ name: "template.json", text }).findings) {
      if (ONLY_OF_WHOLE.has(finding.rule) && !whole) continue;
      const part = (line: number | undefined) => (line === undefined ? undefined : parts[line - 1]);
      const first = part(finding.line);
      // What is wrong with a subnet is so for a group that is named beside it.
      const related = first?.type === "AWS::EC2::Subnet" ? finding.related.map(({ location }) => part(location?.line)) : [];
      const owner = [first, ...related].find((one) => one?.group !== undefined)?.group;
      this.annotate(owner ?? this.networking, finding, names);
    }
    const addons = parts.filter((one) => one?.type === "AWS::EKS::Addon" && one.resource.Properties?.AddonName === "vpc-cni");
    if (addons.length > 1) {
      Annotations.of(this.networking).addError(
        "the cluster has the add-on vpc-cni already: give it the values for Windows, and WindowsNetworking CniSettings.existing()",
      );
    }
    if (whole && this.groups.size > 0 && !parts.some((one) => one !== undefined && this.isForLinux(one))) this.tellNoLinux();
  }

  /** Whether CoreDNS has, or may have, a place by it. */
  private isForLinux({ type, group, resource }: Part): boolean {
    if (/^AWS::EKS::Nodegroup$|^AWS::AutoScaling::AutoScalingGroup$/.test(type)) return group === undefined;
    if (CLUSTER_TYPES.has(type)) return /"enabled":true/i.test(JSON.stringify(resource.Properties?.ComputeConfig ?? ""));
    return /FargateProfile$/.test(type) || /karpenter/i.test(JSON.stringify(resource));
  }

  /** The rule sees all groups of a cluster in eksctl's configuration only; here the app has them, if not by other means. */
  private tellNoLinux(): void {
    const [{ id, findings, why, remedy }] = rules("CLU-009") as [ReturnType<typeof rules>[number]];
    const message = findings[0]!.replace("{windows}", "a Windows node group");
    this.annotate(this.networking, { rule: id, severity: "warn", message, why, remedy }, new Map());
  }

  private annotate(owner: IConstruct, { rule, severity, message, why, remedy }: Told, names: Map<string, string>): void {
    const readable = message.replaceAll(/\b\w+[0-9A-F]{8}(x\d+)?\b/g, (word) => names.get(word) ?? word);
    const text = `${rule}: ${readable}. ${why} ${remedy}`;
    const reason = this.accepted.get(rule);
    if (reason !== undefined) Annotations.of(owner).addInfoV2(rule, `${rule}: ${readable}. Accepted: ${reason}`);
    else if (severity === "error") Annotations.of(owner).addError(text);
    else if (severity === "info") Annotations.of(owner).addInfoV2(rule, text);
    else Annotations.of(owner).addWarningV2(rule, text);
  }

  /** What the stacks of the cluster say of it, one resource per line; what each line is, and the paths of logical ids. */
  private document() {
    const parts: (Part | undefined)[] = [undefined];
    const names = new Map<string, string>();
    const lines = new Map<string, string>();
    const parameters = {};
    const add = (id: string, part: Part, text: string) => {
      lines.set(id, `${JSON.stringify(id)}:${text}`);
      parts.push(part);
    };
    for (const [number, stack] of [...this.stacks()].entries()) {
      const found = this.resources(stack);
      Object.assign(parameters, found.parameters);
      // Stacks may use the same logical ids, each for itself.
      const taken = [...found.parts.keys()].filter((id) => lines.has(id));
      const own = (text: string) => taken.reduce((text, id) => text.replaceAll(`"${id}"`, `"${id}x${number}"`), text);
      for (const [id, part] of found.parts) {
        const name = taken.includes(id) ? `${id}x${number}` : id;
        names.set(name, found.paths.get(id)!);
        add(name, part, own(JSON.stringify(part.resource)));
      }
    }
    const { kubernetesVersion, cluster } = this.networking;
    if (!isOwn(cluster) && kubernetesVersion !== undefined && !Token.isUnresolved(kubernetesVersion)) {
      const resource = { Type: "AWS::EKS::Cluster", Properties: { Version: kubernetesVersion } };
      add("ImportedCluster", { type: resource.Type, resource, group: undefined }, JSON.stringify(resource));
    }
    const text = `{"Parameters":${JSON.stringify(parameters)},"Resources":{\n${[...lines.values()].join(",\n")}\n}}`;
    return { names, parts, text };
  }

  /** What one stack has to say, by logical ids, and their paths. */
  private resources(stack: Stack) {
    const parts = new Map<string, Part>();
    const paths = new Map<string, string>();
    const parameters = {};
    for (const element of stack.node.findAll()) {
      if (!CfnElement.isCfnElement(element) || element.stack !== stack) continue;
      if (CfnResource.isCfnResource(element) && !TELLING.some((kind) => kind.test(element.cfnResourceType))) continue;
      const { Resources = {}, Parameters } = stack.resolve(toTemplate(element)) as Template;
      Object.assign(parameters, Parameters);
      for (const [id, resource] of Object.entries(Resources)) {
        if (!this.isAbout(element, resource)) continue;
        // A cluster of aws-eks that says nothing of it takes aws-auth alone.
        const config = resource.Properties?.Config;
        if (config !== undefined) config.accessConfig = { authenticationMode: "CONFIG_MAP", ...config.accessConfig };
        parts.set(id, { type: resource.Type, resource, group: element.node.scopes.find((scope) => this.groups.has(scope)) });
        paths.set(id, element.node.scope?.node.path ?? id);
      }
    }
    return { parts, paths, parameters };
  }

  /** The stacks that hold the cluster, its network, and groups of it. */
  private stacks(): Set<Stack> {
    const { cluster } = this.networking;
    const vpc = orUndefined(() => cluster.vpc) ?? cluster;
    return new Set([cluster, vpc, this.networking, ...this.groups].map((part) => Stack.of(part)));
  }

  /** Whether a resource is not one of another cluster. */
  private isAbout(element: CfnElement, resource: Resource): boolean {
    const { cluster } = this.networking;
    if (CLUSTER_TYPES.has(resource.Type)) return element.node.scopes.includes(cluster);
    const judge = element.node.scopes.map((scope) => judges.get(scope)).find((judge) => judge !== undefined);
    if (judge !== undefined) return judge === this;
    const name = resource.Properties?.ClusterName ?? resource.Properties?.Config?.clusterName;
    return name === undefined || JSON.stringify(name) === JSON.stringify(element.stack.resolve(cluster.clusterName));
  }
}

/** A resource of the cluster, and the group that it is of. */
interface Part {
  type: string;
  resource: Resource;
  group: IConstruct | undefined;
}

interface Resource {
  Type: string;
  Properties?: {
    AddonName?: unknown;
    ClusterName?: unknown;
    ComputeConfig?: unknown;
    Config?: { clusterName?: unknown; accessConfig?: object };
    Version?: string;
  };
}

interface Template {
  Resources?: { [id: string]: Resource };
  Parameters?: object;
}
