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
mod policies;

pub use count::{Policies, PolicyCount};
pub use flags::{Contradiction, KubeProxyFlags, Problem};
pub use policies::{
    ALWAYS_PRESENT, DSR_FLAG, Endpoints, LOCAL_ROUTED_VIP_FLAG, NoPolicy, Observed, PolicyKind, Proxying,
    Service, ServicePolicies, ServicePort, ServiceType, TrafficPolicy, observe, policies,
};

use crate::instance::Verdict as Answer;
use crate::list::List;
use crate::named::named;
use crate::ports::weakest;
use crate::windows::{Build, Channel, Effect, HnsFeature, HnsVersion, Platform, Release, UnknownBuild};
use crate::{Grade, KubernetesVersion, SourceId};

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

named! {
    /// What the feature gate `WinDSR` needs in a version.
    #[non_exhaustive]
    GateUse {
        /// Off unless named: DSR does not start without it.
        Needed = "needed",
        /// On unless named; naming it changes nothing.
        Default = "default",
        /// Locked to on: naming it is pointless, and stops kube-proxy once the gate is removed.
        Locked = "locked",
        /// Of a version that is not known, or newer than this data.
        Unknown = "unknown",
    }
}

/// What to give kube-proxy so that DSR is on: the answer of [`arguments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Arguments {
    /// The flag, which is needed in every version.
    pub enable_dsr: &'static str,
    /// The gate, where it is needed.
    pub feature_gates: Option<&'static str>,
    /// Why the gate is there or not.
    pub gate: GateUse,
    /// The fact behind the gate.
    pub source: SourceId,
}

impl Arguments {
    /// Iterates over the arguments in the order to write them.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::KubernetesVersion;
    /// use winpod::dsr::arguments;
    ///
    /// let old = arguments(Some(KubernetesVersion::new(1, 31))).ok_or("before DSR")?;
    /// assert!(old.iter().eq(["--enable-dsr=true", "--feature-gates=WinDSR=true"]));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + Clone {
        core::iter::once(self.enable_dsr).chain(self.feature_gates)
    }
}

/// Returns the arguments that turn DSR on in a version of kube-proxy; `None` for versions before
/// [`FIRST_KUBERNETES`], which have no such flag.
///
/// Without a version, and for one after [`LAST_KUBERNETES`], the gate is left out and its use unknown.
///
/// # Examples
///
/// ```
/// use winpod::KubernetesVersion;
/// use winpod::dsr::{GateUse, arguments};
///
/// let of = |minor| arguments(Some(KubernetesVersion::new(1, minor))).map(|it| (it.gate, it.feature_gates));
/// assert_eq!(of(32), Some((GateUse::Needed, Some("--feature-gates=WinDSR=true"))));
/// assert_eq!(of(33), Some((GateUse::Default, None)));
/// assert_eq!(of(35), Some((GateUse::Locked, None)));
/// assert_eq!(of(13), None);
/// ```
///
/// # Source
/// [`SourceId::WindsrGate`], [`SourceId::WindsrGateRemoval`], [`SourceId::EnableDsrDefault`].
pub fn arguments(version: Option<KubernetesVersion>) -> Option<Arguments> {
    let (gate, feature_gates, source) = match version.map_or(Stage::Unknown, Stage::of_win_dsr) {
        Stage::Absent => return None,
        Stage::Alpha => (GateUse::Needed, Some("--feature-gates=WinDSR=true"), SourceId::WindsrGate),
        Stage::Beta => (GateUse::Default, None, SourceId::WindsrGate),
        Stage::Locked => (GateUse::Locked, None, SourceId::WindsrGateRemoval),
        Stage::Unknown => (GateUse::Unknown, None, SourceId::WindsrGateRemoval),
    };
    Some(Arguments { enable_dsr: "--enable-dsr=true", feature_gates, gate, source })
}

/// The stage of a feature gate in a version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not there yet.
    Absent,
    /// Off by default.
    Alpha,
    /// On by default.
    Beta,
    /// On for good.
    Locked,
    /// Newer than the data.
    Unknown,
}

impl Stage {
    /// Kubernetes, `pkg/features/kube_features.go`: alpha since 1.14, beta and on in 1.33, locked in 1.34.
    fn of_win_dsr(version: KubernetesVersion) -> Self {
        Self::of(version, KubernetesVersion::new(1, 33))
    }

    /// Ibid.: alpha since 1.14, beta and on in 1.20, locked in 1.34.
    fn of_win_overlay(version: KubernetesVersion) -> Self {
        Self::of(version, KubernetesVersion::new(1, 20))
    }

    fn of(version: KubernetesVersion, beta: KubernetesVersion) -> Self {
        if version < FIRST_KUBERNETES {
            Self::Absent
        } else if version < beta {
            Self::Alpha
        } else if version < KubernetesVersion::new(1, 34) {
            Self::Beta
        } else if version <= LAST_KUBERNETES {
            Self::Locked
        } else {
            Self::Unknown
        }
    }

    /// Whether the gate is on, by its own name or by that of all gates of its stage; `None` if not known.
    fn is_on(self, named: Option<bool>, flags: &KubeProxyFlags<'_>) -> Option<bool> {
        match self {
            Self::Absent => Some(false),
            Self::Alpha => Some(named.or(flags.all_alpha).unwrap_or(false)),
            Self::Beta => Some(named.or(flags.all_beta).unwrap_or(true)),
            Self::Locked => Some(true),
            Self::Unknown => None,
        }
    }
}

named! {
    /// Why kube-proxy exits at start-up.
    #[non_exhaustive]
    Refusal {
        /// `--enable-dsr` has a value that is no Go boolean.
        FlagValue = "flag-value",
        /// `--feature-gates` has a pair that is none, or a value that is no Go boolean.
        GateValue = "gate-value",
        /// An argument is no flag.
        Positional = "positional-argument",
        /// The version does not have `--enable-dsr` yet.
        FlagUnknown = "flag-unknown",
        /// `WinDSR` is set to false where it is locked to on.
        WinDsrLocked = "win-dsr-locked",
        /// `WinOverlay` is set to false where it is locked to on.
        WinOverlayLocked = "win-overlay-locked",
        /// DSR is asked for and `WinDSR` is off.
        GateOff = "gate-off",
        /// DSR is asked for and the system does not have it.
        Platform = "platform",
        /// The network is an overlay and `WinOverlay` is off.
        OverlayGateOff = "overlay-gate-off",
        /// The network is an overlay and `--source-vip` is missing.
        SourceVipMissing = "source-vip-missing",
    }
}

impl Refusal {
    /// Returns a part of the message in kube-proxy's log, to compare without regard to letter case; `None` if its text is
    /// not known.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::Refusal;
    ///
    /// assert_eq!(Refusal::GateOff.message(), Some("WinDSR feature gate not enabled"));
    /// assert_eq!(Refusal::FlagUnknown.message(), None);
    /// ```
    ///
    /// # Source
    /// [`SourceId::DsrStartUp`], [`SourceId::FeatureGateRefusals`], [`SourceId::KubeProxyFlags`].
    pub const fn message(self) -> Option<&'static str> {
        Some(match self {
            Self::FlagValue | Self::FlagUnknown | Self::GateValue => return None,
            Self::Positional => "does not take any arguments",
            Self::WinDsrLocked => "cannot set feature gate WinDSR to false, feature is locked to true",
            Self::WinOverlayLocked => {
                "cannot set feature gate WinOverlay to false, feature is locked to true"
            }
            Self::GateOff => "WinDSR feature gate not enabled",
            Self::Platform => "platform does not support feature Direct Server Return (DSR)",
            Self::OverlayGateOff => "WinOverlay feature gate not enabled",
            Self::SourceVipMissing => "source-vip flag not set",
        })
    }

    const fn sources(self) -> &'static [SourceId] {
        match self {
            Self::FlagValue | Self::GateValue => &[SourceId::KubeProxyFlags],
            Self::Positional => &[SourceId::KubeProxyFlags, SourceId::BoolFlagNeedsEquals],
            Self::FlagUnknown => &[SourceId::EnableDsrDefault],
            Self::WinDsrLocked => &[SourceId::WindsrGate, SourceId::FeatureGateRefusals],
            Self::WinOverlayLocked => &[SourceId::WinoverlayGate, SourceId::FeatureGateRefusals],
            Self::GateOff => &[SourceId::WindsrGate, SourceId::DsrStartUp],
            Self::Platform => &[SourceId::DsrStartUp],
            Self::OverlayGateOff => &[SourceId::WinoverlayGate, SourceId::OverlayNeeds],
            Self::SourceVipMissing => &[SourceId::OverlayNeeds],
        }
    }
}

/// A reason for a verdict, or something to know beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// kube-proxy exits.
    Refused(Refusal),
    /// HNS has DSR.
    HnsHasDsr(HnsVersion),
    /// HNS lacks DSR.
    HnsLacksDsr(HnsVersion),
    /// The build is known by another state of DSR than the version of HNS tells; the latter counts.
    HnsAndBuildDiffer,
    /// The build has DSR.
    BuildHasDsr(Build),
    /// The build is older than DSR.
    BuildLacksDsr(Build),
    /// The build has DSR from a certain revision on, and its own is not known.
    RevisionUnknown {
        /// The build number.
        build: u32,
        /// The first revision with DSR.
        first: u32,
    },
    /// The build has HNS 10, of which only 10.2 and later have DSR.
    HnsMinorUnknown(Build),
    /// The build is newer than the data, dated [`TABLE_DATE`](crate::windows::TABLE_DATE).
    BuildNewerThanData(Build),
    /// The data have no such build.
    BuildUnlisted(Build),
    /// Nothing tells the build or the version of HNS.
    PlatformUnknown,
    /// HNS 9 has DSR, but this kube-proxy does not take it for it.
    KubeProxyTooOld(KubernetesVersion),
    /// Whether this kube-proxy takes HNS 9 for one with DSR is not known, since its version is not.
    KubeProxyAgeUnknown,
    /// The version of kube-proxy is not known.
    VersionUnknown,
    /// The version of kube-proxy is newer than the data.
    VersionNewerThanData(KubernetesVersion),
    /// The version of kube-proxy is older than DSR.
    VersionBeforeDsr(KubernetesVersion),
    /// `WinDSR` is on because the arguments say so.
    GateSetOn,
    /// `WinDSR` is on by default.
    GateOnByDefault(KubernetesVersion),
    /// `WinDSR` is locked to on.
    GateLocked(KubernetesVersion),
    /// `WinDSR` is off by default.
    GateOffByDefault(KubernetesVersion),
    /// `WinDSR` is off because the arguments say so.
    GateSetOff,
    /// A gate is named that needs no name any more, and stops kube-proxy once it is removed.
    GatePointless(KubernetesVersion),
    /// A gate is named that may be removed in this version.
    GateMayBeRemoved(KubernetesVersion),
    /// `--enable-dsr` is given.
    FlagOn,
    /// `--enable-dsr=false` is given.
    FlagOff,
    /// `--enable-dsr` is missing, and its default is false.
    FlagMissing,
    /// `--enable-dsr` is missing although the gate is on: DSR is off, and no message says so.
    SilentlyOff,
    /// The flags contradict each other; the last one counts.
    FlagsContradict(Contradiction),
    /// A configuration file is given, which decides instead of the flags.
    ConfigFile,
    /// The EKS images of this semi-annual release had DSR on.
    SemiAnnualImageOn(Release),
    /// The EKS images of this long-term release have DSR off, as far as is known.
    LongTermImageOff(Release),
    /// How the EKS images of this release, or of one that is not known, start kube-proxy is not known.
    ImageDefaultUnknown,
    /// How kube-proxy is started is not known.
    KubeProxyUnknown,
    /// Below build 17763.1554: services are lost when HNS restarts.
    RestartFault(Build),
    /// Below build 17763.1935: policies stay behind degraded.
    DegradedFault(Build),
    /// A build of 17763 whose revision is not known may have the faults of early revisions.
    EarlyFaultsPossible(Build),
    /// Updates of Windows Server 2022 broke l2bridge with DSR, and which one mended it is not known.
    L2BridgeFaultPossible(Build),
    /// A build of Windows Server 2022 that broke the network of containers.
    NetworkingBroken(Build),
    /// A pod that reaches itself through a service may be cut off.
    LoopbackUntested,
    /// Calico's policy on EKS needs DSR.
    CalicoNeedsDsr,
    /// Node ports and external IPs have DSR by `externalTrafficPolicy: Local`, not by the flag.
    NodePortsByTrafficPolicy,
}

impl Reason {
    /// The stable name of the reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::dsr::{Reason, Refusal};
    ///
    /// assert_eq!(Reason::SilentlyOff.code(), "silently-off");
    /// assert_eq!(Reason::Refused(Refusal::GateOff).code(), "gate-off");
    /// ```
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.name(),
            Self::HnsHasDsr(_) => "hns-has-dsr",
            Self::HnsLacksDsr(_) => "hns-lacks-dsr",
            Self::HnsAndBuildDiffer => "hns-and-build-differ",
            Self::BuildHasDsr(_) => "build-has-dsr",
            Self::BuildLacksDsr(_) => "build-lacks-dsr",
            Self::RevisionUnknown { .. } => "revision-unknown",
            Self::HnsMinorUnknown(_) => "hns-minor-unknown",
            Self::BuildNewerThanData(_) => "build-newer-than-data",
            Self::BuildUnlisted(_) => "build-unlisted",
            Self::PlatformUnknown => "platform-unknown",
            Self::KubeProxyTooOld(_) => "kube-proxy-too-old",
            Self::KubeProxyAgeUnknown => "kube-proxy-age-unknown",
            Self::VersionUnknown => "version-unknown",
            Self::VersionNewerThanData(_) => "version-newer-than-data",
            Self::VersionBeforeDsr(_) => "version-before-dsr",
            Self::GateSetOn => "gate-set-on",
            Self::GateOnByDefault(_) => "gate-on-by-default",
            Self::GateLocked(_) => "gate-locked",
            Self::GateOffByDefault(_) => "gate-off-by-default",
            Self::GateSetOff => "gate-set-off",
            Self::GatePointless(_) => "gate-pointless",
            Self::GateMayBeRemoved(_) => "gate-may-be-removed",
            Self::FlagOn => "flag-on",
            Self::FlagOff => "flag-off",
            Self::FlagMissing => "flag-missing",
            Self::SilentlyOff => "silently-off",
            Self::FlagsContradict(_) => "flags-contradict",
            Self::ConfigFile => "config-file",
            Self::SemiAnnualImageOn(_) => "semi-annual-image-on",
            Self::LongTermImageOff(_) => "long-term-image-off",
            Self::ImageDefaultUnknown => "image-default-unknown",
            Self::KubeProxyUnknown => "kube-proxy-unknown",
            Self::RestartFault(_) => "restart-fault",
            Self::DegradedFault(_) => "degraded-fault",
            Self::EarlyFaultsPossible(_) => "early-faults-possible",
            Self::L2BridgeFaultPossible(_) => "l2bridge-fault-possible",
            Self::NetworkingBroken(_) => "networking-broken",
            Self::LoopbackUntested => "loopback-untested",
            Self::CalicoNeedsDsr => "calico-needs-dsr",
            Self::NodePortsByTrafficPolicy => "node-ports-by-traffic-policy",
        }
    }

    /// The facts behind the reason; none where something is missing in what was given.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::SourceId;
    /// use winpod::dsr::Reason;
    ///
    /// assert_eq!(Reason::FlagMissing.sources(), [SourceId::EnableDsrDefault]);
    /// assert!(Reason::PlatformUnknown.sources().is_empty());
    /// ```
    pub const fn sources(self) -> &'static [SourceId] {
        match self {
            Self::Refused(refusal) => refusal.sources(),
            Self::HnsHasDsr(_) | Self::HnsLacksDsr(_) | Self::HnsAndBuildDiffer => {
                &[SourceId::HnsFeatureRanges]
            }
            Self::BuildHasDsr(Build { number: 17_763, .. })
            | Self::BuildLacksDsr(Build { number: 17_763, .. })
            | Self::RevisionUnknown { .. } => &[SourceId::Dsr2019FirstBuild],
            Self::BuildHasDsr(_) | Self::BuildLacksDsr(_) | Self::HnsMinorUnknown(_) => {
                &[SourceId::DsrByBuild]
            }
            Self::BuildNewerThanData(_) | Self::BuildUnlisted(_) => &[SourceId::WindowsBuilds],
            Self::KubeProxyTooOld(_) | Self::KubeProxyAgeUnknown => &[SourceId::DsrOldKubeProxy],
            Self::VersionNewerThanData(_) => &[SourceId::WindsrGate, SourceId::WindsrGateRemoval],
            Self::VersionBeforeDsr(_) | Self::FlagOn | Self::FlagOff | Self::FlagMissing => {
                &[SourceId::EnableDsrDefault]
            }
            Self::GateSetOn
            | Self::GateSetOff
            | Self::GateOnByDefault(_)
            | Self::GateLocked(_)
            | Self::GateOffByDefault(_) => &[SourceId::WindsrGate],
            Self::GatePointless(_) | Self::GateMayBeRemoved(_) => {
                &[SourceId::WindsrGate, SourceId::WindsrGateRemoval, SourceId::FeatureGateRefusals]
            }
            Self::SilentlyOff => &[SourceId::EnableDsrDefault, SourceId::WindsrGate],
            Self::FlagsContradict(_) | Self::ConfigFile => &[SourceId::KubeProxyFlags],
            Self::SemiAnnualImageOn(_) => &[SourceId::DsrSemiAnnualDefault],
            Self::LongTermImageOff(_) => &[SourceId::DsrLongTermDefault],
            Self::ImageDefaultUnknown => &[SourceId::DsrSemiAnnualDefault, SourceId::DsrLongTermDefault],
            Self::PlatformUnknown | Self::VersionUnknown | Self::KubeProxyUnknown => &[],
            Self::RestartFault(_) => &[SourceId::Dsr2019RestartFault],
            Self::DegradedFault(_) => &[SourceId::Dsr2019DegradedFault],
            Self::EarlyFaultsPossible(_) => &[SourceId::Dsr2019RestartFault, SourceId::Dsr2019DegradedFault],
            Self::L2BridgeFaultPossible(_) => &[SourceId::Dsr2022L2bridgeFault],
            Self::NetworkingBroken(_) => &[SourceId::Windows2022BrokenUpdate],
            Self::LoopbackUntested => &[SourceId::LoopbackDsrUntested],
            Self::CalicoNeedsDsr => &[SourceId::CalicoNeedsDsr],
            Self::NodePortsByTrafficPolicy => &[SourceId::PolicyDsr],
        }
    }

    /// The grade of the weakest fact behind the reason; `None` if it rests on none.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::Grade;
    /// use winpod::dsr::Reason;
    /// use winpod::windows::Release;
    ///
    /// assert_eq!(Reason::LongTermImageOff(Release::Server2022).grade(), Some(Grade::Inferred));
    /// assert_eq!(Reason::SemiAnnualImageOn(Release::Version20H2).grade(), Some(Grade::Documented));
    /// ```
    pub fn grade(self) -> Option<Grade> {
        let sources = self.sources();
        (!sources.is_empty()).then(|| weakest(sources))
    }
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
    because: List<Reason, 24>,
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
    if judge.refusals.is_empty() {
        judge.network(&read);
    }
    // A newer version may have another default, and may know no gate of that name.
    let named = read.win_dsr.is_some() || read.win_overlay.is_some();
    let open = newer && (named || read.enable_dsr.is_none());

    let verdict = match (supported, enabled) {
        _ if !judge.refusals.is_empty() => Verdict::Refused,
        (Some(false), _) => Verdict::Unsupported,
        (_, Some(false)) if !open => Verdict::Off,
        (Some(true), Some(true)) if gate == Some(true) => Verdict::On,
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

struct Judge<'n, 'a> {
    node: &'n Node<'a>,
    platform: Platform,
    refusals: List<Refusal, 8>,
    because: List<Reason, 16>,
}

impl<'a> Judge<'_, 'a> {
    /// Reads the flags, and what stops kube-proxy before it looks at anything else.
    fn flags(&mut self) -> Option<KubeProxyFlags<'a>> {
        let flags = match self.node.kube_proxy {
            KubeProxy::CommandLine(arguments) | KubeProxy::EksImage(arguments) => {
                KubeProxyFlags::parse(arguments)
            }
            KubeProxy::Unknown => return None,
        };
        if let Some(problem) = flags.problem {
            self.refusals.add(match problem {
                Problem::FlagValue(_) => Refusal::FlagValue,
                Problem::GatePair(_) | Problem::GateValue(_) => Refusal::GateValue,
                Problem::Positional(_) => Refusal::Positional,
            });
        }
        flags.contradictions().for_each(|which| self.because.add(Reason::FlagsContradict(which)));
        Some(flags)
    }

    /// Whether system and version have DSR.
    fn supported(&mut self) -> Option<bool> {
        if let Some(version) = self.node.kubernetes.filter(|version| *version < FIRST_KUBERNETES) {
            self.because.add(Reason::VersionBeforeDsr(version));
            return Some(false);
        }
        let (by_build, reason) = match self.platform.build {
            Some(build) => by_build(build),
            None => (None, Reason::PlatformUnknown),
        };
        let (supported, hns_9) = match self.platform.hns {
            Some(hns) => {
                let has = hns.supports(HnsFeature::Dsr);
                self.because.add(if has { Reason::HnsHasDsr(hns) } else { Reason::HnsLacksDsr(hns) });
                if by_build.is_some_and(|by_build| by_build != has) {
                    self.because.add(Reason::HnsAndBuildDiffer);
                }
                (Some(has), hns.major() == 9)
            }
            None => {
                self.because.add(reason);
                (by_build, self.platform.release == Some(Release::Server2019))
            }
        };
        // 1.19 took in the hcsshim that knows of DSR in HNS 9.
        match self.node.kubernetes {
            Some(version) if hns_9 && version < KubernetesVersion::new(1, 19) && supported != Some(false) => {
                self.because.add(Reason::KubeProxyTooOld(version));
                Some(false)
            }
            None if hns_9 && supported == Some(true) => {
                self.because.add(Reason::KubeProxyAgeUnknown);
                None
            }
            _ => supported,
        }
    }

    /// Whether kube-proxy is told to use DSR.
    fn enabled(&mut self, flags: Option<&KubeProxyFlags<'_>>) -> Option<bool> {
        let Some(flags) = flags else {
            self.because.add(Reason::KubeProxyUnknown);
            return None;
        };
        if flags.config.is_some() {
            self.because.add(Reason::ConfigFile);
            return None;
        }
        if let Some(enabled) = flags.enable_dsr {
            self.because.add(if enabled { Reason::FlagOn } else { Reason::FlagOff });
            if let Some(version) = self.node.kubernetes.filter(|version| *version < FIRST_KUBERNETES) {
                debug_assert!(self.because.iter().any(|reason| reason == Reason::VersionBeforeDsr(version)));
                self.refusals.add(Refusal::FlagUnknown);
            }
            return Some(enabled);
        }
        if matches!(self.node.kube_proxy, KubeProxy::CommandLine(_)) {
            self.because.add(Reason::FlagMissing);
            return Some(false);
        }
        let (reason, enabled) = match self.image() {
            Some((release, true)) => (Reason::SemiAnnualImageOn(release), Some(true)),
            Some((release, false)) => (Reason::LongTermImageOff(release), Some(false)),
            None => (Reason::ImageDefaultUnknown, None),
        };
        self.because.add(reason);
        enabled
    }

    /// The release of the EKS image and whether that has DSR on by itself, and so the gate; `None` if not known.
    fn image(&self) -> Option<(Release, bool)> {
        let release = self.platform.release?;
        let life = release.life_cycle();
        match release.channel() {
            _ if life.eks_since.is_none() && life.eks_until.is_none() => None,
            Channel::SemiAnnual => Some((release, true)),
            Channel::LongTerm => Some((release, false)),
            Channel::Annual => None,
        }
    }

    /// That the image does not name the gate by itself is no more than inferred.
    fn image_has_no_gate(&mut self) {
        if let (KubeProxy::EksImage(_), Some((release, false))) = (self.node.kube_proxy, self.image()) {
            self.because.add(Reason::LongTermImageOff(release));
        }
    }

    /// Whether `WinDSR` is on, and what naming it means.
    fn gate(&mut self, flags: &KubeProxyFlags<'_>) -> Option<bool> {
        let Some(version) = self.node.kubernetes else {
            self.because.add(Reason::VersionUnknown);
            return None;
        };
        let stage = Stage::of_win_dsr(version);
        let named = flags.config.is_none() && (flags.win_dsr.is_some() || flags.win_overlay.is_some());
        match stage {
            Stage::Absent => return None,
            Stage::Unknown => {
                self.because.add(Reason::VersionNewerThanData(version));
                if named {
                    self.because.add(Reason::GateMayBeRemoved(version));
                }
                return None;
            }
            Stage::Locked if named => {
                self.because.add(Reason::GatePointless(version));
                if flags.win_dsr == Some(false) {
                    self.refusals.add(Refusal::WinDsrLocked);
                }
                if flags.win_overlay == Some(false) {
                    self.refusals.add(Refusal::WinOverlayLocked);
                }
            }
            Stage::Alpha | Stage::Beta | Stage::Locked => {}
        }
        if flags.config.is_some() {
            return None;
        }
        let by_image = match (self.node.kube_proxy, self.image()) {
            (KubeProxy::CommandLine(_), _) | (_, Some((_, false))) => Some(None),
            // The images with DSR on name the gate too: they were made for versions that need it.
            (_, Some((_, true))) => Some(Some(true)),
            (_, None) => None,
        };
        let Some(named) = flags.win_dsr.map(Some).or(by_image) else {
            // What the image names is not known; it matters as long as the gate can be off.
            return (stage == Stage::Locked).then_some(true);
        };
        let on = stage.is_on(named, flags);
        let by_name = named.is_some()
            || (stage == Stage::Alpha && flags.all_alpha.is_some())
            || (stage == Stage::Beta && flags.all_beta.is_some());
        self.because.add(match (stage, on) {
            (Stage::Locked, _) => Reason::GateLocked(version),
            (_, Some(true)) if by_name => Reason::GateSetOn,
            (_, Some(false)) if by_name => Reason::GateSetOff,
            (Stage::Beta, _) => Reason::GateOnByDefault(version),
            _ => Reason::GateOffByDefault(version),
        });
        on
    }

    /// What an overlay network needs beside, with DSR or without.
    fn network(&mut self, flags: &KubeProxyFlags<'_>) {
        // What the image's own arguments are, or a file says, is not known.
        let read = matches!(self.node.kube_proxy, KubeProxy::CommandLine(_)) && flags.config.is_none();
        if self.node.network != Some(Network::Overlay) || !read {
            return;
        }
        let stage = self.node.kubernetes.map(Stage::of_win_overlay);
        if stage.and_then(|stage| stage.is_on(flags.win_overlay, flags)) == Some(false) {
            self.refusals.add(Refusal::OverlayGateOff);
        } else if flags.source_vip.is_none() {
            self.refusals.add(Refusal::SourceVipMissing);
        }
    }

    /// What to know beside the verdict.
    fn notes(&mut self, verdict: Verdict, enabled: Option<bool>, gate: Option<bool>) {
        if verdict == Verdict::Off && enabled == Some(false) && gate == Some(true) {
            let missing = |reason| matches!(reason, Reason::FlagMissing | Reason::LongTermImageOff(_));
            if self.because.iter().any(missing) {
                self.because.add(Reason::SilentlyOff);
            }
        }
        if let Some(build) = self.platform.build {
            let before = |effect| build.has(effect) == Answer::No;
            if before(Effect::NetworkingFixed) && build.has(Effect::NetworkingBroken) == Answer::Yes {
                self.because.add(Reason::NetworkingBroken(build));
            }
            if matches!(verdict, Verdict::On | Verdict::Unknown) {
                // A build without DSR at all says so already.
                if !before(Effect::Dsr) {
                    if before(Effect::RestartFaultFixed) {
                        self.because.add(Reason::RestartFault(build));
                    }
                    if before(Effect::DegradedFaultFixed) {
                        self.because.add(Reason::DegradedFault(build));
                    }
                }
                if self.platform.release == Some(Release::Server2019) && build.revision.is_none() {
                    self.because.add(Reason::EarlyFaultsPossible(build));
                }
                if self.platform.release == Some(Release::Server2022)
                    && self.node.network != Some(Network::Overlay)
                {
                    self.because.add(Reason::L2BridgeFaultPossible(build));
                }
            }
        }
        if verdict != Verdict::On && self.node.network == Some(Network::VpcBridgeWithCalico) {
            self.because.add(Reason::CalicoNeedsDsr);
        }
        if verdict == Verdict::On {
            if matches!(self.node.network, None | Some(Network::VpcBridge | Network::VpcBridgeWithCalico)) {
                self.because.add(Reason::LoopbackUntested);
            }
            self.because.add(Reason::NodePortsByTrafficPolicy);
        }
    }
}

/// Whether a build has DSR, and why.
fn by_build(build: Build) -> (Option<bool>, Reason) {
    match Release::of_build(build.number) {
        Err(UnknownBuild::Newer) => (None, Reason::BuildNewerThanData(build)),
        Err(UnknownBuild::Unlisted) => (None, Reason::BuildUnlisted(build)),
        Ok(Release::Server2019) => match build.has(Effect::Dsr) {
            Answer::Yes => (Some(true), Reason::BuildHasDsr(build)),
            Answer::No => (Some(false), Reason::BuildLacksDsr(build)),
            Answer::Unknown => {
                let mut updates = crate::windows::updates();
                let first = updates.find(|update| update.effect == Effect::Dsr).map_or(0, |it| it.revision);
                (None, Reason::RevisionUnknown { build: build.number, first })
            }
        },
        Ok(release) if release < Release::Server2019 => (Some(false), Reason::BuildLacksDsr(build)),
        Ok(Release::Version1903 | Release::Version1909) => (None, Reason::HnsMinorUnknown(build)),
        Ok(_) => (Some(true), Reason::BuildHasDsr(build)),
    }
}
