//! The ConfigMap `kube-system/aws-auth`, with what the files map in it.

use super::Artefact;
use super::access;
use super::request::RenderRequest;
use super::wanted::Wanted;
use super::written::Written;
use super::yaml::{self, Map, Value};
use crate::check::{KUBE_PROXY_GROUP, NODE_USER};
use crate::model::{AuthenticationMode, Field, RoleMapping, same_role};
use crate::note::{Note, text as note};
use crate::quote;
use crate::request::Refusal;

/// What nodes of any system are in.
const OF_NODES: [&str; 2] = ["system:bootstrappers", "system:nodes"];

/// A mapping to be written.
struct Mapping {
    role: String,
    username: Option<String>,
    groups: Vec<String>,
    /// It is of Windows nodes.
    windows: bool,
}

pub(super) fn render(wanted: &mut Wanted, request: &RenderRequest) -> Result<Vec<Artefact>, Refusal> {
    if wanted.cluster.control_plane.authentication_mode.known() == Some(&AuthenticationMode::Api) {
        wanted.notes.push(Note::new(&note::RENDER_AUTH_MODE, &[]));
    }
    let roles = access::roles(wanted, request, false)?;
    if let Field::Unknown(reason, place) = &wanted.cluster.identity.aws_auth {
        return Err(unreadable(reason, place));
    }
    let kept = wanted.cluster.identity.mappings.iter().map(kept).collect::<Result<Vec<_>, _>>()?;
    let known = !wanted.cluster.identity.aws_auth.is_absent();
    let told = if known {
        Note::new(&note::RENDER_AUTH_REPLACES, &[("count", &kept.len())])
    } else {
        Note::new(&note::RENDER_AUTH_REPLACES_ALL, &[])
    };
    wanted.notes.push(told);
    for role in &roles {
        if let Some(other) = access::linux_group(wanted, role) {
            wanted.notes.push(Note::new(&note::RENDER_AUTH_SHARED, &[("role", role), ("other", &other)]));
        }
    }
    let all = roles.iter().fold(kept, |all, role| with_windows(all, role));
    let data = Map::default().with("mapRoles", Value::Block(text(&all)));
    let object = Map::object("v1", "ConfigMap", Some("kube-system"), "aws-auth").with("data", data);
    Ok(vec![Artefact::new("aws-auth.yaml", "yaml", None, yaml::documents(&[object]))])
}

fn unreadable(reason: &str, place: &dyn std::fmt::Display) -> Refusal {
    let message = format!("{place}: the mappings that aws-auth has would be lost: {reason}");
    Refusal::new("REQUEST", message)
}

/// A mapping of the files as it is; one that cannot be read whole would be lost.
fn kept(mapping: &RoleMapping) -> Result<Mapping, Refusal> {
    let open = |reason: &str| unreadable(reason, &mapping.place);
    let role = match &mapping.role {
        Field::Known(role, _) => role.clone(),
        Field::Unknown(reason, _) => return Err(open(reason)),
        Field::Absent => return Err(open("one has no role")),
    };
    if let Field::Unknown(reason, _) = &mapping.username {
        return Err(open(reason));
    }
    if let Field::Unknown(reason, _) = &mapping.groups {
        return Err(open(reason));
    }
    Ok(Mapping {
        role,
        username: mapping.username.known().cloned(),
        groups: mapping.groups.known().cloned().unwrap_or_default(),
        windows: false,
    })
}

/// The mappings with that of a Windows role: what it has is kept, and what it lacks is added.
fn with_windows(mut all: Vec<Mapping>, role: &str) -> Vec<Mapping> {
    let groups = || OF_NODES.into_iter().chain([KUBE_PROXY_GROUP]).map(str::to_owned);
    match all.iter_mut().find(|mapping| same_role(&mapping.role, role)) {
        Some(mapping) => {
            mapping.windows = true;
            mapping.username = Some(NODE_USER.to_owned());
            let lacking: Vec<String> = groups().filter(|group| !mapping.groups.contains(group)).collect();
            mapping.groups.extend(lacking);
        }
        None => all.push(Mapping {
            role: without_path(role),
            username: Some(NODE_USER.to_owned()),
            groups: groups().collect(),
            windows: true,
        }),
    }
    all
}

/// In `aws-auth` the ARN of a role has no path.
fn without_path(role: &str) -> String {
    match role.split_once(":role/") {
        Some((account, name)) => format!("{account}:role/{}", crate::model::role_name(name)),
        None => role.to_owned(),
    }
}

fn text(mappings: &[Mapping]) -> Written {
    let mut out = Written::default();
    for mapping in mappings {
        if !mapping.windows {
            out.next_because(Note::new(&note::RENDER_AUTH_KEPT, &[]));
        }
        out.line(&format!("- rolearn: {}", quote::yaml(&mapping.role)));
        if let Some(username) = &mapping.username {
            out.line(&format!("  username: {}", quote::yaml(username)));
            if mapping.windows {
                out.because(Note::new(&note::RENDER_AUTH_USER, &[]));
            }
        }
        out.line(if mapping.groups.is_empty() { "  groups: []" } else { "  groups:" });
        for group in &mapping.groups {
            out.line(&format!("    - {}", quote::yaml(group)));
            if mapping.windows && group == KUBE_PROXY_GROUP {
                out.because(Note::new(&note::RENDER_AUTH_WINDOWS, &[]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::model::Cluster;
    use crate::render::tests::{document, read_back, refused, rendered};

    const ROLE: &str = "arn:aws:iam::111122223333:role/teams/Windows";

    fn mappings(cluster: &Cluster) -> Vec<(&str, &str, usize)> {
        let of = |it: &'_ crate::model::RoleMapping| it.groups.known().map_or(0, Vec::len);
        let mappings = cluster.identity.mappings.iter();
        mappings
            .map(|it| (it.role.known().unwrap().as_str(), it.username.known().unwrap().as_str(), of(it)))
            .collect()
    }

    fn of(role: &str, map_roles: Option<&str>) -> crate::render::Rendered {
        rendered("access", |request| {
            request.authentication = Some("aws-auth".into());
            request.role = Some(role.to_owned());
            request.documents.extend(map_roles.map(|text| document("aws-auth.yaml", text)));
        })
    }

    const THERE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles: |\n    - rolearn: arn:aws:iam::111122223333:role/Linux\n      username: system:node:{{EC2PrivateDNSName}}\n      groups: [system:bootstrappers, system:nodes]\n    - rolearn: arn:aws:iam::111122223333:role/Admin\n      username: \"admin'; - x: {{SessionName}}\"\n      groups: [\"system:masters\"]\n";

    #[test]
    fn a_role_of_its_own() {
        let answer = of(ROLE, None);
        let cluster = read_back(&answer);
        let expected = [("arn:aws:iam::111122223333:role/Windows", "system:node:{{EC2PrivateDNSName}}", 3)];
        assert_eq!(mappings(&cluster), expected);
        assert!(answer.notes.iter().any(|note| note.code == "render-auth-replaces-all"));
    }

    #[test]
    fn what_the_files_map_is_kept() {
        let answer = of(ROLE, Some(THERE));
        let cluster = read_back(&answer);
        assert_eq!(mappings(&cluster).len(), 3);
        assert_eq!(mappings(&cluster)[1].1, "admin'; - x: {{SessionName}}");
        assert!(answer.notes.iter().any(|note| note.code == "render-auth-replaces"));
        // A role that serves both keeps its place and gets the group of Windows.
        let answer = of("arn:aws:iam::111122223333:role/Linux", Some(THERE));
        let cluster = read_back(&answer);
        assert_eq!(mappings(&cluster)[0].2, 3);
        assert_eq!(mappings(&cluster).len(), 2);
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        let refusal = refused("access", |request| {
            request.authentication = Some("aws-auth".into());
            request.role = Some(ROLE.into());
            let text = THERE.replace("arn:aws:iam::111122223333:role/Linux", "'{{ .Values.role }}'");
            request.documents = vec![document("aws-auth.yaml", &text)];
        });
        assert!(refusal.message.contains("would be lost"), "{refusal}");
        let way = refused("access", |request| request.authentication = Some("aws_auth".into()));
        assert_eq!(way.code, "UNKNOWN_NAME");
    }
}
