//! PowerShell that starts a Windows node: what runs before the bootstrap script, and the call of it.

use super::names::refused;
use super::wanted::{Group, Wanted, missing};
use super::written::Written;
use crate::note::{Note, text as note};
use crate::quote::power_shell;
use crate::request::Refusal;
use std::fmt::Display;
use winpod::KubernetesVersion;
use winpod::dsr::{Arguments, GateUse, arguments};
use winpod::ports::{NODE_PORTS, PortRange};

/// What EC2 takes of user data before base64.
///
/// # Source
/// EC2 user guide, Run commands when you launch an EC2 instance: 16 KB in raw form (2026-11-23).
pub(super) const MOST_BYTES: usize = 16_384;

/// The text of the script that the best practices of EKS replace, `bootstrap-dsr-replace`.
const REPLACED: &str = "\"--proxy-mode=kernelspace\",";

/// Who calls the bootstrap script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// The user data itself, with values that are known.
    Own,
    /// `overrideBootstrapCommand` of eksctl, with the variables that eksctl sets before it.
    Eksctl,
    /// eksctl, behind `preBootstrapCommands` of a self-managed group.
    EksctlOwn,
    /// EKS, behind `preBootstrapCommands` of a managed group of eksctl.
    EksctlManaged,
    /// EKS, behind the user data of a managed group that names no AMI.
    Eks,
    /// Karpenter, behind its `userData`.
    Karpenter,
}

/// What runs when a node starts, without tags around it.
#[derive(Debug, Default)]
pub(super) struct Start {
    pub(super) text: Written,
    pub(super) notes: Vec<Note>,
}

impl Start {
    /// What a group of the cluster needs.
    ///
    /// # Errors
    /// - Code `REQUEST` where something is missing that the call needs, or kube-proxy has no DSR.
    /// - Code `NAME` for a label that the kubelet refuses.
    pub(super) fn of(wanted: &Wanted, group: &Group, caller: Caller) -> Result<Self, Refusal> {
        let mut it = Self::default();
        let arguments = if wanted.dsr { Some(it.dsr(wanted)?) } else { None };
        let calls = matches!(caller, Caller::Own | Caller::Eksctl);
        let replaces = arguments.filter(|_| !calls || wanted.documented_style);
        if calls || replaces.is_some() {
            it.text.line(
                "[string]$EKSBootstrapScriptFile = \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\"",
            );
        }
        if let Some(range) = wanted.port_range {
            it.ports(range);
        }
        if let Some(arguments) = replaces {
            it.replacement(&arguments, calls);
        }
        if calls {
            let arguments = arguments.filter(|_| replaces.is_none());
            it.call(wanted, group, caller, arguments)?;
        } else {
            it.variables(wanted, caller);
            it.left_out(group, caller);
        }
        Ok(it)
    }

    /// The arguments of kube-proxy, with what is to be told about the gate.
    fn dsr(&mut self, wanted: &Wanted) -> Result<Arguments, Refusal> {
        let version = wanted.kubernetes;
        let Some(arguments) = arguments(version) else {
            let shown = version.map(|version| version.to_string()).unwrap_or_default();
            let message =
                format!("kubernetes is {shown}, whose kube-proxy has no --enable-dsr: leave dsr out");
            return Err(Refusal::new("REQUEST", message));
        };
        if arguments.gate == GateUse::Unknown {
            self.notes.push(gate(&arguments, version));
        }
        Ok(arguments)
    }

    /// A line under a comment that tells why it is there.
    fn told(&mut self, why: Note, line: &str) {
        self.text.comment(0, &why.message);
        self.text.line(line);
        self.text.because(why);
    }

    fn ports(&mut self, range: PortRange) {
        const PROTOCOLS: [&str; 2] = ["tcp", "udp"];
        if range.common(NODE_PORTS).is_some() {
            let (first, count) = (NODE_PORTS.first(), NODE_PORTS.count());
            let why = Note::new(&note::RENDER_NODE_PORTS, &[("range", &range), ("node_ports", &NODE_PORTS)]);
            self.text.comment(0, &why.message);
            for protocol in PROTOCOLS {
                self.text.line(&format!(
                    "netsh int ipv4 add excludedportrange protocol={protocol} startport={first} numberofports={count}"
                ));
                self.text.because(why.clone());
            }
        }
        let why = Note::new(&note::RENDER_PORT_RANGE, &[("range", &range)]);
        self.text.comment(0, &why.message);
        for protocol in PROTOCOLS {
            self.text.line(&format!(
                "netsh int ipv4 set dynamicport {protocol} start={} num={}",
                range.first(),
                range.count()
            ));
            self.text.because(why.clone());
        }
    }

    /// DSR by an edit of the script; whoever calls it calls it changed.
    fn replacement(&mut self, arguments: &Arguments, by_choice: bool) {
        let text = if by_choice { &note::RENDER_DSR_DOCUMENTED } else { &note::RENDER_DSR_REPLACED };
        self.notes.push(Note::new(text, &[]));
        let added: String = arguments.iter().flat_map(|argument| [" \"", argument, "\","]).collect();
        let (old, new) = (power_shell(REPLACED), power_shell(&format!("{REPLACED}{added}")));
        self.told(
            Note::new(&note::RENDER_DSR_STOPS, &[]),
            &format!(
                "if (-not (Select-String -LiteralPath $EKSBootstrapScriptFile -Pattern {old} -SimpleMatch -CaseSensitive -Quiet)) {{ throw 'Start-EKSBootstrap.ps1 has no text --proxy-mode=kernelspace to replace' }}"
            ),
        );
        self.text.line(&format!(
            "(Get-Content $EKSBootstrapScriptFile).Replace({old}, {new}) | Set-Content $EKSBootstrapScriptFile"
        ));
        self.text.because(Note::new(&note::RENDER_DSR_EDIT, &[]));
    }

    fn call(
        &mut self,
        wanted: &Wanted,
        group: &Group,
        caller: Caller,
        arguments: Option<Arguments>,
    ) -> Result<(), Refusal> {
        let mut parameters: Vec<(String, Option<Note>)> = if caller == Caller::Eksctl {
            // eksctl fills them in: labels, taints and maxPodsPerNode are in the last one.
            let why = Note::new(&note::RENDER_EKSCTL_VARIABLES, &[]);
            [
                "EKSClusterName",
                "APIServerEndpoint",
                "Base64ClusterCA",
                "ServiceCIDR",
                "DNSClusterIP",
                "KubeletExtraArgs",
            ]
            .iter()
            .map(|name| (format!("-{name} ${name}"), Some(why.clone())))
            .collect()
        } else {
            self.known(wanted, group)?
        };
        if let Some(arguments) = arguments {
            let text = arguments.iter().collect::<Vec<_>>().join(" ");
            let why = gate(&arguments, wanted.kubernetes);
            parameters.push((format!("-KubeProxyExtraArgs {}", power_shell(&text)), Some(why)));
        }
        if !wanted.excluded_snat_cidrs.is_empty() {
            // The parameter is a list of texts.
            let blocks: Vec<_> =
                wanted.excluded_snat_cidrs.iter().map(|block| power_shell(&block.to_string())).collect();
            let why = Note::new(&note::RENDER_SNAT, &[]);
            parameters.push((format!("-ExcludedSnatCIDRs {}", blocks.join(", ")), Some(why)));
        }
        // No comment may stand between the lines of the call.
        for (_, why) in &parameters {
            if let Some(why) = why.as_ref().filter(|why| is_choice(why)) {
                self.text.comment(0, &why.message);
            }
        }
        self.text.line("& $EKSBootstrapScriptFile `");
        let last = parameters.len() - 1;
        for (number, (parameter, why)) in parameters.into_iter().enumerate() {
            let more = if number < last { " `" } else { "" };
            self.text.line(&format!("  {parameter}{more}"));
            if let Some(why) = why {
                self.text.because(why);
            }
        }
        Ok(())
    }

    /// The parameters whose values are known, each in quotes that nothing breaks out of.
    fn known(&mut self, wanted: &Wanted, group: &Group) -> Result<Vec<(String, Option<Note>)>, Refusal> {
        let mut all = vec![(format!("-EKSClusterName {}", power_shell(wanted.cluster_name()?)), None)];
        let mut add = |name: &str, value: &dyn Display, why: Note| {
            all.push((format!("-{name} {}", power_shell(&value.to_string())), Some(why)));
        };
        match (&wanted.endpoint, &wanted.certificate_authority) {
            (Some(endpoint), Some(authority)) => {
                let why = Note::new(&note::RENDER_ENDPOINT, &[]);
                add("APIServerEndpoint", endpoint, why.clone());
                add("Base64ClusterCA", authority, why);
                if wanted.service_cidr.is_none() {
                    self.notes.push(Note::new(&note::RENDER_SERVICES_GUESSED, &[]));
                }
            }
            (None, None) if wanted.cluster.control_plane.private.known() == Some(&true) => {
                let message = "the cluster is private, so the bootstrap script cannot ask EKS for the endpoint and the certificate authority: set endpoint and certificateAuthority";
                return Err(Refusal::new("REQUEST", message));
            }
            (None, None) => {}
            (Some(_), None) => {
                return Err(missing(
                    "the certificate authority that belongs to the endpoint",
                    "certificateAuthority",
                ));
            }
            (None, Some(_)) => {
                return Err(missing("the endpoint that belongs to the certificate authority", "endpoint"));
            }
        }
        if let Some(block) = wanted.service_cidr {
            add("ServiceCIDR", &block, Note::new(&note::RENDER_SERVICE_CIDR, &[]));
        }
        if let Some(address) = wanted.dns_address() {
            add("DNSClusterIP", &address, Note::new(&note::RENDER_DNS_ADDRESS, &[]));
        }
        if let Some((text, why)) = kubelet(group)? {
            add("KubeletExtraArgs", &text, why);
        }
        Ok(all)
    }

    /// What the script takes from the machine where its parameters are another's.
    fn variables(&mut self, wanted: &Wanted, caller: Caller) {
        let set = |name: &str, value: &str| {
            format!("[Environment]::SetEnvironmentVariable('{name}', {}, 'Machine')", power_shell(value))
        };
        if let (Some(block), Caller::Karpenter) = (wanted.service_cidr, caller) {
            let why = Note::new(&note::RENDER_KARPENTER_SERVICES, &[]);
            self.told(why, &set("SERVICE_IPV4_CIDR", &block.to_string()));
        }
        if !wanted.excluded_snat_cidrs.is_empty() {
            let blocks: Vec<String> = wanted.excluded_snat_cidrs.iter().map(ToString::to_string).collect();
            self.told(
                Note::new(&note::RENDER_SNAT_VARIABLE, &[]),
                &set("EXCLUDED_SNAT_CIDRS", &blocks.join(",")),
            );
        }
    }

    /// What cannot be said here, because EKS makes the call.
    fn left_out(&mut self, group: &Group, caller: Caller) {
        if caller != Caller::Eks {
            return;
        }
        if let Some(pods) = group.max_pods {
            let values: [(&str, &dyn Display); 2] = [("group", &group.name), ("pods", &pods)];
            self.notes.push(Note::new(&note::RENDER_MANAGED_MAX_PODS, &values));
        }
        if !(group.labels.is_empty() && group.taints.is_empty()) {
            self.notes.push(Note::new(&note::RENDER_MANAGED_LABELS, &[("group", &group.name)]));
        }
    }

    /// The whole in the one block that EC2 runs.
    ///
    /// # Errors
    /// - Code `OUT_OF_RANGE` where it is longer than EC2 takes.
    pub(super) fn block(self, group: &Group) -> Result<Self, Refusal> {
        let mut text = Written::default();
        text.line("<powershell>");
        text.because(Note::new(&note::RENDER_ONE_BLOCK, &[]));
        text.part(0, &self.text);
        text.line("</powershell>");
        fits(&text, group)?;
        Ok(Self { text, notes: self.notes })
    }
}

/// Refuses what is longer than EC2 takes.
pub(super) fn fits(text: &Written, group: &Group) -> Result<(), Refusal> {
    let bytes = text.text.len();
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let message = format!(
        "the user data of {} would have {bytes} bytes, and EC2 takes {MOST_BYTES} before base64: give it fewer labels, taints or blocks",
        group.name
    );
    Err(Refusal::new("OUT_OF_RANGE", message))
}

/// Whether a parameter could have had another value, so that a comment tells why it has this one.
fn is_choice(why: &Note) -> bool {
    [&note::RENDER_MAX_PODS_FIT, &note::RENDER_GATE_NEEDED, &note::RENDER_GATE_LEFT_OUT]
        .iter()
        .any(|text| text.key == why.code)
}

/// Why the arguments of kube-proxy name the gate or not.
fn gate(arguments: &Arguments, version: Option<KubernetesVersion>) -> Note {
    let text = match (arguments.gate, version) {
        (GateUse::Needed, _) => &note::RENDER_GATE_NEEDED,
        (GateUse::Unknown, None) => &note::RENDER_GATE_UNKNOWN,
        (GateUse::Unknown, Some(_)) => &note::RENDER_GATE_NEWER,
        _ => &note::RENDER_GATE_LEFT_OUT,
    };
    let version = version.map(|version| version.to_string()).unwrap_or_default();
    Note::new(text, &[("version", &version)])
}

/// The arguments of the kubelet; none has a blank in it, because none of its parts may.
fn kubelet(group: &Group) -> Result<Option<(String, Note)>, Refusal> {
    let mut arguments = Vec::new();
    if let Some(pods) = group.max_pods {
        arguments.push(format!("--max-pods={pods}"));
    }
    if !group.labels.is_empty() {
        group.labels.keys().try_for_each(|key| own_label(key))?;
        let labels: Vec<String> = group.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        arguments.push(format!("--node-labels={}", labels.join(",")));
    }
    if !group.taints.is_empty() {
        let taints: Vec<String> = group.taints.iter().map(ToString::to_string).collect();
        arguments.push(format!("--register-with-taints={}", taints.join(",")));
    }
    if arguments.is_empty() {
        return Ok(None);
    }
    let why = match (group.max_pods, group.max_pods_fit) {
        (Some(pods), true) => Note::new(&note::RENDER_MAX_PODS_FIT, &[("pods", &pods)]),
        (Some(pods), false) => Note::new(&note::RENDER_MAX_PODS, &[("pods", &pods)]),
        (None, _) => Note::new(&note::RENDER_KUBELET, &[]),
    };
    Ok(Some((arguments.join(" "), why)))
}

/// Refuses the keys with which the kubelet does not start.
///
/// # Source
/// Kubernetes, kubelet: --node-labels: labels in the kubernetes.io namespace must begin with an allowed prefix
/// (kubelet.kubernetes.io, node.kubernetes.io) or be in the set of allowed ones (2026-11-23). winpod's own names of that set
/// are for the kubelet to find out, so none is taken here.
fn own_label(key: &str) -> Result<(), Refusal> {
    let Some((domain, _)) = key.split_once('/') else { return Ok(()) };
    let within = |of: &str| domain == of || domain.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'));
    let allowed = within("kubelet.kubernetes.io") || within("node.kubernetes.io");
    if (within("kubernetes.io") || within("k8s.io")) && !allowed {
        return Err(refused(
            "labels",
            key,
            "the kubelet refuses to start with labels of kubernetes.io and k8s.io other than those below node.kubernetes.io and kubelet.kubernetes.io",
        ));
    }
    Ok(())
}
