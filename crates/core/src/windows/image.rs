//! The images of EKS, by the names that each tool has for them.

use super::{Release, table};
use crate::SourceId;
use crate::named::named;

named! {
    /// The installation option of an image.
    #[non_exhaustive]
    Edition {
        /// Without a desktop.
        Core = "core",
        /// With a desktop.
        Full = "full",
    }
}

/// An EKS image of Windows, with the names that each tool has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Image {
    /// The release.
    pub release: Release,
    /// The installation option.
    pub edition: Edition,
    /// eksctl's `amiFamily`.
    pub eksctl_family: &'static str,
    /// The AMI type of the EKS API; `None` for withdrawn releases.
    pub ami_type: Option<&'static str>,
    /// Karpenter's alias, without `@latest`.
    pub karpenter_alias: Option<&'static str>,
    /// The name under `/aws/service/ami-windows-latest`, without the Kubernetes version.
    pub ssm_name: Option<&'static str>,
    /// The facts that the row rests on.
    pub sources: &'static [SourceId],
}

/// Iterates over the images, by the bytes of eksctl's name.
///
/// # Examples
///
/// ```
/// assert_eq!(winpod::windows::images().len(), 8);
/// ```
pub fn images() -> impl ExactSizeIterator<Item = &'static Image> + Clone {
    table::IMAGES.iter()
}

/// Finds an image by eksctl's family, the AMI type of the EKS API, Karpenter's alias or the name of its parameter, as
/// written; `None` for any other text.
///
/// A version behind `@` or behind the parameter's name is passed over.
///
/// # Examples
///
/// ```
/// use winpod::windows::{self, Edition, Release};
///
/// let of = |name| windows::image(name).map(|image| (image.release, image.edition));
/// assert_eq!(of("windows2022@latest"), Some((Release::Server2022, Edition::Core)));
/// assert_eq!(of("WINDOWS_FULL_2025_x86_64"), Some((Release::Server2025, Edition::Full)));
/// assert_eq!(of("windows2016"), None);
/// ```
///
/// # Source
/// [`SourceId::EksctlWindowsFamilies`], [`SourceId::WindowsAmiTypes`], [`SourceId::KarpenterWindowsAliases`].
pub fn image(name: &str) -> Option<&'static Image> {
    let parameter = name.strip_prefix("/aws/service/ami-windows-latest/").unwrap_or(name);
    let of_parameter = |ssm_name: &str| {
        parameter.strip_prefix(ssm_name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '/']))
    };
    images().find(|image| {
        image.eksctl_family == name
            || image.ami_type == Some(name)
            || image.karpenter_alias.is_some_and(|alias| {
                name.strip_prefix(alias).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
            })
            || image.ssm_name.is_some_and(of_parameter)
    })
}
