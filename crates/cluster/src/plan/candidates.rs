//! Which instance types a group may use, and what is known about each.

use crate::model::{Cluster, Field, InstanceTypes, NodeGroup, Operator, Requirement};
use crate::note::{Note, text as note};
use crate::problem::Problem;
use crate::read::quantity;
use winpod::instance::{self, InstanceType, Verdict};
use winpod::ipam::Limits;

/// What decides how many pods a node of a type takes.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) name: String,
    pub(crate) limits: Limits,
    pub(crate) vcpus: Option<u32>,
    pub(crate) memory_mib: Option<u64>,
    /// Whether Windows runs on it.
    pub(crate) windows: Verdict,
    /// Whether the controller's table of its date has it; unknown for types that only a listing gave.
    pub(crate) controller_known: bool,
}

impl From<&InstanceType> for Candidate {
    fn from(row: &InstanceType) -> Self {
        Self {
            name: row.name().to_owned(),
            limits: row.limits(),
            vcpus: Some(row.vcpus().into()),
            memory_mib: Some(row.memory_mib().into()),
            windows: row.windows().verdict,
            controller_known: row.controller_known().listed,
        }
    }
}

/// The types of a group; types that nobody knows are problems.
pub(super) fn of_group(
    cluster: &Cluster,
    group: &NodeGroup,
    notes: &mut Vec<Note>,
    problems: &mut Vec<Problem>,
) -> Vec<Candidate> {
    match &group.instance_types {
        Field::Known(InstanceTypes::Named(names), origin) => names
            .iter()
            .filter_map(|name| {
                let found = find(cluster, name);
                if found.is_none() {
                    let object = format!("node group {:?}", group.name);
                    problems.push(unknown_type(name, Some((&object, origin.place()))));
                }
                found
            })
            .collect(),
        Field::Known(InstanceTypes::Requirements(requirements), _) => {
            let unread: Vec<&str> = requirements
                .iter()
                .map(|requirement| requirement.key.as_str())
                .filter(|key| !READ.contains(key) && !NOT_ABOUT_TYPES.contains(key))
                .collect();
            if !unread.is_empty() {
                let keys = unread.join(", ");
                notes.push(
                    Note::new(&note::REQUIREMENTS_UNREAD, &[("pool", &group.name), ("keys", &keys)])
                        .at(&group.place),
                );
            }
            instance::all()
                .filter(|row| row.windows().verdict == Verdict::Yes)
                .filter(|row| requirements.iter().all(|requirement| meets(row, requirement)))
                .map(Candidate::from)
                .collect()
        }
        Field::Unknown(..) | Field::Absent => Vec::new(),
    }
}

/// A row of a given listing, or else of the table.
pub(crate) fn find(cluster: &Cluster, name: &str) -> Option<Candidate> {
    let table = instance::find(name);
    let Some(row) = cluster.instance_types.get(name) else { return table.map(Candidate::from) };
    Some(Candidate {
        name: name.to_owned(),
        limits: row.limits,
        vcpus: row.vcpus,
        memory_mib: row.memory_mib,
        windows: match table {
            _ if !row.x86_64 => Verdict::No,
            Some(table) => table.windows().verdict,
            None => Verdict::Unknown,
        },
        controller_known: table.is_some_and(|table| table.controller_known().listed),
    })
}

/// The problem of a type that is in no table, with the names it may have been meant to be.
pub(crate) fn unknown_type(name: &str, object: Option<(&str, &crate::model::Place)>) -> Problem {
    let shown = crate::read::shortened(name);
    let nearest: Vec<&str> = instance::nearest(name).into_iter().collect();
    let meant =
        if nearest.is_empty() { String::new() } else { format!(" Did you mean {}?", nearest.join(", ")) };
    let cure = "winpod types lists the known ones; a newer type can be given as JSON of aws ec2 describe-instance-types.";
    match object {
        Some((object, place)) => Problem::new(
            "UNKNOWN_TYPE",
            format!("{object} names the instance type {shown:?}, which is not known.{meant} {cure}"),
            place,
        ),
        None => Problem::without_place(
            "UNKNOWN_TYPE",
            format!("the instance type {shown:?} is not known.{meant} {cure}"),
        ),
    }
}

/// Labels about types that are read.
const READ: [&str; 12] = [
    "node.kubernetes.io/instance-type",
    "beta.kubernetes.io/instance-type",
    "karpenter.k8s.aws/instance-category",
    "karpenter.k8s.aws/instance-family",
    "karpenter.k8s.aws/instance-generation",
    "karpenter.k8s.aws/instance-size",
    "karpenter.k8s.aws/instance-cpu",
    "karpenter.k8s.aws/instance-memory",
    "karpenter.k8s.aws/instance-hypervisor",
    "kubernetes.io/arch",
    "beta.kubernetes.io/arch",
    "kubernetes.io/os",
];

/// Labels that say nothing about which types fit.
const NOT_ABOUT_TYPES: [&str; 6] = [
    "karpenter.sh/capacity-type",
    "karpenter.sh/nodepool",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "topology.k8s.aws/zone-id",
    "node.kubernetes.io/windows-build",
];

fn meets(row: &InstanceType, requirement: &Requirement) -> bool {
    let (category, generation) = category_and_generation(row.family());
    let value = match requirement.key.as_str() {
        "node.kubernetes.io/instance-type" | "beta.kubernetes.io/instance-type" => row.name().to_owned(),
        "karpenter.k8s.aws/instance-category" => category.to_owned(),
        "karpenter.k8s.aws/instance-family" => row.family().to_owned(),
        "karpenter.k8s.aws/instance-generation" => generation.to_owned(),
        "karpenter.k8s.aws/instance-size" => row.size().to_owned(),
        "karpenter.k8s.aws/instance-cpu" => row.vcpus().to_string(),
        "karpenter.k8s.aws/instance-memory" => row.memory_mib().to_string(),
        "karpenter.k8s.aws/instance-hypervisor" => {
            row.hypervisor().map_or(String::new(), |hypervisor| hypervisor.name().to_owned())
        }
        // Every candidate runs Windows, so it is amd64.
        "kubernetes.io/arch" | "beta.kubernetes.io/arch" => "amd64".to_owned(),
        _ => return true,
    };
    let among = requirement.values.contains(&value);
    let compare = |test: fn(&u64, &u64) -> bool| {
        let limit = requirement.values.first().and_then(|limit| quantity::millis(limit));
        match (quantity::millis(&value), limit) {
            (Some(value), Some(limit)) => test(&value, &limit),
            _ => false,
        }
    };
    match requirement.operator {
        Operator::In => among,
        Operator::NotIn => !among,
        Operator::Gt => compare(u64::gt),
        Operator::Lt => compare(u64::lt),
        Operator::Gte => compare(u64::ge),
        Operator::Lte => compare(u64::le),
        Operator::Exists => !value.is_empty(),
        Operator::DoesNotExist => value.is_empty(),
    }
}

/// `m5a` as `m` and `5`, `u-6tb1` as `u` and `1`, `u7i-12tb` as `u` and `7`: letters, an optional
/// memory size, digits, as Karpenter labels them.
fn category_and_generation(family: &str) -> (&str, &str) {
    let letters = family.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(family.len());
    let (category, mut rest) = family.split_at(letters);
    if let Some(size) = rest.strip_prefix('-')
        && let Some((_, after)) = size.split_once("tb")
    {
        rest = after;
    }
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    (category, &rest[..digits])
}

#[cfg(test)]
mod tests {
    use super::category_and_generation;

    #[test]
    fn families_split_as_karpenter_labels_them() {
        for (family, expected) in [
            ("m5", ("m", "5")),
            ("m5a", ("m", "5")),
            ("x2iedn", ("x", "2")),
            ("im4gn", ("im", "4")),
            ("u-6tb1", ("u", "1")),
            ("u7i-12tb", ("u", "7")),
            ("p6-b200", ("p", "6")),
            ("t1", ("t", "1")),
        ] {
            assert_eq!(category_and_generation(family), expected, "{family}");
        }
    }
}
