//! What user data does about DSR, whether that still works, and what it risks.

mod powershell;
#[cfg(test)]
mod tests;

use super::answer::{ScriptRisk, UserData};
use super::reasons;
use crate::model::{ScriptKind, StartScript};
use crate::note::{Text, text as note};
use crate::read::{host::words, shortened};
use powershell::{Replacement, Value, parameter, replacements, without_comments};
use std::fmt::Display;

/// The text of Start-EKSBootstrap.ps1 that the guide replaces: aws/aws-eks-best-practices dc0243a,
/// latest/bpg/windows/networking.adoc (2026-05-04), `bootstrap-dsr-replace`.
const GUIDE_LITERAL: &str = "\"--proxy-mode=kernelspace\",";

/// How a script reaches the arguments of kube-proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// By replacing a text of the bootstrap script.
    StringReplace,
    /// By the parameter made for it.
    ExtraArgs,
    /// In another way, such as changing the service.
    Other,
    None,
}

impl Form {
    const fn name(self) -> &'static str {
        match self {
            Self::StringReplace => "string-replace",
            Self::ExtraArgs => "KubeProxyExtraArgs",
            Self::Other => "other",
            Self::None => "none",
        }
    }
}

/// Whether a replacement finds its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    Unknown,
}

/// A script with what it means.
pub(super) struct Judged<'a> {
    pub(super) script: &'a StartScript,
    pub(super) answer: UserData,
    /// What it adds to the arguments of the image; `None` where that is not known.
    pub(super) adds: Option<Vec<String>>,
}

/// Judges every script that is no bootstrap script itself.
pub(super) fn judge(scripts: &[StartScript]) -> Vec<Judged<'_>> {
    let of = |kind| scripts.iter().filter(move |script| script.kind == kind);
    let bootstrap = of(ScriptKind::Bootstrap).next();
    of(ScriptKind::UserData).map(|script| one(script, bootstrap)).collect()
}

fn one<'a>(script: &'a StartScript, bootstrap: Option<&StartScript>) -> Judged<'a> {
    let code = without_comments(&script.text);
    let mut judging = Judging { script, code: &code, risks: Vec::new() };
    let lower = code.to_ascii_lowercase();
    let about_proxy = |value: &Value| match value {
        Value::Known(text) => {
            let text = text.to_ascii_lowercase();
            ["proxy", "dsr", "feature-gates"].into_iter().any(|word| text.contains(word))
        }
        Value::Computed => lower.contains("dsr"),
    };
    let replacement =
        replacements(&code).into_iter().find(|it| about_proxy(&it.search) || about_proxy(&it.with));
    let extra = parameter(&code, "KubeProxyExtraArgs");
    let call = lower.contains("-eksclustername");
    let (form, would_match, arguments) = match (&replacement, &extra) {
        (Some(replacement), _) => {
            let would_match = judging.replacement(replacement, bootstrap);
            (Form::StringReplace, Some(would_match), added(replacement))
        }
        (None, Some((value, at))) => {
            if *value == Value::Computed {
                judging.risk(&note::SCRIPT_ARGUMENTS_COMPUTED, &[("what", &"-KubeProxyExtraArgs")], *at);
            }
            (Form::ExtraArgs, None, text_of(value).map(words))
        }
        (None, None) if lower.contains("enable-dsr") => {
            judging.risk(&note::SCRIPT_OTHER_WAY, &[], lower.find("enable-dsr").unwrap_or_default());
            (Form::Other, None, None)
        }
        (None, None) => (Form::None, None, None),
    };
    // Both ways at once give the arguments of both.
    let arguments = match (&replacement, &extra) {
        (Some(_), Some((value, _))) => arguments.zip(text_of(value).map(words)).map(|(mut one, two)| {
            one.extend(two);
            one
        }),
        _ => arguments,
    };
    let at = replacement.as_ref().map(|it| it.at).or(extra.as_ref().map(|it| it.1)).unwrap_or_default();
    if let Some(arguments) = &arguments {
        judging.arguments(arguments, at);
    }
    if call {
        judging.call();
    }
    let adds = match (form, would_match) {
        (Form::ExtraArgs, _) | (Form::StringReplace, Some(Match::Yes)) => arguments.clone(),
        (Form::StringReplace, Some(Match::No)) => {
            Some(extra.as_ref().and_then(|(value, _)| text_of(value)).map(words).unwrap_or_default())
        }
        (Form::None, _) if call => Some(Vec::new()),
        _ => None,
    };
    let answer = UserData {
        form: form.name().to_owned(),
        would_match: would_match.map(|found| match found {
            Match::Yes => "yes".to_owned(),
            Match::No => "no".to_owned(),
            Match::Unknown => "unknown".to_owned(),
        }),
        arguments: arguments.unwrap_or_default(),
        location: (&script.place).into(),
        risks: judging.risks,
    };
    Judged { script, answer, adds }
}

fn text_of(value: &Value) -> Option<&str> {
    if let Value::Known(text) = value { Some(text) } else { None }
}

/// The arguments that a replacement adds: the elements of the list that it writes beside what it found.
fn added(replacement: &Replacement) -> Option<Vec<String>> {
    let (search, with) = (text_of(&replacement.search)?, text_of(&replacement.with)?);
    let rest = if search.is_empty() { with.to_owned() } else { with.replacen(search, "", 1) };
    let elements: Vec<&str> = rest.split(['"', '\'']).skip(1).step_by(2).collect();
    let elements = if elements.is_empty() { vec![rest.as_str()] } else { elements };
    Some(elements.into_iter().flat_map(words).collect())
}

struct Judging<'a> {
    script: &'a StartScript,
    code: &'a str,
    risks: Vec<ScriptRisk>,
}

impl Judging<'_> {
    fn risk(&mut self, text: &Text, values: &[(&str, &dyn Display)], at: usize) {
        let why = reasons::of_text(text, values);
        let place = self.script.layout.place_at(self.code, &self.script.place, at);
        self.risks.push(ScriptRisk {
            code: why.code,
            kind: why.kind,
            message: why.message,
            grade: why.grade,
            sources: why.sources,
            location: (&place).into(),
        });
    }

    fn replacement(&mut self, replacement: &Replacement, bootstrap: Option<&StartScript>) -> Match {
        let at = replacement.at;
        let Some(search) = text_of(&replacement.search) else {
            self.risk(&note::SCRIPT_ARGUMENTS_COMPUTED, &[("what", &"the text that is replaced")], at);
            return Match::Unknown;
        };
        let shown = shortened(search);
        let found = match bootstrap {
            _ if search.is_empty() => {
                self.risk(&note::SCRIPT_LITERAL_EMPTY, &[], at);
                Match::No
            }
            Some(bootstrap) => {
                // Nobody writes more than escapes into such a pattern.
                let plain = if replacement.pattern { search.replace('\\', "") } else { search.to_owned() };
                let there = if replacement.pattern {
                    bootstrap.text.to_ascii_lowercase().contains(&plain.to_ascii_lowercase())
                } else {
                    bootstrap.text.contains(&plain)
                };
                let text = if there { &note::SCRIPT_LITERAL_FOUND } else { &note::SCRIPT_LITERAL_MISSING };
                self.risk(text, &[("literal", &shown), ("place", &bootstrap.place)], at);
                match there {
                    true => Match::Yes,
                    false
                        if replacement.pattern
                            && plain.contains(['.', '*', '+', '?', '(', '[', '|', '^', '$']) =>
                    {
                        Match::Unknown
                    }
                    false => Match::No,
                }
            }
            None if search.contains(['\u{201C}', '\u{201D}', '\u{201E}', '\u{2018}', '\u{2019}']) => {
                self.risk(&note::SCRIPT_LITERAL_QUOTES, &[("literal", &shown)], at);
                Match::No
            }
            None if search == GUIDE_LITERAL => {
                self.risk(&note::SCRIPT_LITERAL_OF_GUIDE, &[("literal", &shown)], at);
                Match::Unknown
            }
            None => {
                self.risk(&note::SCRIPT_LITERAL_OTHER, &[("literal", &shown), ("guide", &GUIDE_LITERAL)], at);
                Match::Unknown
            }
        };
        self.risk(&note::SCRIPT_SILENT, &[], at);
        self.risk(&note::SCRIPT_SIGNATURE, &[], at);
        let repeats =
            text_of(&replacement.with).is_some_and(|with| !search.is_empty() && with.contains(search));
        if repeats {
            self.risk(&note::SCRIPT_REPEATS, &[], at);
        }
        if text_of(&replacement.with).is_none() {
            self.risk(&note::SCRIPT_ARGUMENTS_COMPUTED, &[("what", &"the text that is put in place")], at);
        }
        found
    }

    /// What the added arguments risk, whatever way they go.
    fn arguments(&mut self, arguments: &[String], at: usize) {
        if arguments.iter().any(|argument| argument.contains("WinDSR")) {
            self.risk(&note::SCRIPT_GATE, &[], at);
        }
        let flag = |argument: &String| argument.replace('_', "-").starts_with("--enable-dsr");
        if !arguments.iter().any(flag) {
            self.risk(&note::SCRIPT_NO_FLAG, &[], at);
        }
    }

    /// What the call of the bootstrap script leaves open.
    fn call(&mut self) {
        let lower = self.code.to_ascii_lowercase();
        let has = |name: &str| parameter(self.code, name);
        let call = lower.find("-eksclustername").unwrap_or_default();
        if let (Some((dns, at)), Some(_), Some(_), None) =
            (has("DNSClusterIP"), has("APIServerEndpoint"), has("Base64ClusterCA"), has("ServiceCIDR"))
            && !lower.contains("service_ipv4_cidr")
        {
            let dns = text_of(&dns).map_or_else(|| "an address".to_owned(), shortened);
            self.risk(&note::SCRIPT_DNS_WITHOUT_RANGE, &[("dns", &dns)], at);
        }
        if let Some(at) = self.code.find("<REPLACE") {
            self.risk(&note::SCRIPT_PLACEHOLDER, &[], at);
        }
        self.risk(&note::SCRIPT_CALLS_BOOTSTRAP, &[], call);
    }
}
