//! User data that Karpenter puts before its own call of the bootstrap script.

use super::{class_of, named_class};
use crate::check::context::{Context, named};
use crate::check::found::Found;
use crate::check::node_groups::scripts::MOST_BYTES;
use crate::model::{Field, NodeGroup, UserData};
use std::fmt::Display;

/// User data of Windows pools, each once; tells what the files hide.
fn all<'c>(context: &Context<'c>, found: &mut Found) -> Vec<(String, &'c UserData)> {
    let mut all: Vec<(String, &UserData)> = Vec::new();
    for group in super::pools(context) {
        match &group.launch.user_data {
            Field::Known(data, _) if !all.iter().any(|(_, known)| known.place == data.place) => {
                all.push((object(context, group), data));
            }
            Field::Known(..) => {}
            Field::Unknown(reason, place) => {
                found.unknown(format!("the user data of {}: {reason}", named(group)), place);
            }
            Field::Absent => found.judged(),
        }
    }
    all
}

fn object(context: &Context<'_>, group: &NodeGroup) -> String {
    class_of(context, group).map_or_else(|| named(group), named_class)
}

pub(super) fn more_than_commands(context: &Context<'_>, found: &mut Found) {
    for (object, data) in all(context, found) {
        let call = data.calls.first();
        let causes = [
            data.mime.then_some(("is in parts of MIME", &data.place)),
            (data.blocks > 0).then_some(("has <powershell> tags", &data.place)),
            call.map(|call| ("calls the bootstrap script", &call.place)),
        ];
        let causes: Vec<_> = causes.into_iter().flatten().collect();
        let Some((_, place)) = causes.first().copied() else {
            match data.hidden_call {
                Some(why) => found.unknown(why, &data.place),
                None => found.judged(),
            }
            continue;
        };
        found.judged();
        let named: Vec<&str> = causes.iter().map(|(cause, _)| *cause).collect();
        let named = named.join(" and ");
        let values: [(&str, &dyn Display); 2] = [("class", &object), ("causes", &named)];
        let mut finding = found.add(place, object.clone(), &values);
        for (cause, at) in causes.iter().filter(|(_, at)| *at != place) {
            finding = finding.related(at, *cause);
        }
    }
}

/// What Karpenter puts around user data, without the values of the cluster.
///
/// # Source
/// karpenter-provider-aws, `pkg/providers/amifamily/bootstrap/windows.go`.
const AROUND: [&str; 6] = [
    "<powershell>\n\n",
    "[string]$EKSBootstrapScriptFile = \"$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1\"\n",
    "& $EKSBootstrapScriptFile -EKSClusterName '' -APIServerEndpoint ''",
    " -Base64ClusterCA ''",
    " -KubeletExtraArgs '--max-pods=1'",
    "\n</powershell>",
];
/// More than the values of a cluster take: its name, its endpoint, its certificate, and labels and taints of nodes.
const VALUES: usize = 4096;

pub(super) fn too_long_with_bootstrap(context: &Context<'_>, found: &mut Found) {
    for (object, data) in all(context, found) {
        let around: usize = AROUND.iter().map(|part| part.len()).sum();
        let bytes = data.bytes + around;
        // What is too long by itself has a rule of its own.
        if data.bytes > MOST_BYTES || bytes + VALUES <= MOST_BYTES {
            found.judged();
        } else if bytes > MOST_BYTES {
            found.judged();
            let values: [(&str, &dyn Display); 4] =
                [("class", &object), ("bytes", &data.bytes), ("around", &around), ("most", &MOST_BYTES)];
            found.add(&data.place, object.clone(), &values);
        } else {
            found.unknown(
                format!(
                    "whether {} bytes of user data leave room for the endpoint and the certificate of the cluster, which Karpenter adds",
                    data.bytes
                ),
                &data.place,
            );
        }
    }
}
