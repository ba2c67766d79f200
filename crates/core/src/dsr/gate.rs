//! What the feature gates mean by version, and what to give kube-proxy.

use super::flags::KubeProxyFlags;
use super::{FIRST_KUBERNETES, LAST_KUBERNETES};
use crate::named::named;
use crate::{KubernetesVersion, SourceId};

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
pub(super) enum Stage {
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
    pub(super) fn of_win_dsr(version: KubernetesVersion) -> Self {
        Self::of(version, KubernetesVersion::new(1, 33))
    }

    /// Ibid.: alpha since 1.14, beta and on in 1.20, locked in 1.34.
    pub(super) fn of_win_overlay(version: KubernetesVersion) -> Self {
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
    pub(super) fn is_on(self, named: Option<bool>, flags: &KubeProxyFlags<'_>) -> Option<bool> {
        match self {
            Self::Absent => Some(false),
            Self::Alpha => Some(named.or(flags.all_alpha).unwrap_or(false)),
            Self::Beta => Some(named.or(flags.all_beta).unwrap_or(true)),
            Self::Locked => Some(true),
            Self::Unknown => None,
        }
    }
}
