//! Family AUTH: the identity of Windows nodes.

use super::Judge;
use super::context::{Context, named, quoted};
use super::found::Found;
use super::rule::{self, Need};
use crate::model::{
    AccessEntry, AuthenticationMode, Field, NodeGroup, Os, Place, RoleMapping, Tool, role_name, same_role,
};
use std::collections::{HashMap, HashSet};

pub(super) const RULES: &[Judge] = &[
    Judge { rule: &rule::AUTH_001, judge: without_kube_proxy },
    Judge { rule: &rule::AUTH_002, judge: incomplete_mapping },
    Judge { rule: &rule::AUTH_003, judge: wrong_type },
    Judge { rule: &rule::AUTH_004, judge: one_role },
    Judge { rule: &rule::AUTH_005, judge: more_than_a_type },
    Judge { rule: &rule::AUTH_006, judge: no_entry },
    Judge { rule: &rule::AUTH_007, judge: own_image },
];

pub(crate) const KUBE_PROXY: &str = "eks:kube-proxy-windows";
const OF_NODES: [&str; 2] = ["system:bootstrappers", "system:nodes"];
pub(crate) const USER: &str = "system:node:{{EC2PrivateDNSName}}";
const WINDOWS_TYPE: &str = "EC2_WINDOWS";

/// Groups with Windows nodes: known by their image, or by the nodes that run.
fn windows_groups<'c>(context: &Context<'c>) -> Vec<&'c NodeGroup> {
    let nodes = context.cluster.nodes.iter().filter(|node| node.os == Some(Os::Windows));
    let running: HashSet<&str> = nodes.filter_map(|node| node.group.as_deref()).collect();
    let groups = context.cluster.node_groups.iter().filter(|group| match &group.os {
        Field::Known(os, _) => *os == Os::Windows,
        Field::Unknown(..) => running.contains(group.name.as_str()),
        Field::Absent => false,
    });
    // Auto Mode has no such groups: CLU-008.
    groups.filter(|group| !group.auto_mode).collect()
}

/// The role of a group. What a tool makes by itself, it also maps by itself.
fn role_of<'c>(group: &'c NodeGroup, found: &mut Found) -> Option<(&'c str, &'c Place)> {
    match &group.role {
        Field::Known(role, origin) => return Some((role, origin.place())),
        Field::Unknown(reason, place) => found.unknown(format!("{}: {reason}", named(group)), place),
        Field::Absent => {
            if let Some(place) = group.instance_profile.place() {
                let reason =
                    format!("{} names an instance profile, which does not tell its role", named(group));
                found.unknown(reason, place);
            } else if matches!(group.tool, Tool::Karpenter | Tool::EksManaged | Tool::AutoScaling) {
                found.lacks(Need::NodeRoles);
            }
        }
    }
    None
}

/// Access entries and mappings by the names of their roles.
struct Roles<'c> {
    entries: HashMap<&'c str, Vec<&'c AccessEntry>>,
    mappings: HashMap<&'c str, Vec<&'c RoleMapping>>,
}

impl<'c> Roles<'c> {
    fn of(context: &Context<'c>) -> Self {
        let identity = &context.cluster.identity;
        let mut roles = Self { entries: HashMap::new(), mappings: HashMap::new() };
        for entry in &identity.access_entries {
            roles.entries.entry(role_name(&entry.principal)).or_default().push(entry);
        }
        for mapping in &identity.mappings {
            if let Some(role) = mapping.role.known() {
                roles.mappings.entry(role_name(role)).or_default().push(mapping);
            }
        }
        roles
    }

    /// The entry of a role; what EKS shows comes before what a configuration asks for.
    fn entry(&self, role: &str) -> Option<&'c AccessEntry> {
        let all = self.entries.get(role_name(role))?.iter().filter(|entry| same_role(&entry.principal, role));
        all.copied().min_by_key(|entry| entry.declared)
    }

    fn mapping(&self, role: &str) -> Option<&'c RoleMapping> {
        let same = |mapping: &&&RoleMapping| mapping.role.known().is_some_and(|known| same_role(known, role));
        self.mappings.get(role_name(role))?.iter().find(same).copied()
    }
}

fn mode(context: &Context<'_>) -> Option<AuthenticationMode> {
    let control = &context.cluster.control_plane;
    match &control.authentication_mode {
        Field::Known(mode, _) => Some(*mode),
        // What eksctl makes without being told.
        Field::Absent if control.eksctl.is_some() && control.described.is_none() => {
            Some(AuthenticationMode::ApiAndConfigMap)
        }
        _ => None,
    }
}

/// Whether the ConfigMap `aws-auth` is there to be judged.
fn mapped(context: &Context<'_>, found: &mut Found) -> bool {
    if mode(context) == Some(AuthenticationMode::Api) || context.windows().is_none() {
        return false;
    }
    let identity = &context.cluster.identity;
    if let Field::Unknown(reason, place) = &identity.aws_auth {
        found.unknown(reason, place);
        return false;
    }
    let there = !identity.aws_auth.is_absent() || !identity.mappings.is_empty();
    // The roles that eksctl makes it maps too.
    let groups = windows_groups(context);
    let by_eksctl = |group: &&NodeGroup| {
        matches!(group.tool, Tool::EksctlManaged | Tool::EksctlSelfManaged) && group.role.is_absent()
    };
    if !there && (groups.is_empty() || !groups.iter().all(by_eksctl)) {
        found.lacks(Need::AwsAuth);
    }
    there
}

/// The groups of a mapping; `None` if the files hide them.
fn groups_of<'c>(mapping: &'c RoleMapping, found: &mut Found) -> Option<&'c [String]> {
    match &mapping.groups {
        Field::Known(groups, _) => Some(groups),
        Field::Absent => Some(&[]),
        Field::Unknown(reason, place) => {
            found.unknown(reason, place);
            None
        }
    }
}

fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    if names.len() == 0 { "(none)".to_owned() } else { crate::read::join(names.map(crate::read::shortened)) }
}

/// Whether a tool makes the access entry of a group: EKS that of a managed one, and eksctl those of its own.
fn gets_an_entry(group: &NodeGroup) -> bool {
    !matches!(group.tool, Tool::Karpenter | Tool::AutoScaling)
}

/// Whether a listing of the cluster's access entries is there and has none of a role.
fn shown_without(context: &Context<'_>, role: &str) -> bool {
    let principals = context.cluster.identity.principals.known();
    principals.is_some_and(|all| !all.iter().any(|principal| same_role(principal, role)))
}

fn without_kube_proxy(context: &Context<'_>, found: &mut Found) {
    if !mapped(context, found) {
        return;
    }
    let (roles, identity) = (Roles::of(context), &context.cluster.identity);
    let both = mode(context) == Some(AuthenticationMode::ApiAndConfigMap);
    let mut seen = false;
    for group in windows_groups(context) {
        let Some((role, at)) = role_of(group, found) else { continue };
        // An entry comes before the mapping.
        if roles.entry(role).is_some() {
            continue;
        }
        let Some(mapping) = roles.mapping(role) else { continue };
        let Some(groups) = groups_of(mapping, found) else { continue };
        seen = true;
        // EKS and eksctl make an entry, which counts, unless a listing shows that there is none.
        if both && gets_an_entry(group) && !shown_without(context, role) {
            found.lacks(Need::AccessEntries);
            continue;
        }
        found.judged();
        if !groups.iter().any(|group| group == KUBE_PROXY) {
            let place = mapping.groups.place().unwrap_or(&mapping.place);
            found
                .add_as(
                    "lacking",
                    place,
                    named(group),
                    &[
                        ("role", &quoted(role)),
                        ("group", &named(group)),
                        ("groups", &listed(groups.iter().map(String::as_str))),
                    ],
                )
                .related(at, format!("the role of {}", named(group)));
        }
    }
    let (Some(place), Some((windows, proof))) = (identity.aws_auth.place(), context.windows()) else {
        return;
    };
    if seen {
        return;
    }
    let mut has = false;
    for mapping in &identity.mappings {
        let Some(groups) = groups_of(mapping, found) else { return };
        has |= groups.iter().any(|group| group == KUBE_PROXY);
    }
    if has {
        found.judged();
    } else if mode(context) == Some(AuthenticationMode::ConfigMap) {
        found.judged();
        found
            .add_as("nobody", place, "ConfigMap kube-system/aws-auth", &[("windows", &windows)])
            .related(proof, windows.clone());
    } else {
        // An access entry may give what the mapping does not.
        found.lacks(Need::NodeRoles);
    }
}

fn incomplete_mapping(context: &Context<'_>, found: &mut Found) {
    if !mapped(context, found) {
        return;
    }
    let roles = Roles::of(context);
    let mut of_windows: Vec<(&RoleMapping, String)> = Vec::new();
    for group in windows_groups(context) {
        let Some((role, at)) = role_of(group, found) else { continue };
        match roles.mapping(role) {
            Some(mapping) => of_windows.push((mapping, quoted(role))),
            None if roles.entry(role).is_none()
                && mode(context) == Some(AuthenticationMode::ConfigMap)
                && context.cluster.identity.aws_auth.known().is_some() =>
            {
                // A template may put in the role that is missed.
                let hidden = context.cluster.identity.mappings.iter().find(|it| it.role.known().is_none());
                if let Some(hidden) = hidden {
                    found.unknown("a mapping names no ARN", &hidden.place);
                    continue;
                }
                found.judged();
                found.add_as(
                    "unmapped",
                    at,
                    named(group),
                    &[("role", &quoted(role)), ("group", &named(group)), ("user", &USER)],
                );
            }
            None => {}
        }
    }
    for mapping in &context.cluster.identity.mappings {
        let windows =
            mapping.groups.known().is_some_and(|groups| groups.iter().any(|group| group == KUBE_PROXY));
        if windows {
            let role = mapping.role.known().map_or_else(|| "(not readable)".to_owned(), |role| quoted(role));
            of_windows.push((mapping, role));
        }
    }
    let mut told = HashSet::new();
    for (mapping, role) in of_windows {
        if !told.insert(&mapping.place) {
            continue;
        }
        let Some(groups) = groups_of(mapping, found) else { continue };
        found.judged();
        let object = format!("mapping of {role}");
        let missing: Vec<&str> =
            OF_NODES.into_iter().filter(|wanted| !groups.iter().any(|group| group == wanted)).collect();
        if !missing.is_empty() {
            let place = mapping.groups.place().unwrap_or(&mapping.place);
            let missing = missing.join(" and ");
            found.add_as(
                "groups",
                place,
                object.clone(),
                &[("role", &role), ("missing", &missing), ("user", &USER)],
            );
        }
        let username = match &mapping.username {
            Field::Known(username, _) => username.as_str(),
            Field::Absent => "",
            Field::Unknown(reason, place) => {
                found.unknown(reason, place);
                continue;
            }
        };
        if username != USER {
            let place = mapping.username.place().unwrap_or(&mapping.place);
            let values: &[(&str, &dyn std::fmt::Display)] =
                &[("role", &role), ("username", &quoted(username)), ("user", &USER)];
            found.add_as("username", place, object, values);
        }
    }
}

fn wrong_type(context: &Context<'_>, found: &mut Found) {
    let mode = mode(context);
    if mode == Some(AuthenticationMode::ConfigMap) {
        return;
    }
    let roles = Roles::of(context);
    for group in windows_groups(context) {
        let Some((role, at)) = role_of(group, found) else { continue };
        let Some(entry) = roles.entry(role) else {
            if mode.is_some() {
                found.lacks(Need::AccessEntries);
            }
            continue;
        };
        let (kind, place) = match &entry.kind {
            Field::Known(kind, origin) => (quoted(kind), origin.place()),
            Field::Absent => ("STANDARD, which is what one without a type has".to_owned(), &entry.place),
            Field::Unknown(reason, place) => {
                found.unknown(reason, place);
                continue;
            }
        };
        found.judged();
        if entry.kind.known().is_none_or(|kind| kind != WINDOWS_TYPE) {
            found
                .add(
                    place,
                    format!("access entry of {}", quoted(&entry.principal)),
                    &[("role", &quoted(role)), ("group", &named(group)), ("type", &kind)],
                )
                .related(at, format!("the role of {}", named(group)));
        }
    }
}

/// What two groups share so that their nodes have one role: the name of the sentence, and the role or profile.
fn shared<'c>(
    windows: &'c NodeGroup,
    linux: &'c NodeGroup,
) -> Option<(&'static str, &'c str, [&'c Place; 2])> {
    let both = |form, one: &'c Field<String>, other: &'c Field<String>| {
        let (Field::Known(one, at), Field::Known(other, there)) = (one, other) else { return None };
        same_role(one, other).then_some((form, one.as_str(), [at.place(), there.place()]))
    };
    both("role", &windows.role, &linux.role)
        .or_else(|| both("profile", &windows.instance_profile, &linux.instance_profile))
}

fn one_role(context: &Context<'_>, found: &mut Found) {
    let roles = Roles::of(context);
    let mut linux: HashMap<&str, &NodeGroup> = HashMap::new();
    for group in context.linux_groups() {
        for name in [&group.role, &group.instance_profile].into_iter().filter_map(Field::known) {
            linux.entry(role_name(name)).or_insert(group);
        }
    }
    // EKS makes the entries of managed groups, and eksctl those of its own.
    let entered = |group: &NodeGroup| group.tool != Tool::Karpenter;
    for group in windows_groups(context) {
        let mut names = [&group.role, &group.instance_profile].into_iter().filter_map(Field::known);
        let other = names.find_map(|name| linux.get(role_name(name)));
        let shared = other.and_then(|other| Some((*other, shared(group, other)?)));
        let Some((other, (form, role, [at, place]))) = shared else {
            if role_of(group, found).is_some() {
                found.judged();
            }
            continue;
        };
        let by_entry = match mode(context) {
            Some(AuthenticationMode::Api) => true,
            Some(AuthenticationMode::ApiAndConfigMap) => {
                let has = roles.entry(role).is_some() || entered(group) || entered(other);
                // Without an entry aws-auth counts, which can give one role what both systems need.
                if !has && context.cluster.identity.principals.is_absent() && roles.entries.is_empty() {
                    found.lacks(Need::AccessEntries);
                    continue;
                }
                has
            }
            Some(AuthenticationMode::ConfigMap) => false,
            None => {
                found.lacks(Need::Cluster);
                continue;
            }
        };
        found.judged();
        if by_entry {
            found
                .add_as(
                    form,
                    at,
                    named(group),
                    &[("group", &named(group)), ("other", &named(other)), ("role", &quoted(role))],
                )
                .related(place, format!("the same of {}", named(other)));
        }
    }
}

fn more_than_a_type(context: &Context<'_>, found: &mut Found) {
    // EKS itself shows groups on entries of nodes: only what a configuration asks for is refused.
    let entries = context.cluster.identity.access_entries.iter().filter(|entry| entry.declared);
    for entry in entries.filter(|entry| entry.kind.known().is_some_and(|kind| kind == WINDOWS_TYPE)) {
        found.judged();
        let (role, object) =
            (quoted(&entry.principal), format!("access entry of {}", quoted(&entry.principal)));
        if let Field::Known(groups, origin) = &entry.groups
            && !groups.is_empty()
        {
            let groups = listed(groups.iter().map(String::as_str));
            found.add_as("groups", origin.place(), object.clone(), &[("role", &role), ("groups", &groups)]);
        }
        if let Field::Known(count, origin) = &entry.policies {
            found.add_as("policies", origin.place(), object, &[("role", &role), ("count", count)]);
        }
    }
}

fn no_entry(context: &Context<'_>, found: &mut Found) {
    let (control, identity) = (&context.cluster.control_plane, &context.cluster.identity);
    let groups = windows_groups(context);
    match mode(context) {
        Some(AuthenticationMode::Api) => {}
        Some(_) => return,
        None => {
            if groups.iter().any(|group| matches!(group.tool, Tool::Karpenter | Tool::AutoScaling)) {
                found.lacks(Need::Cluster);
            }
            return;
        }
    }
    let roles = Roles::of(context);
    let principals: HashSet<&str> =
        identity.principals.known().into_iter().flatten().map(|principal| role_name(principal)).collect();
    for group in groups {
        // eksctl makes the entries of its groups, and EKS those of managed ones.
        if !matches!(group.tool, Tool::Karpenter | Tool::AutoScaling) {
            found.judged();
            continue;
        }
        let Some((role, place)) = role_of(group, found) else { continue };
        if roles.entry(role).is_some() || principals.contains(role_name(role)) {
            found.judged();
            continue;
        }
        let karpenter = control.karpenter.place().filter(|_| group.tool == Tool::Karpenter);
        match (karpenter, identity.principals.is_absent()) {
            (Some(karpenter), true) => {
                found.unknown("eksctl installs Karpenter and may make its entry", karpenter);
            }
            (None, true) if control.eksctl.is_none() && control.template.is_none() => {
                found.lacks(Need::AccessEntries);
            }
            _ => {
                found.judged();
                let added =
                    found.add(place, named(group), &[("role", &quoted(role)), ("group", &named(group))]);
                if let Some(place) = control.authentication_mode.place() {
                    added.related(place, "the authentication mode");
                }
            }
        }
    }
}

fn own_image(context: &Context<'_>, found: &mut Found) {
    if mode(context) == Some(AuthenticationMode::ConfigMap) {
        return;
    }
    let roles = Roles::of(context);
    let windows = windows_groups(context);
    for group in &windows {
        let managed = matches!(group.tool, Tool::EksManaged | Tool::EksctlManaged);
        if !managed {
            continue;
        }
        if !group.custom_ami {
            found.judged();
            continue;
        }
        let Some((role, at)) = role_of(group, found) else { continue };
        found.judged();
        // One of the wrong type is AUTH-003.
        if roles.entry(role).is_none() {
            found.add(at, named(group), &[("group", &named(group)), ("role", &quoted(role))]);
        }
    }
    let known: HashSet<&Place> = windows.iter().map(|group| &group.place).collect();
    for group in &context.cluster.node_groups {
        let hidden =
            group.tool == Tool::EksManaged && group.custom_ami && matches!(group.os, Field::Unknown(..));
        if hidden && !known.contains(&group.place) {
            found.unknown(
                format!("{} does not show whether its image is of Windows", named(group)),
                &group.place,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Check, CheckRequest, check};
    use crate::request::Document;
    use std::ops::ControlFlow;

    /// A check of a group of eksctl whose role is mapped without kube-proxy's group, in a mode of authentication.
    fn checked(groups: &str, mode: &str) -> Check {
        let text = format!(
            "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {{name: c, region: us-east-1}}\n\
             accessConfig: {{authenticationMode: {mode}}}\n{groups}:\n\
             - {{name: win, amiFamily: WindowsServer2022CoreContainer, \
             iam: {{instanceRoleARN: 'arn:aws:iam::111122223333:role/win'}}}}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: aws-auth, namespace: kube-system}}\ndata:\n  \
             mapRoles: |\n    - rolearn: arn:aws:iam::111122223333:role/win\n      \
             username: system:node:{{{{EC2PrivateDNSName}}}}\n      groups: [system:bootstrappers, system:nodes]\n"
        );
        let documents = vec![Document { name: "a.yaml".into(), text }];
        let request = CheckRequest { documents, ..CheckRequest::default() };
        check(&request, &mut |_| ControlFlow::Continue(())).unwrap()
    }

    #[test]
    fn a_mapping_does_not_count_beside_an_entry_that_a_tool_makes() {
        for groups in ["managedNodeGroups", "nodeGroups"] {
            for (mode, found) in [("CONFIG_MAP", 1), ("API_AND_CONFIG_MAP", 0)] {
                let answer = checked(groups, mode);
                let of_rule = answer.findings.iter().filter(|it| it.rule == "AUTH-001").count();
                assert_eq!(of_rule, found, "{groups} {mode}: {:?}", answer.findings);
                let skipped = answer.skipped.iter().any(|it| it.rule == "AUTH-001");
                assert_eq!(skipped, found == 0, "{groups} {mode}: {:?}", answer.skipped);
            }
        }
    }
}
