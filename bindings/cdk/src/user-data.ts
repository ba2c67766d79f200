// The PowerShell that a node starts with. winpod writes it; what is known at deployment only is put in afterwards.

import { render, type RenderRequest } from "winpod";
import { known } from "./cluster";

/** Values of a cluster that are tokens most of the time; undefined for an imported cluster that was not given them. */
export interface ClusterValues {
  readonly cluster: string;
  readonly endpoint: string | undefined;
  readonly certificateAuthority: string | undefined;
}

/** What stands for such a value while winpod writes: of the right form, and nowhere else in a script. */
const PLACEHOLDERS: Record<keyof ClusterValues, string> = {
  cluster: "WINPOD-CLUSTER-NAME",
  endpoint: "https://winpod-endpoint",
  certificateAuthority: "V0lOUE9ELUNB",
};

/** An image of one's own, of which winpod writes the whole start; which one it is does not show. */
const OWN_IMAGE = "ami-00000000000000000";

/**
 * The user data of a node.
 *
 * @throws {WinpodError} as `render`.
 */
export function userData(values: ClusterValues, request: Partial<RenderRequest>): string {
  const given: Partial<Record<keyof ClusterValues, string>> = {};
  const later: [string, string][] = [];
  for (const [name, placeholder] of Object.entries(PLACEHOLDERS) as [keyof ClusterValues, string][]) {
    const value = values[name];
    if (value === undefined) continue;
    given[name] = known(value) ?? placeholder;
    if (given[name] === placeholder) later.push([placeholder, value]);
  }
  const [script] = render("user-data", undefined, { ...request, ...given, ami: OWN_IMAGE }).artefacts;
  // The values of a deployed cluster are of EKS's own making: none has a quote or a blank.
  return later.reduce((text, [placeholder, token]) => text.replaceAll(placeholder, () => token), script!.text);
}
