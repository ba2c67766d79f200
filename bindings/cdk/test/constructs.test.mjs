// What is made, for both modules of the CDK, managed and self-managed.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CLUSTERS, CniSettings, IpamMode, Match, NodeAccess, Template, WindowsEdition,
  WindowsRelease, ec2, eks, rules, shop, userData, winpod,
} from "./support.mjs";

const MODULES = Object.keys(CLUSTERS);
const IMAGE = "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.35/image_id";

for (const module of MODULES) {
  test(`${module}: settings by the add-on, and the policy, before nodes`, () => {
    const { scope } = shop({ module, networking: { mode: IpamMode.PREFIX_DELEGATION, warmPrefixTarget: 2 } });
    const template = Template.fromStack(scope);
    const [[id, addon]] = Object.entries(template.findResources("AWS::EKS::Addon"));
    assert.deepEqual([addon.Properties.AddonName, addon.Properties.ResolveConflicts], ["vpc-cni", "OVERWRITE"]);
    // The add-on has targets of its own, of which warmWindowsIPTarget 1 and minimumWindowsIPTarget 3 would count first.
    assert.deepEqual(JSON.parse(addon.Properties.ConfigurationValues), {
      enableWindowsIpam: "true",
      enableWindowsPrefixDelegation: "true",
      minimumWindowsIPTarget: "0",
      warmWindowsIPTarget: "0",
      warmWindowsPrefixTarget: "2",
    });
    template.hasResource("AWS::EKS::Nodegroup", { Properties: { LaunchTemplate: Match.anyValue() }, DependsOn: Match.arrayWith([id]) });
    template.hasResourceProperties("AWS::IAM::Role", {
      ManagedPolicyArns: Match.arrayWith([Match.objectLike({ "Fn::Join": ["", Match.arrayWith([":iam::aws:policy/AmazonEKSVPCResourceController"])] })]),
    });
  });

  test(`${module}: settings by the ConfigMap`, () => {
    const { scope } = shop({ module, networking: { by: CniSettings.manifest(), warmIpTarget: 4 } });
    const template = Template.fromStack(scope);
    const manifests = Object.entries(template.findResources("Custom::AWSCDK-EKS-KubernetesResource"));
    const [id, { Properties }] = manifests.find(([, { Properties }]) => /amazon-vpc-cni/.test(JSON.stringify(Properties.Manifest)));
    const [{ data, metadata }] = JSON.parse(Properties.Manifest);
    assert.deepEqual(metadata, { name: "amazon-vpc-cni", namespace: "kube-system" });
    assert.deepEqual(data, { "enable-windows-ipam": "true", "enable-windows-prefix-delegation": "false", "warm-ip-target": "4" });
    assert.equal(Properties.Overwrite, true);
    template.hasResource("AWS::EKS::Nodegroup", { Properties: { LaunchTemplate: Match.anyValue() }, DependsOn: Match.arrayWith([id]) });
    assert.deepEqual(rules(scope), []);
  });

  test(`${module}: a managed group`, () => {
    const { scope, nodes } = shop({ module, maxSize: 10, labels: { team: "shop" } });
    const template = Template.fromStack(scope);
    template.hasResourceProperties("AWS::EKS::Nodegroup", {
      AmiType: Match.absent(),
      InstanceTypes: ["m5.large"],
      ScalingConfig: { MinSize: 1, DesiredSize: 2, MaxSize: 10 },
      LaunchTemplate: { Id: { Ref: Match.anyValue() }, Version: { "Fn::GetAtt": Match.anyValue() } },
      Labels: { team: "shop" },
      Taints: [{ Key: "os", Value: "windows", Effect: "NO_SCHEDULE" }],
    });
    template.hasParameter("*", { Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: IMAGE });
    assert.match(userData(template), /-KubeletExtraArgs '--max-pods=9 --node-labels=team=shop --register-with-taints=os=windows:NoSchedule'/);
    assert.deepEqual([nodes.podCapacity, nodes.limitedBy, nodes.kubeProxyArgs], [9, "addresses", ["--enable-dsr=true"]]);
    assert.equal(nodes.node.defaultChild, nodes.nodegroup);
    assert.equal(nodes.autoScalingGroup, undefined);
    assert.deepEqual(rules(scope), []);
  });

  test(`${module}: a self-managed group`, () => {
    const { scope, nodes } = shop({ module, selfManaged: true, minSize: 0, maxSize: 4, labels: { team: "shop" } });
    const template = Template.fromStack(scope);
    const [{ Properties }] = Object.values(template.findResources("AWS::AutoScaling::AutoScalingGroup"));
    assert.deepEqual([Properties.MinSize, Properties.MaxSize, Properties.DesiredCapacity], ["0", "4", undefined]);
    const tags = Object.fromEntries(Properties.Tags.map(({ Key, Value }) => [JSON.stringify(Key), Value]));
    // What winpod render asg-tags has.
    const request = {
      cluster: "shop", tool: "self-managed", instanceTypes: ["m5.large"], maxPods: "fit", labels: { team: "shop" },
      taints: ["os=windows:NoSchedule"], language: "shell",
    };
    const [{ text }] = winpod.render("asg-tags", undefined, request).artefacts;
    const wanted = [...text.matchAll(/Key=(.*),Value=(.*),Propagate/g)];
    assert.equal(wanted.length, 6);
    for (const [, key, value] of wanted) assert.equal(tags[JSON.stringify(key)], value, key);
    template.hasResourceProperties("AWS::EC2::LaunchTemplate", {
      LaunchTemplateData: { InstanceType: "m5.large", IamInstanceProfile: Match.anyValue(), SecurityGroupIds: [Match.anyValue()] },
    });
    // Bash that CDK would write for Auto Scaling groups.
    assert.doesNotMatch(userData(template), /bootstrap\.sh/);
    assert.equal(nodes.node.defaultChild, nodes.autoScalingGroup.node.defaultChild);
    assert.equal(nodes.nodegroup, undefined);
    assert.deepEqual(rules(scope), []);
  });

  test(`${module}: the arguments of each version`, () => {
    const expected = { 1.31: "--enable-dsr=true --feature-gates=WinDSR=true", 1.33: "--enable-dsr=true", 1.35: "--enable-dsr=true" };
    for (const [version, args] of Object.entries(expected)) {
      const networking = { mode: IpamMode.PREFIX_DELEGATION };
      const { scope, nodes } = shop({ module, cluster: { version }, networking });
      const text = userData(Template.fromStack(scope));
      assert.ok(text.startsWith("<powershell>\n") && text.trimEnd().endsWith("</powershell>"), text);
      assert.match(text, /& \$EKSBootstrapScriptFile `\n/);
      assert.match(text, new RegExp(`-KubeProxyExtraArgs '${args}'`), version);
      // m5.large: nine slots of sixteen.
      assert.match(text, /-KubeletExtraArgs '--max-pods=144 /);
      assert.match(text, /-EKSClusterName '\[Cluster\w+\]'/);
      assert.match(text, /-APIServerEndpoint '\[Cluster\w+\.Endpoint\]'/);
      assert.match(text, /-Base64ClusterCA '\[Cluster\w+\.CertificateAuthorityData\]'/);
      assert.equal(nodes.kubeProxyArgs.join(" "), args);
    }
  });

  test(`${module}: a block of Services of one's own reaches the bootstrap script`, () => {
    const { scope } = shop({ module, cluster: { serviceIpv4Cidr: "10.99.0.0/16" } });
    assert.match(userData(Template.fromStack(scope)), /-ServiceCIDR '10\.99\.0\.0\/16' `\n  -DNSClusterIP '10\.99\.0\.10'/);
    assert.deepEqual(rules(scope), []);
  });
}

test("how nodes may join", () => {
  const mapping = (template) => JSON.stringify(template.findResources("Custom::AWSCDK-EKS-KubernetesResource"));
  const { API, API_AND_CONFIG_MAP } = eks.AuthenticationMode;
  for (const [module, cluster, entries, mapped] of [
    ["aws-eks", {}, 0, true],
    ["aws-eks", { authenticationMode: API_AND_CONFIG_MAP }, 1, false],
    ["aws-eks", { authenticationMode: API }, 1, false],
    ["aws-eks-v2", {}, 1, false],
  ]) {
    const { scope } = shop({ module, cluster });
    const template = Template.fromStack(scope);
    template.resourcePropertiesCountIs("AWS::EKS::AccessEntry", { Type: "EC2_WINDOWS" }, entries);
    assert.equal(/eks:kube-proxy-windows/.test(mapping(template)), mapped, `${module} ${JSON.stringify(cluster)}`);
    assert.deepEqual(rules(scope), []);
  }
  const none = shop({ access: NodeAccess.existing() });
  Template.fromStack(none.scope).resourcePropertiesCountIs("AWS::EKS::AccessEntry", { Type: "EC2_WINDOWS" }, 0);
  assert.deepEqual(rules(shop({ access: NodeAccess.awsAuth() }).scope).filter((text) => /awsAuth/.test(text)).length, 1);
});

test("an image, a volume, a range of ports, blocks without source NAT", () => {
  const { scope } = shop({
    release: WindowsRelease.WINDOWS_2019,
    edition: WindowsEdition.FULL,
    cluster: { version: "1.34" },
    diskSize: 100,
    portRange: "34000-65535",
    excludedSnatCidrs: ["10.20.0.0/16", "10.30.0.0/16"],
  });
  const template = Template.fromStack(scope);
  template.hasParameter("*", { Default: IMAGE.replace("2022-English-Core", "2019-English-Full").replace("1.35", "1.34") });
  template.hasResourceProperties("AWS::EC2::LaunchTemplate", {
    LaunchTemplateData: { BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { VolumeSize: 100 } }] },
  });
  const text = userData(template);
  assert.match(text, /netsh int ipv4 set dynamicport tcp start=34000 num=31536/);
  assert.match(text, /-ExcludedSnatCIDRs '10\.20\.0\.0\/16', '10\.30\.0\.0\/16'/);
});

test("several types: the one with the fewest addresses decides", () => {
  const instanceTypes = ["m5.xlarge", "m5.large"].map((type) => new ec2.InstanceType(type));
  assert.equal(shop({ instanceTypes }).nodes.podCapacity, 9);
  const { scope, nodes } = shop({ instanceTypes, selfManaged: true, maxPods: 5 });
  assert.deepEqual([nodes.podCapacity, nodes.limitedBy], [5, "max-pods"]);
  Template.fromStack(scope).hasResourceProperties("AWS::AutoScaling::AutoScalingGroup", {
    MixedInstancesPolicy: { LaunchTemplate: { Overrides: [{ InstanceType: "m5.xlarge" }, { InstanceType: "m5.large" }] } },
  });
});

test("an escape hatch is judged as it will be deployed", () => {
  const { scope, nodes } = shop();
  nodes.nodegroup.addPropertyOverride("AmiType", "WINDOWS_CORE_2022_x86_64");
  assert.deepEqual(rules(scope), ["error NG-006"]);
});

test("what nothing may break out of, or cannot be", () => {
  for (const value of ["'; Remove-Item C:\\ #", "`$(iex x)", "a\nb", '"', "쿠버네티스", "a".repeat(64)]) {
    assert.throws(() => shop({ labels: { team: value } }), { code: "NAME" }, value);
    assert.throws(() => shop({ taints: [{ key: "team", value }] }), { name: "Error" }, value);
  }
  assert.throws(() => shop({ networking: { warmIpTarget: -1 } }), { code: "NOT_A_WHOLE_NUMBER" });
  assert.throws(() => shop({ portRange: "34000-70000" }), { name: "Error" });
  assert.throws(() => shop().networking.acknowledge("CLU-09", "none"), { code: "UNKNOWN_RULE" });
});

test("sizes that contradict each other", () => {
  assert.throws(() => shop({ minSize: 3, maxSize: 2 }), /maxSize 2 is below 3 nodes/);
  assert.throws(() => shop({ minSize: 3, desiredSize: 2 }), /desiredSize 2 is below minSize 3/);
  assert.throws(() => shop({ instanceTypes: [] }), /instanceTypes is empty/);
  assert.throws(() => shop({ labels: { "kubernetes.io/os": "windows" } }), { code: "NAME" });
});
