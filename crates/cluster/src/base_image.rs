//! Which Windows an image of a container is made for, and whether a node runs it.

use crate::dsr::{Because, build, name_of, one_of};
use crate::note::{Note, Text, text};
use crate::read::shortened;
use crate::request::Refusal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use winpod::instance::Verdict;
use winpod::source::SourceId;
use winpod::windows::{Release, base_image as of_tag};

/// An image, and perhaps a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct BaseImageRequest {
    /// The image as a manifest names it, such as `mcr.microsoft.com/windows/nanoserver:ltsc2022`.
    pub image: String,
    /// The release of Windows Server of the node, such as `2022`.
    #[serde(default)]
    pub release: Option<String>,
    /// The build of the node as Windows prints it, such as `10.0.20348.2762`, in place of its release or beside it.
    #[serde(default)]
    pub os_build: Option<String>,
}

/// What the name of an image tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BaseImage {
    /// The image as it was asked for.
    pub image: String,
    /// The release that it is made for; null where its name does not tell.
    pub release: Option<String>,
    /// The build of that release.
    pub build: Option<u32>,
    /// The release of the node; null where none was asked about, or its build is of no known release.
    pub host_release: Option<String>,
    /// The build of the node without its revision.
    pub host_build: Option<u32>,
    /// Whether the node runs it without Hyper-V: `yes`, `no` or `unknown`.
    #[schemars(extend("enum" = ["yes", "no", "unknown"]))]
    pub runs: String,
    /// Why: `same-build`, `other-build`, `newer-host` (not settled), `tag-silent`, `digest-only`, or `no-host` where no node was
    /// asked about.
    #[schemars(extend("enum" = ["same-build", "other-build", "newer-host", "tag-silent", "digest-only", "no-host"]))]
    pub reason: String,
    /// The sentences, each with its grade and its facts.
    pub because: Vec<Because>,
}

/// Tells which release of Windows an image is made for, by its name, and whether a node runs it.
///
/// # Errors
/// - Codes `REQUEST` without an image, or with a release and a build of two systems; `UNKNOWN_NAME`, `WINDOWS_BUILD`.
///
/// # Examples
/// ```
/// use winpod_cluster::base_image::{BaseImageRequest, base_image};
///
/// let image = "mcr.microsoft.com/windows/servercore:ltsc2019".to_owned();
/// let mut request = BaseImageRequest { image, release: Some("2022".into()), ..Default::default() };
/// let answer = base_image(&request)?;
/// assert_eq!((answer.build, answer.runs.as_str(), answer.reason.as_str()), (Some(17763), "no", "other-build"));
///
/// request.release = Some("2020".into());
/// assert_eq!(base_image(&request).unwrap_err().code, "UNKNOWN_NAME");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn base_image(request: &BaseImageRequest) -> Result<BaseImage, Refusal> {
    let image = request.image.trim();
    if image.is_empty() {
        return Err(Refusal::new(
            "REQUEST",
            "names no image: give one, such as mcr.microsoft.com/windows/nanoserver:ltsc2022",
        ));
    }
    let host = Host::of(request)?;
    let made_for = of_tag(image);
    let shown = shortened(image);
    let tagged = image.split_once('@').map_or(image, |(tagged, _)| tagged);
    let has_tag = tagged.rsplit('/').next().is_some_and(|last| last.contains(':'));
    let mut because = Vec::new();
    match made_for {
        Some(release) => {
            let values: [(&str, &dyn Display); 3] =
                [("image", &shown), ("release", &name_of(release)), ("build", &release.build())];
            because.push(told(&text::BASE_IMAGE_TAG, &values));
            if tagged.len() < image.len() {
                because.push(told(&text::BASE_IMAGE_TAG_AND_DIGEST, &[]));
            }
        }
        None if !has_tag && tagged.len() < image.len() => {
            because.push(told(&text::BASE_IMAGE_DIGEST_ONLY, &[("image", &shown)]));
        }
        None => because.push(told(&text::BASE_IMAGE_SILENT, &[("image", &shown)])),
    }
    let (verdict, reason) = match (made_for, &host) {
        (None, _) if !has_tag && tagged.len() < image.len() => (Verdict::Unknown, "digest-only"),
        (None, _) => (Verdict::Unknown, "tag-silent"),
        (Some(_), None) => (Verdict::Unknown, "no-host"),
        (Some(release), Some(host)) => judge(release, host, &mut because),
    };
    Ok(BaseImage {
        image: image.to_owned(),
        release: made_for.map(|release| release.name().to_owned()),
        build: made_for.map(Release::build),
        host_release: host.as_ref().and_then(|host| host.release).map(|release| release.name().to_owned()),
        host_build: host.as_ref().map(|host| host.build),
        runs: verdict.name().to_owned(),
        reason: reason.to_owned(),
        because,
    })
}

/// The node of a request.
struct Host {
    release: Option<Release>,
    build: u32,
}

impl Host {
    fn of(request: &BaseImageRequest) -> Result<Option<Self>, Refusal> {
        let named = |name: &str| one_of(name, "release", Release::ALL, Release::from_name, Release::name);
        let release = request.release.as_deref().map(named).transpose()?;
        let build = request.os_build.as_deref().map(build).transpose()?.map(|build| build.number);
        match (release, build) {
            (Some(release), Some(build)) if release.build() != build => {
                let message = format!(
                    "gives the release {release}, whose build is {}, and osBuild {build}: give one of them, or two of one system",
                    release.build()
                );
                Err(Refusal::new("REQUEST", message))
            }
            (Some(release), _) => Ok(Some(Self { release: Some(release), build: release.build() })),
            (None, Some(build)) => Ok(Some(Self { release: Release::of_build(build).ok(), build })),
            (None, None) => Ok(None),
        }
    }
}

fn judge(image: Release, host: &Host, because: &mut Vec<Because>) -> (Verdict, &'static str) {
    // A build of no known release is not that of the image either; which way, only known ones tell.
    let verdict = match host.release {
        Some(release) => release.starts(image),
        None if host.build > image.build() && image >= Release::Server2022 => Verdict::Unknown,
        None => Verdict::No,
    };
    let (reason, text) = match verdict {
        Verdict::Yes => ("same-build", &text::BASE_IMAGE_SAME_BUILD),
        Verdict::No => ("other-build", &text::BASE_IMAGE_OTHER_BUILD),
        Verdict::Unknown => ("newer-host", &text::BASE_IMAGE_NEWER_HOST),
    };
    because.push(told(text, &[("build", &image.build()), ("host", &host.build)]));
    (verdict, reason)
}

fn told(text: &Text, values: &[(&str, &dyn Display)]) -> Because {
    let note = Note::new(text, values);
    let grades = note.sources.iter().filter_map(|key| Some(SourceId::from_key(key)?.grade()));
    let grade = grades.max().map(|grade| grade.name().to_owned());
    Because { code: note.code, kind: note.kind, message: note.message, grade, sources: note.sources }
}
