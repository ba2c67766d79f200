//! EKS add-ons and Helm charts, as far as their values decide something.

use super::{Field, Place};
use std::collections::BTreeMap;

/// The names that the VPC CNI has as an add-on and as a chart.
const VPC_CNI: [&str; 2] = ["vpc-cni", "aws-vpc-cni"];

/// One value for an add-on or a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartValue {
    /// The value as text.
    pub text: String,
    /// Whether it is a string, in quotes or by its form, and no bare number or boolean.
    pub string: bool,
    /// Where it is written.
    pub place: Place,
}

/// Values by their paths, the keys joined by dots: `enableWindowsIpam`, `env.ENABLE_PREFIX_DELEGATION`. Lists are left out.
pub type Values = BTreeMap<String, ChartValue>;

/// An EKS add-on.
#[derive(Debug, Clone)]
pub struct Addon {
    /// Its name, such as `vpc-cni`.
    pub name: String,
    /// Its version.
    pub version: Field<String>,
    /// Its `configurationValues`; absent means that its own defaults count.
    pub values: Field<Values>,
    /// EKS shows that it is installed, and not only eksctl's configuration asks for it.
    pub installed: bool,
    /// Where it is defined.
    pub place: Place,
}

/// The values file of a Helm chart; the values of the add-on of the same software have the same names.
#[derive(Debug, Clone)]
pub struct ChartValues {
    /// The chart, such as `aws-vpc-cni`.
    pub chart: String,
    /// Its values.
    pub values: Values,
    /// Where they are.
    pub place: Place,
}

/// Whether an add-on or a chart of this name is the VPC CNI.
pub fn is_vpc_cni(name: &str) -> bool {
    VPC_CNI.contains(&name)
}
