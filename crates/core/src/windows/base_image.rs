//! Which release of Windows Server the base image of a container is of, as the tag tells.

use super::{Build, Release, table};
use crate::SourceId;
use crate::instance::Verdict;
use crate::named::named;

named! {
    /// Where a word of a tag stands for a release.
    #[non_exhaustive]
    TagPlace {
        /// In any image.
        Anywhere = "anywhere",
        /// In Microsoft's images of Windows, and behind `windowsservercore` or `nanoserver` in a tag of any image.
        Windows = "windows",
    }
}

/// A word of tags that stands for a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageTag {
    /// The word.
    pub tag: &'static str,
    /// The release.
    pub release: Release,
    /// Where it does.
    pub place: TagPlace,
    /// The facts that the row rests on.
    pub sources: &'static [SourceId],
}

/// Iterates over the words of tags that stand for a release, by their bytes.
///
/// # Examples
///
/// ```
/// assert!(winpod::windows::image_tags().any(|row| row.tag == "ltsc2022"));
/// ```
pub fn image_tags() -> impl ExactSizeIterator<Item = &'static ImageTag> + Clone {
    table::IMAGE_TAGS.iter()
}

/// Finds the release of Windows that an image is made for, by its tag; `None` where the tag does not tell: without one, as
/// with a digest alone, or for an image of several platforms. A digest beside a tag is taken for that of the tag, which
/// nothing but the registry can hold to the truth. A mirror of Microsoft's images is known by the end of its path.
///
/// # Examples
///
/// ```
/// use winpod::windows::{Release, base_image};
///
/// assert_eq!(base_image("mcr.microsoft.com/windows/nanoserver:1809"), Some(Release::Server2019));
/// assert_eq!(base_image("mcr.microsoft.com/dotnet/aspnet:8.0-nanoserver-ltsc2022"), Some(Release::Server2022));
/// assert_eq!(base_image("mcr.microsoft.com/windows/servercore:10.0.26100.4946"), Some(Release::Server2025));
/// assert_eq!(base_image("registry.example/mcr/windows/servercore:1809"), Some(Release::Server2019));
/// assert_eq!(base_image("registry.example/orders@sha256:0123456789abcdef"), None);
/// // .NET 10, on whatever suits the node; and a number that means nothing here.
/// assert_eq!(base_image("mcr.microsoft.com/dotnet/aspnet:10.0"), None);
/// assert_eq!(base_image("registry.example/orders:1809"), None);
/// ```
///
/// # Source
/// [`SourceId::WindowsImageTags`].
pub fn base_image(reference: &str) -> Option<Release> {
    let (reference, _) = reference.split_once('@').unwrap_or((reference, ""));
    let (path, last) = reference.rsplit_once('/').unwrap_or(("", reference));
    let (name, tag) = last.split_once(':')?;
    let mut behind = of_windows(path, name);
    for word in tag.split('-') {
        if let Some(release) = word.starts_with("10.0.").then(|| of_version(word)).flatten() {
            return Some(release);
        }
        let row = image_tags().find(|row| row.tag.eq_ignore_ascii_case(word));
        if let Some(row) = row.filter(|row| row.place == TagPlace::Anywhere || behind) {
            return Some(row.release);
        }
        behind |= ["windowsservercore", "servercore", "nanoserver"].contains(&word);
    }
    None
}

/// Whether an image is one of Microsoft's images of Windows, in its registry or in a mirror of it.
fn of_windows(path: &str, name: &str) -> bool {
    let microsoft = path.strip_prefix("mcr.microsoft.com").is_some_and(|rest| {
        rest == "/windows" || rest.starts_with("/windows/") || rest.is_empty() && name == "windows"
    });
    let mirrored = match name {
        "servercore" | "nanoserver" | "server" => path.ends_with("/windows"),
        "iis" => path.ends_with("/windows/servercore"),
        _ => false,
    };
    microsoft || mirrored
}

/// The release of a whole version, such as `10.0.20348.2762`.
fn of_version(text: &str) -> Option<Release> {
    Release::of_build(text.parse::<Build>().ok()?.number).ok()
}

impl Release {
    /// Says whether a node of this release starts containers of an image of another without Hyper-V: of its own build
    /// alone; of images since 2022 on newer nodes nothing is settled.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::Verdict;
    /// use winpod::windows::Release;
    ///
    /// assert_eq!(Release::Server2022.starts(Release::Server2022), Verdict::Yes);
    /// assert_eq!(Release::Server2022.starts(Release::Server2019), Verdict::No);
    /// assert_eq!(Release::Server2019.starts(Release::Server2022), Verdict::No);
    /// assert_eq!(Release::Server2025.starts(Release::Server2022), Verdict::Unknown);
    /// ```
    ///
    /// # Source
    /// [`SourceId::WindowsImageBuild`].
    pub fn starts(self, image: Self) -> Verdict {
        match image.build() {
            build if build == self.build() => Verdict::Yes,
            _ if image >= Self::Server2022 && self > image => Verdict::Unknown,
            _ => Verdict::No,
        }
    }
}
