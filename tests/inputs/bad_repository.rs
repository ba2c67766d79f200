//! A repository of forty files that is wrong on purpose: `ClusterConfig`, CloudFormation, Karpenter, Calico, manifests.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::{env, fs};

use serde_json::{Value, json};
use winpod_cluster::api::call;

/// What the remedies of its findings at or above `high` say: file, what stands there, what is to stand there.
const REMEDIES: &[(&str, &str, &str)] = &[
    ("cluster/shop.yaml", "  vpcResourceControllerPolicy: false", "  vpcResourceControllerPolicy: true"),
    ("cluster/shop.yaml", "enableWindowsIpam: \"yes\"", "enableWindowsIpam: \"true\""),
    ("cluster/shop.yaml", "    enableNetworkPolicy: \"true\"\n", "    enableNetworkPolicy: \"false\"\n"),
    ("cluster/shop.yaml", "  instanceType: t2.large\n", "  instanceType: t3.large\n"),
    ("cluster/shop.yaml", "  maxPodsPerNode: 60\n", ""),
    ("cluster/shop.yaml", "WindowsServer2019FullContainer", "WindowsServer2022FullContainer"),
    ("cluster/shop.yaml", "WindowsServer2025CoreContainer", "WindowsServer2022CoreContainer"),
    ("cluster/shop.yaml", "  kubeletExtraConfig:\n    evictionHard: {memory.available: 500Mi}\n", ""),
    (
        "cluster/aws-auth.yaml",
        "      - system:nodes\n",
        "      - system:nodes\n      - eks:kube-proxy-windows\n",
    ),
    ("cluster/storage.yaml", "fstype: ext4", "fstype: ntfs"),
    ("stacks/windows-nodes.yaml", "EKS_Optimized-1.33", "EKS_Optimized-1.34"),
    ("stacks/windows-nodes.yaml", "--enable-dsr=true --feature-gates=WinDSR=false", "--enable-dsr=true"),
    ("stacks/access.json", "\"EC2_LINUX\"", "\"EC2_WINDOWS\""),
    (
        "karpenter/windows-pool.yaml",
        "      - {key: kubernetes.io/os, operator: In, values: [windows]}\n",
        "      - {key: kubernetes.io/os, operator: In, values: [windows]}\n      - {key: kubernetes.io/arch, operator: In, values: [amd64]}\n      - {key: karpenter.k8s.aws/instance-category, operator: In, values: [m]}\n      - {key: karpenter.k8s.aws/instance-generation, operator: In, values: ['6']}\n",
    ),
    ("karpenter/windows-class.yaml", "windows2022@v20260512", "windows2022@latest"),
    ("karpenter/windows-class.yaml", "/dev/xvda", "/dev/sda1"),
    ("karpenter/windows-class.yaml", "[172.20.0.10, 172.20.0.11]", "[172.20.0.10]"),
    ("karpenter/windows-class.yaml", "    cpuManagerPolicy: static\n", ""),
    ("karpenter/windows-class.yaml", "    <powershell>\n", ""),
    ("karpenter/windows-class.yaml", "    </powershell>\n", ""),
    (
        "calico/installation.yaml",
        "    bgp: Enabled\n    windowsDataplane: Disabled\n",
        "    bgp: Disabled\n    windowsDataplane: HNS\n  windowsNodes:\n    cniConfigDir: /ProgramData/Amazon/EKS/cni/config\n",
    ),
    ("calico/deny-logged.yaml", "  - {action: Log}\n", ""),
    (
        "apps/web/deployment.yaml",
        "      os: {name: windows}\n",
        "      os: {name: windows}\n      nodeSelector: {kubernetes.io/os: windows}\n",
    ),
    ("apps/payments/deployment.yaml", "      securityContext: {fsGroup: 1000}\n", ""),
    ("apps/payments/deployment.yaml", "allowPrivilegeEscalation: false, ", ""),
    ("apps/payments/deployment.yaml", "windowsservercore-ltsc2019", "windowsservercore-ltsc2022"),
    (
        "apps/reports/deployment.yaml",
        "      annotations: {vpc.amazonaws.com/PrivateIPv4Address: 10.80.4.7/20}\n",
        "",
    ),
    ("apps/reports/deployment.yaml", "      hostPID: true\n      dnsPolicy: ClusterFirstWithHostNet\n", ""),
    ("apps/reports/service.yaml", "  ipFamilies: [IPv6]\n", "  ipFamilies: [IPv4]\n"),
    (
        "apps/orders/deployment.yaml",
        "    spec:\n      containers:",
        "    spec:\n      nodeSelector: {kubernetes.io/os: linux}\n      containers:",
    ),
    (
        "platform/log-shipper.yaml",
        "    spec:\n      tolerations:",
        "    spec:\n      nodeSelector: {kubernetes.io/os: linux}\n      tolerations:",
    ),
    (
        "platform/host-agent.yaml",
        "    spec:\n      nodeSelector:",
        "    spec:\n      hostNetwork: true\n      nodeSelector:",
    ),
    ("platform/shell.yaml", "  hostNetwork: true\n", ""),
    ("network/subnets.json", "10.80.16.0/27", "10.80.16.0/20"),
    ("network/subnets.json", "\"AvailableIpAddressCount\": 27", "\"AvailableIpAddressCount\": 4091"),
    (
        "cluster/shop.yaml",
        "  minSize: 2\n  maxSize: 4\n  privateNetworking: true\n",
        "  minSize: 2\n  maxSize: 4\n  preBootstrapCommands:\n  - |\n    (Get-Content 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1').replace('\"--proxy-mode=kernelspace\",', '\"--proxy-mode=kernelspace\", \"--enable-dsr=true\",') | Set-Content 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1'\n  privateNetworking: true\n",
    ),
    (
        "cluster/shop.yaml",
        "  volumeSize: 40\n",
        "  volumeSize: 100\n  preBootstrapCommands:\n  - |\n    (Get-Content 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1').replace('\"--proxy-mode=kernelspace\",', '\"--proxy-mode=kernelspace\", \"--enable-dsr=true\",') | Set-Content 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1'\n",
    ),
    (
        "karpenter/windows-class.yaml",
        "    Set-Service",
        "    (Get-Content 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1').replace('\"--proxy-mode=kernelspace\",', '\"--proxy-mode=kernelspace\", \"--enable-dsr=true\",') | Set-Content 'C:\\Program Files\\Amazon\\EKS\\Start-EKSBootstrap.ps1'\n    Set-Service",
    ),
];
/// What is to go.
const GONE: [&str; 2] = ["cluster/old-controller.yaml", "apps/payments/security-groups.yaml"];

fn files(folder: &Path, prefix: &str, into: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            files(&path, &format!("{name}/"), into);
        } else {
            into.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

fn repository() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/bad-repository"), "", &mut all);
    all
}

fn check(files: &BTreeMap<String, String>) -> Value {
    let documents: Vec<Value> =
        files.iter().map(|(name, text)| json!({"name": name, "text": text})).collect();
    let request = json!({"documents": documents, "date": "2026-11-22"});
    call("check", request, &mut |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn it_has_exactly_what_was_made_wrong() {
    let files = repository();
    assert_eq!(files.len(), 40);
    let mut found = String::new();
    for finding in check(&files)["findings"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().unwrap();
        let (rule, file, severity) = (text("rule"), text("file"), text("severity"));
        _ = writeln!(found, "{file}:{}:{} {severity} {rule}", finding["line"], finding["column"]);
    }
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/bad-repository.txt");
    if env::var_os("UPDATE").is_some() {
        fs::write(&expected, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(expected).unwrap());
}

#[test]
fn after_the_remedies_nothing_is_high() {
    let mut files = repository();
    for (file, stands, mended) in REMEDIES {
        let text = files.get_mut(*file).unwrap();
        assert!(text.contains(stands), "{file}: {stands}");
        *text = text.replace(stands, mended);
    }
    for file in GONE {
        assert!(files.remove(file).is_some(), "{file}");
    }
    let answer = check(&files);
    let high: Vec<&Value> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| ["high", "error"].contains(&finding["severity"].as_str().unwrap()))
        .collect();
    assert!(high.is_empty(), "{high:#?}");
    assert_eq!(answer["summary"]["fails"], false);
    // Silence means health only where there was something to judge.
    assert!(answer["summary"]["rulesJudged"].as_u64().unwrap() >= 120, "{}", answer["skipped"]);
}
