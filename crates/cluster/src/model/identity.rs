//! Who may join and act: access entries, mappings of `aws-auth`, Pod Identity, and policies of the cluster's role.

use super::{Field, Place};

/// What the files say about identities.
#[derive(Debug, Default)]
pub struct Identity {
    /// Access entries: described by EKS, or asked for by eksctl's configuration.
    pub access_entries: Vec<AccessEntry>,
    /// Principals of a listing of all access entries, which does not tell their types.
    pub principals: Field<Vec<String>>,
    /// The ConfigMap `kube-system/aws-auth`; unknown if its `mapRoles` cannot be read.
    pub aws_auth: Field<()>,
    /// Roles that `aws-auth` maps, or that eksctl's configuration asks to map.
    pub mappings: Vec<RoleMapping>,
    /// Associations of EKS Pod Identity.
    pub pod_identities: Vec<PodIdentity>,
    /// Whether a listing of associations was given, even an empty one.
    pub pod_identities_listed: bool,
    /// Names of the policies that are attached to the cluster's role.
    pub cluster_policies: Field<Vec<String>>,
}

/// An access entry.
#[derive(Debug, Clone)]
pub struct AccessEntry {
    /// The ARN of its principal.
    pub principal: String,
    /// Its type, such as `EC2_WINDOWS`.
    pub kind: Field<String>,
    /// Groups that are written; EKS adds those of a node type by itself.
    pub groups: Field<Vec<String>>,
    /// How many access policies are written.
    pub policies: Field<u32>,
    /// A configuration asks for it; otherwise EKS shows it.
    pub declared: bool,
    /// Where it is.
    pub place: Place,
}

/// A role that `aws-auth` maps.
#[derive(Debug, Clone)]
pub struct RoleMapping {
    /// The ARN of the role; unknown if a template puts it in.
    pub role: Field<String>,
    /// Its user name.
    pub username: Field<String>,
    /// Its groups.
    pub groups: Field<Vec<String>>,
    /// Where it is.
    pub place: Place,
}

/// An association of EKS Pod Identity.
#[derive(Debug, Clone)]
pub struct PodIdentity {
    /// The namespace.
    pub namespace: String,
    /// The service account.
    pub service_account: String,
    /// Where it is.
    pub place: Place,
}

/// The name of a role or instance profile: what is behind the last `/` of its ARN, or the text itself.
pub fn role_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Whether two texts, each an ARN or a bare name, are of one role. `aws-auth` leaves the path out, so that it is not
/// compared.
pub fn same_role(one: &str, other: &str) -> bool {
    let account =
        |arn: &str| arn.starts_with("arn:").then(|| arn.split(':').nth(4).map(str::to_owned)).flatten();
    role_name(one) == role_name(other)
        && match (account(one), account(other)) {
            // That of a stack is whichever makes it.
            (Some(one), Some(other)) => one == other || one.is_empty() || other.is_empty(),
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use super::same_role;

    #[test]
    fn roles_are_told_apart_by_name_and_account() {
        let web = "arn:aws:iam::111122223333:role/web";
        assert!(same_role(web, "web"));
        assert!(same_role(web, "arn:aws:iam::111122223333:role/teams/web"));
        assert!(!same_role(web, "arn:aws:iam::444455556666:role/web"));
        assert!(!same_role(web, "arn:aws:iam::111122223333:role/api"));
    }
}
