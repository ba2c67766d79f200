//! The instance table, filtered and sorted.

use crate::request::{Refusal, Wide};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use winpod::instance::{self, InstanceType, Verdict};
use winpod::ipam::{IpamMode, capacity};

/// A number that must be equal to, at least or at most something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct Range {
    /// Exactly this.
    pub exact: Option<Wide>,
    /// At least this.
    pub min: Option<Wide>,
    /// At most this.
    pub max: Option<Wide>,
}

impl Range {
    fn bounds(self, name: &str) -> Result<(i64, i64), Refusal> {
        let part = |wide: Option<Wide>, part: &str, otherwise: i64| {
            wide.map_or(Ok(otherwise), |wide| wide.within(&format!("{name}{part}"), 0, i64::MAX))
        };
        let (mut least, mut most) = (part(self.min, "Min", 0)?, part(self.max, "Max", i64::MAX)?);
        if let Some(exact) = self.exact {
            let exact = exact.within(name, 0, i64::MAX)?;
            (least, most) = (least.max(exact), most.min(exact));
        }
        if least > most {
            let message = format!("{name} is to be at least {least} and at most {most}: no number is");
            return Err(Refusal::new("EMPTY_RANGE", message));
        }
        Ok((least, most))
    }
}

/// Which types to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct TypesRequest {
    /// vCPUs.
    pub vcpus: Range,
    /// Memory in MiB.
    pub memory_mib: Range,
    /// Pod addresses of a Windows node in `mode`.
    pub pods: Range,
    /// ENIs on the default card.
    pub enis: Range,
    /// The mode that `pods` is about: `secondary-ip`, the default, or `prefix-delegation`.
    #[schemars(extend("enum" = ["secondary-ip", "prefix-delegation", null]))]
    pub mode: Option<String>,
    /// Families such as `m5`; any of them.
    pub families: Vec<String>,
    /// Whether Windows runs on the type: `yes`, the default, `no`, `unknown` or `any`.
    #[schemars(extend("enum" = ["yes", "no", "unknown", "any", null]))]
    pub windows: Option<String>,
    /// Only types that take prefixes, or only those that do not.
    pub nitro: Option<bool>,
    /// Only types with, or without, physical hosts.
    pub bare_metal: Option<bool>,
    /// Only types that the controller's table knows, or does not know.
    pub controller_known: Option<bool>,
    /// Only types that EC2 calls current, or not.
    pub current_generation: Option<bool>,
    /// `name`, the default, `vcpus`, `memory`, `pods`, `ipv4-per-eni` or `enis`; a leading `-` turns the order round.
    pub sort_by: Option<String>,
    /// At most so many rows.
    pub limit: Option<Wide>,
}

/// A row of the instance table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of the table")]
pub struct TypeRow {
    /// Its name.
    pub instance_type: String,
    /// vCPUs.
    pub vcpus: u32,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// IPv4 addresses of one ENI, its primary one included.
    pub ipv4_per_eni: u32,
    /// ENIs on the default card.
    pub enis: u32,
    /// ENIs on all cards.
    pub enis_total: u32,
    /// Network cards.
    pub cards: u32,
    /// `nitro`, `xen`, or absent on bare metal.
    #[schemars(extend("enum" = ["nitro", "xen", null]))]
    pub hypervisor: Option<String>,
    /// Whether it is a whole host.
    pub bare_metal: bool,
    /// Processor architectures.
    pub architectures: Vec<String>,
    /// Accelerators: `gpu`, `neuron`, `inference`, `fpga`, `media`.
    pub accelerators: Vec<String>,
    /// Whether EC2 calls it current.
    pub current_generation: bool,
    /// Whether EC2's newest listing no longer has it.
    pub retired: bool,
    /// Whether Windows runs on it: `yes`, `no` or `unknown`.
    #[schemars(extend("enum" = ["yes", "no", "unknown"]))]
    pub windows: String,
    /// Why: `x86-64`, `architecture`, `accelerator` or `no-evidence`.
    #[schemars(extend("enum" = ["x86-64", "architecture", "accelerator", "no-evidence"]))]
    pub windows_reason: String,
    /// Whether it takes prefixes.
    pub nitro: bool,
    /// Why: `hypervisor`, `bare-metal` or `xen`.
    #[schemars(extend("enum" = ["hypervisor", "bare-metal", "xen"]))]
    pub nitro_reason: String,
    /// Whether the controller's table knows it.
    pub controller_known: bool,
    /// The day of the controller's table.
    pub controller_table_date: String,
    /// Pod addresses of a Windows node with secondary addresses.
    pub secondary_ip: u32,
    /// Pod addresses with prefixes; absent where the type takes none.
    pub prefix_delegation: Option<u32>,
    /// Where the row comes from.
    pub source: String,
}

impl From<&InstanceType> for TypeRow {
    fn from(row: &InstanceType) -> Self {
        let names = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        let (windows, nitro) = (row.windows(), row.nitro());
        let known = row.controller_known();
        Self {
            instance_type: row.name().to_owned(),
            vcpus: row.vcpus().into(),
            memory_mib: row.memory_mib(),
            ipv4_per_eni: row.ipv4_per_eni().into(),
            enis: row.enis().into(),
            enis_total: row.enis_total().into(),
            cards: row.cards().into(),
            hypervisor: row.hypervisor().map(|hypervisor| hypervisor.name().to_owned()),
            bare_metal: row.bare_metal(),
            architectures: names(row.architectures().iter().map(|it| it.name()).collect()),
            accelerators: names(row.accelerators().iter().map(|it| it.name()).collect()),
            current_generation: row.current_generation(),
            retired: row.retired(),
            windows: windows.verdict.name().to_owned(),
            windows_reason: windows.reason.name().to_owned(),
            nitro: nitro.supported,
            nitro_reason: nitro.reason.name().to_owned(),
            controller_known: known.listed,
            controller_table_date: known.table_date.to_owned(),
            secondary_ip: capacity(row.limits(), IpamMode::SecondaryIp).addresses,
            prefix_delegation: nitro
                .supported
                .then(|| capacity(row.limits(), IpamMode::PrefixDelegation).addresses),
            source: row.source().to_owned(),
        }
    }
}

/// Lists the types that meet every filter.
///
/// # Errors
/// - Codes `NOT_A_WHOLE_NUMBER`, `OUT_OF_RANGE`, `EMPTY_RANGE`, `IPAM_MODE`, `WINDOWS_FILTER`, `SORT_KEY`.
///
/// # Examples
/// ```
/// use winpod_cluster::types::{Range, TypesRequest, types};
///
/// let mut request = TypesRequest { vcpus: Range { exact: Some(4.into()), ..Default::default() }, ..Default::default() };
/// request.families = vec!["m5".into()];
/// assert_eq!(types(&request)?[0].instance_type, "m5.xlarge");
/// request.sort_by = Some("colour".into());
/// assert_eq!(types(&request).unwrap_err().code, "SORT_KEY");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn types(request: &TypesRequest) -> Result<Vec<TypeRow>, Refusal> {
    let mode: IpamMode = request.mode.as_deref().unwrap_or("secondary-ip").parse()?;
    let windows = match request.windows.as_deref().unwrap_or("yes") {
        "any" => None,
        name => Some(Verdict::from_name(name).ok_or_else(|| {
            let shown = crate::read::shortened(name);
            Refusal::new(
                "WINDOWS_FILTER",
                format!("windows is {shown:?}: yes, no, unknown or any is allowed"),
            )
        })?),
    };
    let (vcpus, memory) = (request.vcpus.bounds("vcpus")?, request.memory_mib.bounds("memoryMib")?);
    let (pods, enis) = (request.pods.bounds("pods")?, request.enis.bounds("enis")?);
    let addresses = |row: &InstanceType| i64::from(capacity(row.limits(), mode).addresses);
    let within = |value: i64, (least, most): (i64, i64)| (least..=most).contains(&value);
    let is = |wanted: Option<bool>, value: bool| wanted.is_none_or(|wanted| wanted == value);
    let mut rows: Vec<&InstanceType> = instance::all()
        .filter(|row| {
            windows.is_none_or(|verdict| row.windows().verdict == verdict)
                && within(row.vcpus().into(), vcpus)
                && within(row.memory_mib().into(), memory)
                && within(addresses(row), pods)
                && within(row.enis().into(), enis)
                && (request.families.is_empty()
                    || request.families.iter().any(|family| family == row.family()))
                && is(request.nitro, row.nitro().supported)
                && is(request.bare_metal, row.bare_metal())
                && is(request.controller_known, row.controller_known().listed)
                && is(request.current_generation, row.current_generation())
        })
        .collect();
    let order = request.sort_by.as_deref().unwrap_or("name");
    let (key, falling) = order.strip_prefix('-').map_or((order, false), |key| (key, true));
    let number: fn(&InstanceType) -> i64 = match key {
        "name" => |_| 0,
        "vcpus" => |row| row.vcpus().into(),
        "memory" => |row| row.memory_mib().into(),
        "pods" => match mode {
            IpamMode::SecondaryIp => |row| capacity(row.limits(), IpamMode::SecondaryIp).addresses.into(),
            IpamMode::PrefixDelegation => {
                |row| capacity(row.limits(), IpamMode::PrefixDelegation).addresses.into()
            }
        },
        "ipv4-per-eni" => |row| row.ipv4_per_eni().into(),
        "enis" => |row| row.enis().into(),
        other => {
            let message = format!(
                "sortBy is {:?}: name, vcpus, memory, pods, ipv4-per-eni or enis is allowed, with - before it for the falling order",
                crate::read::shortened(other)
            );
            return Err(Refusal::new("SORT_KEY", message));
        }
    };
    match (falling, key) {
        (true, "name") => rows.reverse(),
        // The table is sorted by name, and sorting is stable.
        (true, _) => rows.sort_by_key(|row| Reverse(number(row))),
        (false, _) => rows.sort_by_key(|row| number(row)),
    }
    let limit = request.limit.map_or(Ok(u32::MAX), |wide| wide.count("limit"))?;
    Ok(rows.into_iter().take(limit as usize).map(TypeRow::from).collect())
}
