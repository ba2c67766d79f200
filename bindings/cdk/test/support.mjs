// Apps for tests: a stack with a cluster of either module, made fit for Windows, and what is told about it.

import { createRequire } from "node:module";

// The CDK's own validation of templates takes seconds; the tests of the example and of README have it.
process.env.CDK_VALIDATION = "false";

export const require = createRequire(import.meta.url);
export const cdk = require("aws-cdk-lib");
export const ec2 = require("aws-cdk-lib/aws-ec2");
export const iam = require("aws-cdk-lib/aws-iam");
export const eks = require("aws-cdk-lib/aws-eks");
export const eksv2 = require("aws-cdk-lib/aws-eks-v2");
export const { Annotations, Match, Template } = require("aws-cdk-lib/assertions");
const { KubectlV35Layer } = require("@aws-cdk/lambda-layer-kubectl-v35");
export const winpod = require("winpod");
export const { CniSettings, IpamMode, NodeAccess, WindowsEdition, WindowsNetworking, WindowsNodegroup, WindowsRelease } =
  require("winpod-cdk");

export function stack(props) {
  const app = new cdk.App({ context: { "aws:cdk:disable-asset-staging": true } });
  return new cdk.Stack(app, "Shop", props);
}

/** A cluster with Linux nodes. */
export const CLUSTERS = {
  "aws-eks": (scope, { version = "1.35", ...props } = {}) =>
    new eks.Cluster(scope, "Cluster", {
      version: eks.KubernetesVersion.of(version),
      kubectlLayer: new KubectlV35Layer(scope, "Kubectl"),
      ...props,
    }),
  "aws-eks-v2": (scope, { version = "1.35", ...props } = {}) =>
    new eksv2.Cluster(scope, "Cluster", {
      version: eksv2.KubernetesVersion.of(version),
      kubectlProviderOptions: { kubectlLayer: new KubectlV35Layer(scope, "Kubectl") },
      defaultCapacityType: eksv2.DefaultCapacityType.NODEGROUP,
      ...props,
    }),
};

/** A stack with a cluster and one Windows group. */
export function shop({ module = "aws-eks-v2", cluster: clusterProps, networking: networkingProps, ...props } = {}) {
  const scope = stack();
  const cluster = CLUSTERS[module](scope, clusterProps);
  const networking = new WindowsNetworking(scope, "Networking", { cluster, ...networkingProps });
  const taints = [{ key: "os", value: "windows", effect: "NO_SCHEDULE" }];
  const nodes = new WindowsNodegroup(scope, "Windows", { networking, taints, dsr: true, ...props });
  return { scope, cluster, networking, nodes };
}

/** What is told, as `severity id` and, for errors, which have no id, the id in their text. */
export function told(scope) {
  const annotations = Annotations.fromStack(scope);
  const list = (kind, entries) =>
    entries.map(({ id, entry: { data } }) => ({ kind, path: id, text: data, rule: /\[ack: ([^\]]+)\]$/.exec(data)?.[1] ?? /^([A-Z]+-\d+): /.exec(data)?.[1] }));
  return [
    ...list("error", annotations.findError("*", Match.anyValue())),
    ...list("warning", annotations.findWarning("*", Match.anyValue())),
    ...list("info", annotations.findInfo("*", Match.anyValue())),
  ];
}

/** The same as short texts. */
export function rules(scope) {
  return told(scope).map(({ kind, rule, text }) => `${kind} ${rule ?? text}`);
}

/** The user data of a launch template, with the logical ids of what it refers to in brackets. */
export function userData(template) {
  const [{ Properties }] = Object.values(template.findResources("AWS::EC2::LaunchTemplate"));
  const text = Properties.LaunchTemplateData.UserData["Fn::Base64"];
  const part = (part) => (typeof part === "string" ? part : `[${part.Ref ?? part["Fn::GetAtt"].join(".")}]`);
  return typeof text === "string" ? text : text["Fn::Join"][1].map(part).join("");
}
