//! Builds of Windows in what `ver`, `systeminfo`, `Get-ComputerInfo` and their like print, in any display language.

use winpod::windows::Build;

/// What a text says about its build, collected line by line.
#[derive(Debug, Default)]
pub(super) struct Builds {
    /// With the line of each.
    found: Vec<(Build, u32)>,
    /// `UBR` stands on a line of its own.
    revision: Option<u32>,
}

impl Builds {
    pub(super) fn line(&mut self, text: &str, line: u32) {
        let (name, value) = text.split_once(':').unwrap_or(("", text));
        self.property(name.trim(), value.trim(), line);
    }

    /// A value by its name; names of .NET and of the registry are the same in every language.
    pub(super) fn property(&mut self, name: &str, value: &str, line: u32) {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("UBR") || is("WindowsUBR") {
            self.revision = self.revision.or(value.parse().ok());
            return;
        }
        let ends_with = |end: &str| name.to_ascii_lowercase().ends_with(end);
        // The version of a part of the system, and the revision of the first image of a release.
        if ends_with("hardwareabstractionlayer") {
            return;
        }
        if ends_with("buildlabex") || ends_with("buildlab") {
            return self.push(value.split('.').next().and_then(|number| number.parse().ok()), line);
        }
        if ["CurrentBuild", "CurrentBuildNumber", "OsBuildNumber", "BuildNumber"].into_iter().any(is) {
            return self.push(value.parse().ok(), line);
        }
        for word in value.split(|c: char| !c.is_ascii_digit() && c != '.') {
            let word = word.trim_matches('.');
            if word.starts_with("10.0.") {
                self.push(word.parse().ok(), line);
            }
        }
    }

    fn push(&mut self, build: Option<Build>, line: u32) {
        let Some(build) = build else { return };
        // .NET writes revision 0 where it does not look.
        let build = Build { revision: build.revision.filter(|revision| *revision > 0), ..build };
        if !self.found.iter().any(|(known, _)| *known == build) && self.found.len() < MOST {
            self.found.push((build, line));
        }
    }

    /// Each build once, the revision filled in where another line has it.
    pub(super) fn finish(self) -> Vec<(Build, u32)> {
        let Self { found, revision } = self;
        let mut builds: Vec<(Build, u32)> = Vec::new();
        for &(build, line) in &found {
            let known =
                found.iter().any(|(other, _)| other.number == build.number && other.revision.is_some());
            if build.revision.is_some() || !known && !builds.iter().any(|(it, _)| it.number == build.number) {
                builds.push((build, line));
            }
        }
        if let ([(build, _)], Some(revision)) = (builds.as_mut_slice(), revision) {
            build.revision.get_or_insert(revision);
        }
        builds
    }
}

/// Builds of one text that are kept: enough to tell that they differ.
const MOST: usize = 16;

/// Whether a line names a build as one of those programs does.
pub(super) fn names_one(text: &str) -> bool {
    let has = |part: &str| text.contains(part);
    if has("[Version 10.0.") || has("Microsoft Windows NT 10.0.") {
        return true;
    }
    let Some((name, value)) = text.split_once(':') else { return false };
    // PowerShell pads names with spaces, which YAML does not.
    let padded = name.ends_with(' ');
    let name = name.trim();
    let known = ["OsVersion", "WindowsBuildLabEx", "CurrentBuild", "CurrentBuildNumber", "BuildLabEx"];
    if padded && known.iter().any(|known| name.eq_ignore_ascii_case(known)) {
        return true;
    }
    // `10.0.17763 N/A Build 17763`, whatever stands between.
    let mut words = value.split_whitespace();
    let number = words.next().and_then(|word| word.strip_prefix("10.0."));
    number.is_some_and(|number| number.len() == 5 && words.next_back() == Some(number))
}
