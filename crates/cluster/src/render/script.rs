//! Scripts of the AWS CLI.

use super::wanted::Wanted;
use super::written::Written;
use crate::quote::shell;

/// A script that stops at the first command that fails.
pub(super) fn start() -> Written {
    let mut out = Written::default();
    out.line("#!/bin/sh");
    out.line("set -eu");
    out
}

/// What a command has behind it where the Region is known.
pub(super) fn region(region: Option<&str>) -> String {
    region.map(|region| format!(" --region {}", shell(region))).unwrap_or_default()
}

impl Wanted {
    /// The same for the cluster.
    pub(super) fn region_option(&self) -> String {
        region(self.region.as_deref())
    }
}
