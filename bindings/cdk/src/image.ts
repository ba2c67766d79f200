// The EKS image of a release of Windows Server, by its SSM parameter.

import * as ec2 from "aws-cdk-lib/aws-ec2";
import { known } from "./cluster";
import { WindowsEdition, type WindowsRelease } from "./nodegroup-props";

/** The latest image for a version of Kubernetes, which may be a token. */
export function windowsImage(release: WindowsRelease, edition: WindowsEdition, kubernetes: string | undefined): ec2.IMachineImage {
  const option = edition === WindowsEdition.FULL ? "Full" : "Core";
  const name = `/aws/service/ami-windows-latest/Windows_Server-${release}-English-${option}-EKS_Optimized-${kubernetes}/image_id`;
  const os = ec2.OperatingSystemType.WINDOWS;
  // A parameter of the template is looked up at every deployment, and its name must be known.
  if (known(kubernetes) !== undefined) return ec2.MachineImage.fromSsmParameter(name, { os });
  const imageId = `{{resolve:ssm:${name}}}`;
  return { getImage: () => ({ imageId, osType: os, userData: ec2.UserData.forWindows() }) };
}
