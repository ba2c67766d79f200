// The PowerShell that a node starts with. winpod writes it; what is known at deployment only is put in afterwards.

import { Token, Tokenization } from "aws-cdk-lib";
import { render, type RenderOptions } from "winpod";
import type { NodeTaint } from "./nodegroup-props";
import { EFFECTS } from "./scale-from-zero";

/** Values of a cluster that are tokens most of the time; undefined for an imported cluster that was not given them. */
export interface ClusterValues {
  readonly cluster: string;
  readonly endpoint?: string | undefined;
  readonly certificateAuthority?: string | undefined;
}

/** What stands for such a value while winpod writes: of the right form, and nowhere else in a script. */
const PLACEHOLDERS: Record<keyof ClusterValues, string> = {
  cluster: "WINPOD-CLUSTER-NAME",
  endpoint: "https://winpod-endpoint",
  certificateAuthority: "V0lOUE9ELUNB",
};

/** What stands for `maxPods`: a number that no node has. */
const MAX_PODS = 4_000_000_000;

/** An image of one's own, of which winpod writes the whole start; which one it is does not show. */
const OWN_IMAGE = "ami-00000000000000000";

/** Options whose texts and `maxPods` may be tokens. */
export type UserDataOptions = Pick<
  RenderOptions,
  "kubernetes" | "serviceCidr" | "release" | "edition" | "mode" | "labels" | "dsr" | "portRange" | "excludedSnatCidrs"
> & { readonly maxPods?: number | undefined; readonly taints?: NodeTaint[] | undefined };

/**
 * The user data of a node.
 *
 * @throws {WinpodError} as `render`.
 */
export function userData(cluster: ClusterValues, { maxPods, labels, taints, ...options }: UserDataOptions): string {
  // The endpoint and the authority belong together; without both the script asks EKS.
  const isWhole = cluster.endpoint !== undefined && cluster.certificateAuthority !== undefined;
  const values: ClusterValues = isWhole ? cluster : { cluster: cluster.cluster };
  const later: [string, string][] = [];
  const stand = (value: string, placeholder: string) => {
    if (!Token.isUnresolved(value)) return value;
    later.push([placeholder, value]);
    return placeholder;
  };
  const request: RenderOptions = { ...options, ami: OWN_IMAGE };
  for (const [name, placeholder] of Object.entries(PLACEHOLDERS) as [keyof ClusterValues, string][]) {
    const value = values[name];
    if (value !== undefined) request[name] = stand(value, placeholder);
  }
  if (Token.isUnresolved(maxPods)) {
    request.maxPods = MAX_PODS;
    later.push([String(MAX_PODS), Tokenization.stringifyNumber(maxPods!)]);
  } else if (maxPods !== undefined) {
    request.maxPods = maxPods;
  }
  const given = Object.entries(labels ?? {}).map(([key, value], index) => [key, stand(value, `winpod-label-${index}-token`)]);
  request.labels = Object.fromEntries(given);
  request.taints = (taints ?? []).map(({ key = "", value = "", effect = "NO_SCHEDULE" }, index) => {
    const assigned = value && `=${stand(value, `winpod-taint-${index}-value`)}`;
    return `${stand(key, `winpod-taint-${index}-token`)}${assigned}:${EFFECTS[effect]}`;
  });
  const [script] = render("user-data", undefined, request).artefacts;
  // EKS makes the values of a cluster, and none has a quote or a blank; a label that has one is refused by the kubelet.
  return later.reduce((text, [placeholder, token]) => text.replaceAll(placeholder, () => token), script!.text);
}
