//! What texts tell of a node: its build, its name.

use super::table::{Clue, signal};
use std::cmp::Ordering;
use winpod::windows::Build;

/// The first revision of Windows Server 2019 with DSR, and the first with 1,024 backends of a policy.
const FIRST_WITH_DSR: u32 = 1432;
const FIRST_WITH_MANY_BACKENDS: u32 = 2746;

/// What follows from the revision that stands behind `10.0.17763`.
pub(super) fn revision(behind: &[u8]) -> Vec<(Clue, String)> {
    let Some(digits) = behind.strip_prefix(b".") else { return Vec::new() };
    let len = digits.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let digits = digits.get(..len).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).map(of_2019).unwrap_or_default()
}

/// What follows from a build.
pub(super) fn of_build(build: Build) -> Vec<(Clue, String)> {
    const SERVER_2019: u32 = 17_763;
    let named = |id| Some((signal(id)?, format!("build {build}")));
    match build.number.cmp(&SERVER_2019) {
        Ordering::Less => Vec::new(),
        Ordering::Greater => named("later-server").into_iter().collect(),
        Ordering::Equal => {
            let orphans =
                matches!(build.revision, Some(8027 | 8146)).then(|| named("orphan-build")).flatten();
            let revision = build.revision.map(of_2019).unwrap_or_default();
            named("server-2019").into_iter().chain(orphans).chain(revision).collect()
        }
    }
}

/// What follows from the revision of a Windows Server 2019.
fn of_2019(revision: u32) -> Vec<(Clue, String)> {
    let names = [
        Some(if revision < FIRST_WITH_DSR { "build-without-dsr" } else { "build-with-dsr" }),
        (revision < FIRST_WITH_MANY_BACKENDS).then_some("build-of-64-backends"),
        (revision >= FIRST_WITH_MANY_BACKENDS).then_some("build-of-1024-backends"),
    ];
    let clue = |name| Some((signal(name)?, format!("17763.{revision}")));
    names.into_iter().flatten().filter_map(clue).collect()
}

/// The name of a node behind `--hostname-override`.
pub(super) fn node_behind(behind: &[u8]) -> Option<&str> {
    let rest = behind.strip_prefix(b"=").or_else(|| behind.strip_prefix(b" "))?;
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let len = rest.iter().take(254).take_while(is_part).count();
    std::str::from_utf8(rest.get(..len)?).ok().filter(|name| !name.is_empty() && len <= 253)
}
