//! The way from a node to its verdict.

use super::flags::{KubeProxyFlags, Problem};
use super::gate::Stage;
use super::reason::{Reason, Refusal};
use super::{FIRST_KUBERNETES, KubeProxy, Network, Node, Verdict};
use crate::KubernetesVersion;
use crate::instance::Verdict as Answer;
use crate::list::List;
use crate::windows::{Build, Channel, Effect, HnsFeature, ImageReason, Platform, Release, UnknownBuild};

pub(super) struct Judge<'n, 'a> {
    pub(super) node: &'n Node<'a>,
    pub(super) platform: Platform,
    pub(super) refusals: List<Refusal, 8>,
    pub(super) because: List<Reason, 24>,
}

impl<'a> Judge<'_, 'a> {
    /// Reads the flags, and what stops kube-proxy before it looks at anything else.
    pub(super) fn flags(&mut self) -> Option<KubeProxyFlags<'a>> {
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
                Problem::Flag { .. } => Refusal::FlagMisspelt,
                Problem::Gate { .. } => Refusal::GateMisspelt,
            });
        }
        flags.contradictions().for_each(|which| self.because.add(Reason::FlagsContradict(which)));
        Some(flags)
    }

    /// Whether system and version have DSR.
    pub(super) fn supported(&mut self) -> Option<bool> {
        if let Some(version) = self.node.kubernetes.filter(|version| *version < FIRST_KUBERNETES) {
            self.because.add(Reason::VersionBeforeDsr(version));
            return Some(false);
        }
        let (by_build, reason) = match self.platform.build {
            Some(build) => by_build(build),
            None => (None, Reason::PlatformUnknown),
        };
        let (supported, reason, hns_9) = match self.platform.hns {
            Some(hns) if hns.supports(HnsFeature::Dsr) => {
                (Some(true), Reason::HnsHasDsr(hns), hns.major() == 9)
            }
            Some(hns) => (Some(false), Reason::HnsLacksDsr(hns), hns.major() == 9),
            None => (by_build, reason, self.platform.release == Some(Release::Server2019)),
        };
        // 1.19 took in the hcsshim that knows of DSR in HNS 9.
        let judged = match self.node.kubernetes {
            Some(version) if hns_9 && version < KubernetesVersion::new(1, 19) && supported != Some(false) => {
                // That the system has it does not matter then.
                self.because.add(Reason::KubeProxyTooOld(version));
                Some(false)
            }
            None if hns_9 && supported == Some(true) => {
                self.because.add(reason);
                self.because.add(Reason::KubeProxyAgeUnknown);
                None
            }
            _ => {
                self.because.add(reason);
                supported
            }
        };
        if let Some(hns) = self.platform.hns {
            if hns.is_newer_than_data() {
                self.because.add(Reason::HnsNewerThanData(hns));
            } else if self.platform.release.is_some_and(|release| !release.may_have(hns)) {
                self.because.add(Reason::HnsUnlikeBuild(hns));
            } else if by_build.is_some_and(|by_build| Some(by_build) != supported) {
                self.because.add(Reason::HnsAndBuildDiffer);
            }
        }
        self.image_of_version();
        judged
    }

    /// Whether EKS has such a node at all; it may have an image of its owner's.
    fn image_of_version(&mut self) {
        let (Some(release), Some(version)) = (self.platform.release, self.node.kubernetes) else { return };
        self.because.add(match release.on_eks(version).reason {
            ImageReason::Listed => return,
            ImageReason::BeforeFirst => Reason::ImageBeforeFirst(release),
            ImageReason::AfterLastSeen => Reason::ImageNotListed(release),
            ImageReason::Withdrawn => Reason::ImageWithdrawn(release),
            ImageReason::NoImages => Reason::ImageUnheardOf(release),
        });
    }

    /// Whether kube-proxy is told to use DSR.
    pub(super) fn enabled(&mut self, flags: Option<&KubeProxyFlags<'_>>) -> Option<bool> {
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
        self.because.add(Reason::ImagesContrast);
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
    pub(super) fn image_has_no_gate(&mut self) {
        if let (KubeProxy::EksImage(_), Some((release, false))) = (self.node.kube_proxy, self.image()) {
            self.because.add(Reason::LongTermImageOff(release));
        }
    }

    /// Whether `WinDSR` is on, and what naming it means.
    pub(super) fn gate(&mut self, flags: &KubeProxyFlags<'_>) -> Option<bool> {
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
            // What the image names is not known: that gate or none. It matters where the gate is off without it.
            let on = stage.is_on(None, flags).filter(|on| *on);
            self.because.add(match (stage, on) {
                (_, None) => Reason::ImageGateUnknown,
                (Stage::Locked, _) => Reason::GateLocked(version),
                (Stage::Beta, _) => Reason::GateOnByDefault(version),
                _ => Reason::GateSetOn,
            });
            return on;
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

    /// What an overlay network needs beside, with DSR or without; whether that is known to be there, or to be missing.
    pub(super) fn network(&mut self, flags: &KubeProxyFlags<'_>) -> Option<bool> {
        if self.node.network != Some(Network::Overlay) {
            return Some(true);
        }
        self.because.add(Reason::OverlayNeeds);
        // What the image's own arguments are, or a file says, is not known.
        let whole = matches!(self.node.kube_proxy, KubeProxy::CommandLine(_));
        if flags.config.is_some() || self.node.kube_proxy == KubeProxy::Unknown {
            return None;
        }
        let stage = self.node.kubernetes.map(Stage::of_win_overlay);
        let on = stage.and_then(|stage| stage.is_on(flags.win_overlay, flags));
        if on == Some(false) && (whole || flags.win_overlay.is_some()) {
            self.refuse(Refusal::OverlayGateOff);
        } else if flags.source_vip.is_some() {
            return on;
        } else if whole {
            self.refuse(Refusal::SourceVipMissing);
        } else {
            self.because.add(Reason::SourceVipUnknown);
            return None;
        }
        Some(false)
    }

    /// Tells what stops kube-proxy, unless something before does.
    fn refuse(&mut self, refusal: Refusal) {
        if self.refusals.is_empty() {
            self.refusals.add(refusal);
        }
    }

    /// What to know beside the verdict.
    pub(super) fn notes(&mut self, verdict: Verdict, enabled: Option<bool>, gate: Option<bool>) {
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
