// How nodes may join a cluster.

import { Annotations } from "aws-cdk-lib";
import * as eks from "aws-cdk-lib/aws-eks";
import type * as iam from "aws-cdk-lib/aws-iam";
import type { Construct, IDependable } from "constructs";
import { isOwn, type WindowsCluster } from "./cluster";

/**
 * How Windows nodes may join a cluster.
 *
 * @example
 * new WindowsNodegroup(this, "Windows", { networking, access: NodeAccess.accessEntry() });
 */
export abstract class NodeAccess {
  /** By an access entry of the type `EC2_WINDOWS`: for clusters whose authentication mode includes `API`. */
  static accessEntry(): NodeAccess {
    return new AccessEntry();
  }

  /**
   * By the ConfigMap aws-auth, with the group `eks:kube-proxy-windows`: for clusters of `aws-eks` that the app makes and
   * whose authentication mode includes `CONFIG_MAP`. Role and cluster have to be in one stack, as the ConfigMap names the role.
   */
  static awsAuth(): NodeAccess {
    return new AwsAuth();
  }

  /** The role may join already; nothing is written. */
  static existing(): NodeAccess {
    return new Existing();
  }

  /** What the authentication mode of the cluster takes: aws-auth where it has nothing else, else an access entry. */
  static of(cluster: WindowsCluster): NodeAccess {
    const isV1 = cluster instanceof eks.Cluster;
    const mode = (cluster as eks.ICluster).authenticationMode ?? eks.AuthenticationMode.CONFIG_MAP;
    return isV1 && mode === eks.AuthenticationMode.CONFIG_MAP ? NodeAccess.awsAuth() : NodeAccess.accessEntry();
  }

  /**
   * Lets nodes with a role join, and gives what they have to wait for.
   *
   * @internal
   */
  abstract _grant(scope: Construct, cluster: WindowsCluster, role: iam.IRole): IDependable | undefined;
}

class AccessEntry extends NodeAccess {
  /** @internal */
  override _grant(scope: Construct, cluster: WindowsCluster, role: iam.IRole): IDependable {
    if (!isOwn(cluster)) {
      Annotations.of(scope).addInfo(
        "the authentication mode of an imported cluster is not known: the access entry of the nodes needs one that includes API",
      );
    }
    return new eks.CfnAccessEntry(scope, "AccessEntry", {
      clusterName: cluster.clusterName,
      principalArn: role.roleArn,
      type: "EC2_WINDOWS",
    });
  }
}

class AwsAuth extends NodeAccess {
  /** @internal */
  override _grant(scope: Construct, cluster: WindowsCluster, role: iam.IRole): IDependable | undefined {
    if (!(cluster instanceof eks.Cluster)) {
      Annotations.of(scope).addError(
        "NodeAccess.awsAuth() needs a cluster of aws-eks that this app makes: use NodeAccess.accessEntry(), or map the role " +
          "elsewhere and use NodeAccess.existing()",
      );
      return undefined;
    }
    cluster.awsAuth.addRoleMapping(role, {
      username: "system:node:{{EC2PrivateDNSName}}",
      groups: ["system:bootstrappers", "system:nodes", "eks:kube-proxy-windows"],
    });
    return cluster.awsAuth;
  }
}

class Existing extends NodeAccess {
  /** @internal */
  override _grant(): undefined {
    return undefined;
  }
}
