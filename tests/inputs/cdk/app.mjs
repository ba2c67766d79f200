import * as cdk from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as v2 from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { KubectlV33Layer } from '@aws-cdk/lambda-layer-kubectl-v33';
const app = new cdk.App({ context: { 'aws:cdk:disable-asset-staging': true }, outdir: process.argv[2] ?? 'out' });
{
  const stack = new cdk.Stack(app, 'WindowsV1');
  const cluster = new eks.Cluster(stack, 'Cluster', { clusterName: 'shop', version: eks.KubernetesVersion.of('1.33'), kubectlLayer: new KubectlV33Layer(stack, 'Kubectl'), defaultCapacity: 2 });
  const role = new iam.Role(stack, 'NodeRole', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  cluster.awsAuth.addRoleMapping(role, { username: 'system:node:{{EC2PrivateDNSName}}', groups: ['system:bootstrappers', 'system:nodes'] });
  cluster.addNodegroupCapacity('Windows', { amiType: eks.NodegroupAmiType.WINDOWS_CORE_2022_X86_64, instanceTypes: [new ec2.InstanceType('m5.large')], minSize: 1, maxSize: 3, nodeRole: role, taints: [{ key: 'os', value: 'windows', effect: eks.TaintEffect.NO_SCHEDULE }] });
  cluster.addManifest('Cni', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system' }, data: { 'enable-windows-ipam': 'yes' } });
}
{
  const stack = new cdk.Stack(app, 'WindowsV2');
  const cluster = new v2.Cluster(stack, 'Cluster', { version: v2.KubernetesVersion.of('1.34'), kubectlProviderOptions: { kubectlLayer: new KubectlV33Layer(stack, 'Kubectl') }, defaultCapacityType: v2.DefaultCapacityType.NODEGROUP });
  const ud = ec2.UserData.forWindows();
  ud.addCommands(`& "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1" -EKSClusterName ${cluster.clusterName} -APIServerEndpoint ${cluster.clusterEndpoint} -Base64ClusterCA ${cluster.clusterCertificateAuthorityData} -KubeletExtraArgs '--max-pods=30' -KubeProxyExtraArgs '--enable-dsr=true --feature-gates=WinDSR=false'`);
  const template = new ec2.LaunchTemplate(stack, 'Template', { instanceType: new ec2.InstanceType('m5.xlarge'), machineImage: ec2.MachineImage.fromSsmParameter('/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.34/image_id', { os: ec2.OperatingSystemType.WINDOWS, userData: ud }), userData: ud });
  cluster.addNodegroupCapacity('Windows', { launchTemplateSpec: { id: template.launchTemplateId, version: template.latestVersionNumber }, minSize: 1, maxSize: 4 });
  cluster.addManifest('Pods', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 100, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { nodeSelector: { 'kubernetes.io/os': 'windows' }, containers: [{ name: 'web', image: 'mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2019' }] } } } });
  new v2.Addon(stack, 'VpcCni', { cluster, addonName: 'vpc-cni', configurationValues: { enableWindowsIpam: 'true', enableWindowsPrefixDelegation: 'yes' } });
}
app.synth();
