//! What lets nodes of Windows join: access entries.

use super::request::RenderRequest;
use super::wanted::{Group, Wanted, missing, one_of};
use super::yaml::{self, Map};
use super::{Artefact, aws_auth, names, script};
use crate::model::{AuthenticationMode, Os, Tool, same_role};
use crate::note::{Note, text as note};
use crate::quote::shell;
use crate::request::Refusal;

const TYPE: &str = "EC2_WINDOWS";

pub(super) fn render(wanted: &mut Wanted, request: &RenderRequest) -> Result<Vec<Artefact>, Refusal> {
    let way = one_of("authentication", request.authentication.as_deref(), &["access-entry", "aws-auth"])?;
    wanted.whatever_the_mode();
    if way == 1 { aws_auth::render(wanted, request) } else { entries(wanted, request) }
}

fn entries(wanted: &mut Wanted, request: &RenderRequest) -> Result<Vec<Artefact>, Refusal> {
    let cluster = wanted.cluster_name()?.to_owned();
    let mode = &wanted.cluster.control_plane.authentication_mode;
    if mode.known() == Some(&AuthenticationMode::ConfigMap) {
        wanted.notes.push(Note::new(&note::RENDER_ACCESS_MODE, &[]));
    }
    let mut roles = roles(wanted, request, true)?;
    roles.retain(|role| !is_there(wanted, role));
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![template(&cluster, &roles), commands(&cluster, &roles, &wanted.region_option())])
}

/// The roles of the nodes: the one that is asked for, else those of the groups, each once.
///
/// EKS makes the access entries of managed groups itself; `aws-auth` is not its business.
pub(super) fn roles(
    wanted: &mut Wanted,
    request: &RenderRequest,
    of_self_managed: bool,
) -> Result<Vec<String>, Refusal> {
    // Without files there is a group that nobody named: it says nothing about who makes it.
    let no_group = wanted.groups.is_empty() || wanted.from_flags && !request.names_a_group();
    if let Some(role) = &request.role {
        if of_self_managed && no_group {
            wanted.notes.push(Note::new(&note::RENDER_ACCESS_MANAGED_OPEN, &[]));
        }
        return Ok(vec![names::role(role)?]);
    }
    if no_group {
        return Err(missing("the role of the nodes", "role"));
    }
    let (mut roles, mut notes) = (Vec::new(), Vec::new());
    for group in &wanted.groups {
        let name = format!("the node group {:?}", group.name);
        match group.role_arn() {
            _ if of_self_managed && is_managed(wanted, group) => {
                let image = group.ami.is_some() || of_files(wanted, group).is_some_and(|it| it.custom_ami);
                let text =
                    if image { &note::RENDER_ACCESS_MANAGED_IMAGE } else { &note::RENDER_ACCESS_MANAGED };
                notes.push(Note::new(text, &[("group", &name)]));
            }
            None => notes.push(Note::new(&note::RENDER_ACCESS_NO_ROLE, &[("group", &name)])),
            Some(role) if roles.iter().any(|known| known == role) => {}
            Some(role) => roles.push(role.to_owned()),
        }
    }
    let open = notes.iter().any(|told| told.code == note::RENDER_ACCESS_NO_ROLE.key);
    if roles.is_empty() && open {
        return Err(missing("the role of the nodes", "role"));
    }
    wanted.notes.extend(notes);
    Ok(roles)
}

fn of_files<'w>(wanted: &'w Wanted, group: &Group) -> Option<&'w crate::model::NodeGroup> {
    wanted.cluster.node_groups.iter().find(|it| it.name == group.name)
}

/// Whether EKS makes the group. Karpenter's are no managed groups.
fn is_managed(wanted: &Wanted, group: &Group) -> bool {
    group.managed && of_files(wanted, group).is_none_or(|it| it.tool != Tool::Karpenter)
}

/// The Linux group that has the role too, as notes name it.
pub(super) fn linux_group(wanted: &Wanted, role: &str) -> Option<String> {
    let mut groups = wanted.cluster.node_groups.iter();
    let group = groups.find(|group| {
        group.os.known() == Some(&Os::Linux) && group.role.known().is_some_and(|of| same_role(of, role))
    })?;
    Some(format!("the node group {:?}", group.name))
}

/// Whether the files have the entry of a role, and tells what stands in its way.
fn is_there(wanted: &mut Wanted, role: &str) -> bool {
    let entries = &wanted.cluster.identity.access_entries;
    let entry = entries.iter().find(|entry| same_role(&entry.principal, role));
    let kind = entry.and_then(|entry| Some((entry.kind.known()?, &entry.place)));
    let shared = linux_group(wanted, role);
    let (there, told) = match kind {
        Some((kind, place)) if kind == TYPE => {
            (true, Some(Note::new(&note::RENDER_ACCESS_THERE, &[("role", &role)]).at(place)))
        }
        Some((kind, place)) => {
            let values: [(&str, &dyn std::fmt::Display); 2] = [("role", &role), ("type", kind)];
            (false, Some(Note::new(&note::RENDER_ACCESS_OTHER_TYPE, &values).at(place)))
        }
        None => (false, None),
    };
    let shared =
        shared.map(|other| Note::new(&note::RENDER_ACCESS_SHARED, &[("role", &role), ("other", &other)]));
    wanted.notes.extend(told.into_iter().chain(shared));
    there
}

fn template(cluster: &str, roles: &[String]) -> Artefact {
    let resources = (1..).zip(roles).fold(Map::default(), |map, (number, role)| {
        let properties = Map::default()
            .with("ClusterName", cluster)
            .with("PrincipalArn", role.as_str())
            .because(Note::new(&note::RENDER_ACCESS_ROLE, &[]))
            .with("Type", TYPE)
            .chosen(Note::new(&note::RENDER_ACCESS_TYPE, &[]));
        let resource = Map::default().with("Type", "AWS::EKS::AccessEntry").with("Properties", properties);
        map.with(&format!("WindowsAccessEntry{number}"), resource)
    });
    let template = Map::default().with("AWSTemplateFormatVersion", "2010-09-09").with("Resources", resources);
    Artefact::new("access-entries.yaml", "yaml", None, yaml::documents(&[template]))
}

fn commands(cluster: &str, roles: &[String], region: &str) -> Artefact {
    let mut out = script::start();
    let why = Note::new(&note::RENDER_ACCESS_TYPE, &[]);
    out.comment(0, &why.message);
    for role in roles {
        out.line(&format!(
            "aws eks create-access-entry --cluster-name {} --principal-arn {} --type {TYPE}{region}",
            shell(cluster),
            shell(role)
        ));
        out.because(why.clone());
    }
    Artefact::new("access-entries.sh", "shell", None, out)
}

#[cfg(test)]
mod tests {
    use crate::render::tests::{document, read_back, refused, rendered};

    const ROLE: &str = "arn:aws:iam::111122223333:role/Windows";

    #[test]
    fn one_entry_as_template_and_as_command() {
        let answer = rendered("access", |request| {
            request.cluster = Some("shop".into());
            request.region = Some("eu-west-1".into());
            request.role = Some(ROLE.into());
        });
        let entries = &read_back(&answer).identity.access_entries;
        assert_eq!(
            (entries[0].principal.as_str(), entries[0].kind.known().unwrap().as_str()),
            (ROLE, "EC2_WINDOWS")
        );
        assert!(entries[0].groups.is_absent());
        let command = format!(
            "aws eks create-access-entry --cluster-name shop --principal-arn {ROLE} --type EC2_WINDOWS --region eu-west-1\n"
        );
        assert!(answer.artefacts[1].text.ends_with(&command), "{}", answer.artefacts[1].text);
    }

    fn entry(kind: &str) -> String {
        format!(
            r#"{{"accessEntry": {{"clusterName": "shop", "principalArn": "{ROLE}", "kubernetesGroups": [], "accessEntryArn": "arn:aws:eks:eu-west-1:111122223333:access-entry/shop/role/111122223333/Windows/1", "username": "u", "type": "{kind}"}}}}"#
        )
    }

    #[test]
    fn what_is_there_is_kept_and_another_type_is_told() {
        for (kind, files, code) in
            [("EC2_WINDOWS", 0, "render-access-there"), ("EC2_LINUX", 2, "render-access-other-type")]
        {
            let answer = rendered("access", |request| {
                request.cluster = Some("shop".into());
                request.role = Some(ROLE.into());
                request.documents = vec![document("entry.json", &entry(kind))];
            });
            assert_eq!(answer.artefacts.len(), files, "{kind}");
            assert!(answer.notes.iter().any(|note| note.code == code), "{kind}: {:?}", answer.notes);
        }
    }

    #[test]
    fn groups_that_eks_manages_need_none() {
        let config = "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\nmetadata: {name: shop, region: eu-west-1}\nmanagedNodeGroups:\n- {name: win, amiFamily: WindowsServer2022CoreContainer, iam: {instanceRoleARN: ROLE}}\n";
        let answer = rendered("access", |request| {
            request.documents = vec![document("cluster.yaml", &config.replace("ROLE", ROLE))];
        });
        assert!(answer.artefacts.is_empty());
        assert!(answer.notes.iter().any(|note| note.code == "render-access-managed"), "{:?}", answer.notes);
        let own = config.replace("managedNodeGroups", "nodeGroups").replace("ROLE", ROLE);
        let answer = rendered("access", |request| request.documents = vec![document("cluster.yaml", &own)]);
        assert!(answer.artefacts[0].text.contains(&format!("PrincipalArn: \"{ROLE}\"")));
    }

    #[test]
    fn what_is_missing_or_hostile_is_refused() {
        let cluster = refused("access", |request| request.role = Some(ROLE.into()));
        assert!(cluster.message.contains("set cluster"), "{cluster}");
        let role = refused("access", |request| request.cluster = Some("shop".into()));
        assert!(role.message.contains("set role"), "{role}");
        for role in [
            "'; rm -rf /; '",
            "arn:aws:iam::111122223333:role/$(id)",
            "arn:aws:iam::111122223333:role/a\nb",
            "Windows",
        ] {
            let refusal = refused("access", |request| {
                request.cluster = Some("shop".into());
                request.role = Some(role.to_owned());
            });
            assert_eq!(refusal.code, "NAME", "{role}");
        }
    }
}
