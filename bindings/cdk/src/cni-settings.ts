// Who carries the settings of the VPC CNI to the ConfigMap kube-system/amazon-vpc-cni.

import { Annotations, Token, Tokenization } from "aws-cdk-lib";
import * as eks from "aws-cdk-lib/aws-eks";
import * as eksv2 from "aws-cdk-lib/aws-eks-v2";
import type { Construct } from "constructs";
import { render } from "winpod";
import { isFirstGeneration, orUndefined, type WindowsCluster } from "./cluster";

/**
 * The settings: the mode, and targets by the keys of the ConfigMap.
 *
 * @internal
 */
export interface CniRequest {
  readonly mode: "secondary-ip" | "prefix-delegation";
  readonly set: { [key: string]: number };
}

/** What stands for a target that is a token while winpod writes: numbers that no target has. */
const PLACEHOLDER = 4_000_000_000;

/**
 * The settings as their owner wants them, who may ask for more than was set: the add-on writes targets of its own beside them.
 *
 * @throws {WinpodError} as `render`.
 */
function written(kind: "addon-values" | "configmap", { mode, set }: CniRequest): { [key: string]: string } {
  const later = new Map<string, string>();
  const given = Object.entries(set).map(([key, target], index) => {
    if (!Token.isUnresolved(target)) return [key, String(target)];
    const placeholder = String(PLACEHOLDER + index);
    later.set(placeholder, Tokenization.stringifyNumber(target));
    return [key, placeholder];
  });
  const [artefact] = render(kind, undefined, { mode, set: Object.fromEntries(given) }).artefacts;
  // Every flag and target is a text in quotes on a line of its own, and nothing else is.
  const pairs = [...artefact!.text.matchAll(/^ *([\w-]+): "([^"]*)"$/gm)];
  return Object.fromEntries(pairs.map(([, key, value]) => [key, later.get(value!) ?? value]));
}

/** How the add-on is to be. */
export interface AddonSettingsOptions {
  /**
   * The version of the add-on.
   *
   * @default - the default of EKS for the version of the cluster
   */
  readonly addonVersion?: string;

  /**
   * Further values of its configuration, beside those for Windows.
   *
   * @default - none
   */
  readonly configurationValues?: { readonly [key: string]: unknown };

  /**
   * What EKS does with settings that somebody has changed: `NONE`, `OVERWRITE` or `PRESERVE`.
   *
   * @default "OVERWRITE", since a new cluster has a VPC CNI that no add-on owns yet
   */
  readonly resolveConflicts?: "NONE" | "OVERWRITE" | "PRESERVE";
}

/**
 * Who writes the settings of the VPC CNI for Windows.
 *
 * @example
 * new WindowsNetworking(this, "Networking", { cluster, by: CniSettings.addon({ addonVersion: "v1.20.1-eksbuild.1" }) });
 */
export abstract class CniSettings {
  /** The add-on vpc-cni, which the construct makes: its own values, and nothing that needs kubectl. */
  static addon(options: AddonSettingsOptions = {}): CniSettings {
    return new ByAddon(options);
  }

  /**
   * The ConfigMap itself, through kubectl: for a VPC CNI that no add-on owns. The cluster needs a kubectl layer
   * (`kubectlLayer` in `aws-eks`, `kubectlProviderOptions` in `aws-eks-v2`).
   */
  static manifest(): CniSettings {
    return new ByManifest();
  }

  /** They are written elsewhere, such as by an add-on of your own; nothing is written. */
  static existing(): CniSettings {
    return new Existing();
  }

  /** @internal */
  abstract _write(scope: Construct, cluster: WindowsCluster, request: CniRequest): void;
}

class ByAddon extends CniSettings {
  constructor(private readonly options: AddonSettingsOptions) {
    super();
  }

  /** @internal */
  override _write(scope: Construct, cluster: WindowsCluster, request: CniRequest): void {
    const { addonVersion, configurationValues, resolveConflicts = "OVERWRITE" } = this.options;
    const windows = written("addon-values", request);
    new eks.CfnAddon(scope, "Addon", {
      addonName: "vpc-cni",
      addonVersion,
      clusterName: cluster.clusterName,
      configurationValues: cluster.stack.toJsonString({ ...configurationValues, ...windows }),
      resolveConflicts,
    });
  }
}

class ByManifest extends CniSettings {
  /** @internal */
  override _write(scope: Construct, cluster: WindowsCluster, request: CniRequest): void {
    const metadata = { name: "amazon-vpc-cni", namespace: "kube-system" };
    const data = written("configmap", request);
    const manifest = [{ apiVersion: "v1", kind: "ConfigMap", metadata, data }];
    // The VPC CNI of a new cluster brings the ConfigMap along, so creating it would fail.
    const props = { manifest, overwrite: true, prune: false };
    const write = () =>
      isFirstGeneration(cluster)
        ? new eks.KubernetesManifest(scope, "ConfigMap", { ...props, cluster })
        : new eksv2.KubernetesManifest(scope, "ConfigMap", { ...props, cluster: cluster as eksv2.ICluster });
    if (orUndefined(write) !== undefined) return;
    // What threw is half made.
    scope.node.tryRemoveChild("ConfigMap");
    Annotations.of(scope).addError(
      "CniSettings.manifest() needs kubectl, and the cluster has none: give it kubectlLayer (aws-eks) or " +
        "kubectlProviderOptions (aws-eks-v2), or use CniSettings.addon()",
    );
  }
}

class Existing extends CniSettings {
  /** @internal */
  override _write(): void {}
}
