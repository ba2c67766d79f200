//! Add-ons, identities and settings of the cluster, as files of several tools say them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::ControlFlow;
use winpod_cluster::model::{AuthenticationMode, Cluster, IpFamily, Place, VolumeSource};
use winpod_cluster::read::{Input, read};

fn cluster(text: &str) -> Cluster {
    let input = Input::Document { name: "cluster.yaml".to_owned(), bytes: text.as_bytes().to_owned() };
    let reading = read(&[input], &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert!(reading.unknown_kinds.is_empty(), "{:?}", reading.unknown_kinds);
    reading.cluster
}

fn at(place: &Place) -> (u32, u32, u32) {
    (place.line, place.column, place.width)
}

#[test]
fn values_of_an_add_on_have_places_of_the_file() {
    let cluster = cluster(
        "apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-west-1, version: '1.34'}
addons:
- name: vpc-cni
  version: latest
  configurationValues: |-
    enableWindowsIpam: \"true\"
    env:
      ENABLE_PREFIX_DELEGATION: true
- name: coredns
  configurationValues: '{\"replicaCount\": 3}'
- name: kube-proxy
",
    );
    let [cni, dns, proxy] = &cluster.addons[..] else { panic!("three add-ons") };
    let values = cni.values.known().unwrap();
    let ipam = &values["enableWindowsIpam"];
    assert_eq!((ipam.text.as_str(), ipam.string, at(&ipam.place)), ("true", true, (8, 24, 6)));
    let prefixes = &values["env.ENABLE_PREFIX_DELEGATION"];
    assert_eq!((prefixes.text.as_str(), prefixes.string, at(&prefixes.place)), ("true", false, (10, 33, 4)));
    assert_eq!(at(&dns.values.known().unwrap()["replicaCount"].place), (12, 42, 1));
    assert!(proxy.values.is_absent() && !proxy.installed);
}

#[test]
fn what_eks_shows_of_an_add_on_counts() {
    let described = r#"{"addon": {"addonName": "vpc-cni", "addonVersion": "v1.20.0-eksbuild.1",
        "configurationValues": "{\"enableWindowsIpam\":\"true\"}"}}"#;
    let cluster = cluster(described);
    let addon = &cluster.addons[0];
    let ipam = &addon.values.known().unwrap()["enableWindowsIpam"];
    // Behind escapes only the string's own place is known.
    assert_eq!((addon.installed, at(&ipam.place)), (true, (2, 32, 0)));
}

#[test]
fn values_of_the_chart_are_known_by_their_keys() {
    let plain = cluster("enableWindowsIpam: \"true\"\nwarmWindowsIPTarget: 1\n");
    assert_eq!(plain.chart_values[0].values["warmWindowsIPTarget"].text, "1");
    let below = cluster("aws-vpc-cni:\n  env:\n    WARM_ENI_TARGET: \"1\"\n");
    assert_eq!(below.chart_values[0].values["env.WARM_ENI_TARGET"].place.line, 3);
}

#[test]
fn places_in_aws_auth_are_those_of_the_file() {
    let cluster = cluster(
        "apiVersion: v1
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/win
      username: system:node:{{EC2PrivateDNSName}}
      groups:
      - system:bootstrappers
      - system:nodes
    - rolearn: ${LinuxRole}
      username: system:node:{{EC2PrivateDNSName}}
      groups: [system:bootstrappers, system:nodes]
",
    );
    let [windows, linux] = &cluster.identity.mappings[..] else { panic!("two mappings") };
    assert_eq!(windows.role.known().unwrap(), "arn:aws:iam::111122223333:role/win");
    assert_eq!((windows.place.line, windows.place.column), (8, 7));
    assert_eq!(at(windows.username.place().unwrap()), (9, 17, 33));
    assert_eq!(windows.groups.place().unwrap().line, 11);
    assert!(linux.role.known().is_none());
    assert_eq!(at(linux.role.place().unwrap()), (13, 16, 12));
}

#[test]
fn what_runs_counts_more_than_what_is_asked_for() {
    let cluster = cluster(
        "apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: shop, region: eu-west-1}
accessConfig:
  authenticationMode: API
  accessEntries:
  - principalARN: arn:aws:iam::111122223333:role/win
    type: EC2_WINDOWS
kubernetesNetworkConfig: {ipFamily: IPv4, serviceIPv4CIDR: 10.96.0.0/12}
iam: {vpcResourceControllerPolicy: false}
fargateProfiles:
- name: system
  selectors:
  - namespace: kube-system
    labels: {k8s-app: kube-dns}
---
{\"cluster\": {\"name\": \"shop\", \"version\": \"1.34\", \"platformVersion\": \"eks.9\", \"resourcesVpcConfig\": {},
  \"roleArn\": \"arn:aws:iam::111122223333:role/control\", \"accessConfig\": {\"authenticationMode\": \"CONFIG_MAP\"},
  \"kubernetesNetworkConfig\": {\"ipFamily\": \"ipv4\", \"serviceIpv4Cidr\": \"172.20.0.0/16\"}}}
",
    );
    let plane = &cluster.control_plane;
    assert_eq!(plane.authentication_mode.known(), Some(&AuthenticationMode::ConfigMap));
    assert_eq!(plane.ip_family.known(), Some(&IpFamily::V4));
    assert_eq!(plane.service_cidr.known().unwrap().to_string(), "172.20.0.0/16");
    assert_eq!(plane.vpc_resource_controller_policy.known(), Some(&false));
    assert_eq!(plane.platform_version.known().unwrap(), "eks.9");
    assert!(plane.eksctl.is_some() && plane.described.is_some());
    assert_eq!(cluster.identity.access_entries[0].kind.known().unwrap(), "EC2_WINDOWS");
    let labels = [("k8s-app".to_owned(), "kube-dns".to_owned())].into();
    assert!(plane.fargate_profiles[0].selectors[0].takes("kube-system", &labels));
}

#[test]
fn volumes_lead_to_their_drivers() {
    let cluster = cluster(
        "apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: shared}
provisioner: efs.csi.aws.com
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: media, namespace: shop}
spec: {storageClassName: shared}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: bucket}
spec: {csi: {driver: s3.csi.aws.com, volumeHandle: x}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: reader
      nodeSelector: {kubernetes.io/os: windows}
      volumes:
      - {name: media, persistentVolumeClaim: {claimName: media}}
      - {name: inline, csi: {driver: smb.csi.k8s.io}}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {storageClassName: ebs}
",
    );
    let web = &cluster.workloads[0];
    let sources: Vec<_> = web.volumes.iter().map(|volume| volume.source.clone()).collect();
    assert_eq!(
        sources,
        [
            VolumeSource::Claim("media".to_owned()),
            VolumeSource::Driver("smb.csi.k8s.io".to_owned()),
            VolumeSource::Template(Some("ebs".to_owned()))
        ]
    );
    assert_eq!((web.service_account.as_str(), web.pod_labels["app"].as_str()), ("reader", "web"));
    assert_eq!(cluster.storage.claims["shop/media"].class.as_deref(), Some("shared"));
    assert_eq!(cluster.storage.classes["shared"].0, "efs.csi.aws.com");
    assert_eq!(cluster.storage.volumes["bucket"].0, "s3.csi.aws.com");
}
