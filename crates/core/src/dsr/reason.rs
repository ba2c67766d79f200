//! Why a verdict is what it is.

use super::flags::Contradiction;
use crate::named::named;
use crate::ports::weakest;
use crate::windows::{Build, HnsVersion, Release};
use crate::{Grade, KubernetesVersion, SourceId};

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
        /// A flag is not known, but like one that is.
        FlagMisspelt = "flag-misspelt",
        /// A gate is not known, but like one that is.
        GateMisspelt = "gate-misspelt",
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
    /// not known, or is more than one.
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
            Self::FlagValue | Self::FlagUnknown | Self::GateValue | Self::FlagMisspelt => return None,
            Self::GateMisspelt => "unrecognized feature gate",
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
            Self::FlagValue | Self::GateValue | Self::FlagMisspelt => &[SourceId::KubeProxyFlags],
            Self::GateMisspelt => &[SourceId::FeatureGateRefusals],
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
    /// The version of HNS was never seen on such a build, nor between those before and after it; HNS counts.
    HnsUnlikeBuild(HnsVersion),
    /// The version of HNS is newer than the data, dated [`TABLE_DATE`](crate::windows::TABLE_DATE).
    HnsNewerThanData(HnsVersion),
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
    /// Which gates the EKS image of a release that is not known names by itself is not known.
    ImageGateUnknown,
    /// Which images of EKS had DSR on, which have it off, and which systems cannot have it.
    ImagesContrast,
    /// EKS has no image of this release for so old a version.
    ImageBeforeFirst(Release),
    /// EKS withdrew the images of this release.
    ImageWithdrawn(Release),
    /// No list shows an image of this release for so new a version, and none says that there is none.
    ImageNotListed(Release),
    /// No image of this release is known.
    ImageUnheardOf(Release),
    /// How kube-proxy is started is not known.
    KubeProxyUnknown,
    /// What an overlay network needs, with DSR and without.
    OverlayNeeds,
    /// Whether the EKS image gives `--source-vip` by itself is not known, and an overlay network needs it.
    SourceVipUnknown,
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
            Self::HnsUnlikeBuild(_) => "hns-unlike-build",
            Self::HnsNewerThanData(_) => "hns-newer-than-data",
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
            Self::ImageGateUnknown => "image-gate-unknown",
            Self::ImagesContrast => "images-contrast",
            Self::ImageBeforeFirst(_) => "image-before-first",
            Self::ImageWithdrawn(_) => "image-withdrawn",
            Self::ImageNotListed(_) => "image-not-listed",
            Self::ImageUnheardOf(_) => "image-unheard-of",
            Self::KubeProxyUnknown => "kube-proxy-unknown",
            Self::OverlayNeeds => "overlay-needs",
            Self::SourceVipUnknown => "source-vip-unknown",
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
            Self::HnsUnlikeBuild(_) => &[SourceId::HnsSeenVersions],
            Self::HnsNewerThanData(_) => &[SourceId::HnsFeatureRanges, SourceId::HnsSeenVersions],
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
            Self::ImageDefaultUnknown | Self::ImageGateUnknown => {
                &[SourceId::DsrSemiAnnualDefault, SourceId::DsrLongTermDefault]
            }
            Self::ImagesContrast => {
                &[SourceId::DsrSemiAnnualDefault, SourceId::DsrLongTermDefault, SourceId::DsrByBuild]
            }
            Self::ImageBeforeFirst(_) => &[SourceId::WindowsFirstVersions],
            Self::ImageWithdrawn(_) | Self::ImageUnheardOf(_) => &[SourceId::EksWindowsImages],
            Self::ImageNotListed(_) => {
                &[SourceId::EksWindowsImageVersions, SourceId::EksWindowsImagesUnlisted]
            }
            Self::OverlayNeeds => &[SourceId::OverlayNeeds, SourceId::WinoverlayGate],
            Self::SourceVipUnknown => &[SourceId::OverlayNeeds, SourceId::BootstrapNotPublic],
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
