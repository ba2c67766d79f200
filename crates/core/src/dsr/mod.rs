//! Direct Server Return (DSR) on a Windows node: whether the system has it, whether kube-proxy turns it on, and which
//! load-balancer policies have it.
//!
//! - [`applicability`]: a verdict for a node, with its reasons.
//! - [`arguments`]: what to give kube-proxy, by its version.
//! - [`KubeProxyFlags`]: a command line, read as kube-proxy reads it.
//! - [`policies`]: the policies that services make on a node; [`observe`]: what those found on a node tell.
//!
//! # Examples
//!
//! ```
//! use winpod::KubernetesVersion;
//! use winpod::dsr::{KubeProxy, Node, Verdict, applicability};
//! use winpod::windows::{Platform, Release};
//!
//! let node = Node {
//!     platform: Platform { release: Some(Release::Server2022), ..Platform::default() },
//!     kubernetes: Some(KubernetesVersion::new(1, 34)),
//!     kube_proxy: KubeProxy::EksImage(&["--enable-dsr=true"]),
//!     network: None,
//! };
//! assert_eq!(applicability(&node).verdict, Verdict::On);
//!
//! // Nothing refuses to start, and nothing says that DSR is off.
//! let silent = applicability(&Node { kube_proxy: KubeProxy::EksImage(&[]), ..node });
//! assert_eq!(silent.verdict, Verdict::Off);
//! ```
//!
//! # Source
//!
//! [`SourceId::HnsFeatureRanges`], [`SourceId::WindsrGate`], [`SourceId::DsrStartUp`], [`SourceId::PolicyDsr`]; every
//! reason names its own.

mod count;
mod flags;
mod gate;
mod judge;
mod policies;
mod reason;

pub use count::{Policies, PolicyCount};
pub use flags::{Contradiction, KubeProxyFlags, Problem};
pub use gate::{Arguments, GateUse, arguments};
pub use policies::{
    ALWAYS_PRESENT, DSR_FLAG, Endpoints, LOCAL_ROUTED_VIP_FLAG, NoPolicy, Observed, PolicyKind, Proxying,
    Service, ServicePolicies, ServicePort, ServiceType, TrafficPolicy, VIP_EXTERNAL_IP_FLAG, observe,
    policies,
};
pub use reason::{Reason, Refusal};

use crate::KubernetesVersion;
#[cfg(doc)]
use crate::SourceId;
use crate::list::List;
use crate::named::named;
use crate::windows::Platform;
use judge::Judge;

/// The first Kubernetes version with `--enable-dsr`: [`SourceId::EnableDsrDefault`] (2026-09-18).
pub const FIRST_KUBERNETES: KubernetesVersion = KubernetesVersion::new(1, 14);

/// The last Kubernetes version whose feature gates are known: [`SourceId::WindsrGate`] (2026-09-18).
pub const LAST_KUBERNETES: KubernetesVersion = KubernetesVersion::new(1, 37);

named! {
    /// Whether DSR is on.
    #[non_exhaustive]
    Verdict {
        /// On.
        On = "on",
        /// Off, although the system may have it.
        Off = "off",
        /// The system does not have it.
        Unsupported = "unsupported",
        /// kube-proxy exits at start-up, and the node has no service rules.
        Refused = "refused",
        /// What was given does not tell.
        Unknown = "unknown",
    }
}

named! {
    /// What connects the pods of a node.
    #[non_exhaustive]
    Network {
        /// EKS's own plugin, which makes an l2bridge network.
        VpcBridge = "vpc-bridge",
        /// EKS's own plugin with Calico's network policy.
        VpcBridgeWithCalico = "vpc-bridge-with-calico",
        /// Another l2bridge network.
        L2Bridge = "l2bridge",
        /// An overlay network.
        Overlay = "overlay",
    }
}

/// How the kube-proxy of a node is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KubeProxy<'a> {
    /// With exactly these arguments.
    CommandLine(&'a [&'a str]),
    /// As the EKS image starts it, with these arguments added (`-KubeProxyExtraArgs`); none for the image's default.
    EksImage(&'a [&'a str]),
    /// In a way that is not known.
    Unknown,
}

/// What decides on DSR on one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Node<'a> {
    /// The system.
    pub platform: Platform,
    /// kube-proxy's version, which is that of the cluster unless told otherwise.
    pub kubernetes: Option<KubernetesVersion>,
    /// kube-proxy's arguments.
    pub kube_proxy: KubeProxy<'a>,
    /// The network of its pods.
    pub network: Option<Network>,
}
/// Whether DSR applies to a node: the answer of [`applicability`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applicability<'a> {
    /// The system, with what follows from what was given.
    pub platform: Platform,
    /// Whether system and version have DSR; `None` if not known.
    pub supported: Option<bool>,
    /// Whether it is on; `None` if not known.
    pub enabled: Option<bool>,
    /// Both in one word, and start-up failures.
    pub verdict: Verdict,
    /// The flags that were read, from the whole command line or from what is added to the image's; `None` if none are
    /// known.
    pub flags: Option<KubeProxyFlags<'a>>,
    /// What turns DSR on in this version; `None` where nothing does, because system or version lack it.
    pub kube_proxy_args: Option<Arguments>,
    because: List<Reason, 32>,
}

impl Applicability<'_> {
    /// Iterates over the reasons: what stops kube-proxy, then system, version, gate and flag, then what else to know.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::{KubeProxy, Node, Reason, Refusal, applicability};
    /// use winpod::windows::{Build, Platform};
    ///
    /// let answer = applicability(&Node {
    ///     platform: Platform { build: Some(Build::new(17_763, 1431)), ..Platform::default() },
    ///     kubernetes: Some(winpod::KubernetesVersion::new(1, 34)),
    ///     kube_proxy: KubeProxy::CommandLine(&["--enable-dsr=true"]),
    ///     network: None,
    /// });
    /// assert_eq!(answer.because().next(), Some(Reason::Refused(Refusal::Platform)));
    /// ```
    pub fn because(&self) -> impl Iterator<Item = Reason> + Clone + '_ {
        self.because.iter()
    }
}

/// Judges whether the system of a node has DSR and whether its kube-proxy turns it on.
///
/// Goes the way that kube-proxy goes: arguments, gates, system, network. It never falls back, so a condition that is
/// not met means [`Verdict::Refused`]. What is not known stays so: a build or a version that is newer than the data
/// gives [`Verdict::Unknown`] and says why.
///
/// # Examples
///
/// ```
/// use winpod::KubernetesVersion;
/// use winpod::dsr::{KubeProxy, Node, Verdict, applicability};
/// use winpod::windows::{Build, Platform};
///
/// let verdict = |minor, arguments: &[&str]| {
///     applicability(&Node {
///         platform: Platform { build: Some(Build::new(20_348, 2762)), ..Platform::default() },
///         kubernetes: Some(KubernetesVersion::new(1, minor)),
///         kube_proxy: KubeProxy::CommandLine(arguments),
///         network: None,
///     })
///     .verdict
/// };
/// assert_eq!(verdict(33, &["--enable-dsr=true"]), Verdict::On);
/// assert_eq!(verdict(32, &["--enable-dsr=true"]), Verdict::Refused); // the gate is missing
/// assert_eq!(verdict(38, &["--enable-dsr=true"]), Verdict::Unknown); // newer than the data
/// ```
///
/// # Source
/// [`SourceId::DsrStartUp`]; every reason names its own.
pub fn applicability<'a>(node: &Node<'a>) -> Applicability<'a> {
    let mut judge =
        Judge { node, platform: node.platform.resolved(), refusals: List::new(), because: List::new() };
    let flags = judge.flags();
    let supported = judge.supported();
    let enabled = judge.enabled(flags.as_ref());
    let read = flags.unwrap_or_default();
    let gate = judge.gate(&read);
    let newer = node.kubernetes.is_some_and(|version| version > LAST_KUBERNETES);
    if enabled == Some(true) && !newer && judge.refusals.is_empty() {
        if gate == Some(false) {
            judge.refusals.add(Refusal::GateOff);
            judge.image_has_no_gate();
        } else if supported == Some(false) {
            // Whether the gate is on makes no difference: kube-proxy exits either way.
            judge.refusals.add(Refusal::Platform);
        }
    }
    let network = judge.network(&read);
    // A newer version may have another default, and may know no gate of that name.
    let named = read.win_dsr.is_some() || read.win_overlay.is_some();
    let open = newer && (named || read.enable_dsr.is_none());

    let verdict = match (supported, enabled) {
        _ if !judge.refusals.is_empty() => Verdict::Refused,
        (Some(false), _) => Verdict::Unsupported,
        (_, Some(false)) if !open => Verdict::Off,
        (Some(true), Some(true)) if gate == Some(true) && network == Some(true) => Verdict::On,
        _ => Verdict::Unknown,
    };
    judge.notes(verdict, enabled, gate);
    let mut because = List::new();
    judge.refusals.iter().for_each(|refusal| because.add(Reason::Refused(refusal)));
    judge.because.iter().for_each(|reason| because.add(reason));
    Applicability {
        platform: judge.platform,
        supported,
        enabled: match verdict {
            Verdict::On => Some(true),
            Verdict::Off | Verdict::Unsupported | Verdict::Refused => Some(false),
            Verdict::Unknown => None,
        },
        verdict,
        flags,
        // Where the system lacks DSR, asking for it stops kube-proxy.
        kube_proxy_args: if supported == Some(false) { None } else { arguments(node.kubernetes) },
        because,
    }
}
