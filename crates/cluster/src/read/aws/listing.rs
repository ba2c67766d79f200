//! Listings of `aws ec2`, streamed so that their size does not matter.

use crate::model::{Field, Interface, Origin, Place, Reservation, Subnet, TypeRow, Vpc};
use crate::problem::Problem;
use crate::progress::Stopped;
use crate::read::Reader;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::io::Read;
use std::net::Ipv4Addr;
use std::sync::Arc;
use winpod::Ipv4Prefix;
use winpod::ipam::Limits;
use winpod::subnet::ReservationKind;

/// How much of a file is looked at to tell a listing from other JSON.
pub(in crate::read) const SNIFF: usize = 4096;

/// The listings that are streamed, by their one key at the top.
pub(super) const LISTINGS: [&str; 5] =
    ["Subnets", "NetworkInterfaces", "SubnetIpv4CidrReservations", "Vpcs", "InstanceTypes"];

/// Whether the first bytes are the start of a listing: a JSON object whose first key is one of theirs.
pub(in crate::read) fn is_listing(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let mut rest = start.trim_ascii_start();
    let Some(after) = rest.strip_prefix(b"{") else { return false };
    rest = after.trim_ascii_start();
    let known =
        LISTINGS.iter().copied().chain(["SubnetIpv6CidrReservations", "NextToken", "ResponseMetadata"]);
    rest.strip_prefix(b"\"").is_some_and(|key| {
        known.into_iter().any(|name| key.starts_with(name.as_bytes()) && key.get(name.len()) == Some(&b'"'))
    })
}

/// Reads one listing or several in a row.
pub(in crate::read) fn stream(
    source: impl Read,
    file: &Arc<str>,
    reader: &mut Reader<'_>,
) -> Result<(), Stopped> {
    let mut source = std::io::BufReader::with_capacity(1 << 16, source);
    if let Err(error) = skip_byte_order_mark(&mut source) {
        reader.unreadable(file, &error);
        return Ok(());
    }
    let mut deserializer = serde_json::Deserializer::from_reader(source);
    let mut sink = Sink { reader, file, entries: 0, stopped: false };
    loop {
        // `end` is an error while anything but white space is left.
        if deserializer.end().is_ok() {
            return Ok(());
        }
        if let Err(error) = (Listing { sink: &mut sink }).deserialize(&mut deserializer) {
            if sink.stopped {
                return Err(Stopped);
            }
            let (line, column) = (error.line(), error.column());
            let at = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            let place = Place::new(file, at(line), at(column));
            let text = error.to_string();
            let found = text.split(" at line ").next().unwrap_or(&text).to_owned();
            let message = format!("not the JSON of the AWS CLI: {found}; what stands before it was read");
            sink.reader.problem(Problem::new("AWS_JSON", message, &place));
            sink.reader.cluster().listings_cut = true;
            return Ok(());
        }
    }
}

/// Reads one page of a listing that is already parsed. Entries need not say which subnet they are of.
pub(in crate::read) fn parsed(page: &serde_json::Value, file: &Arc<str>, reader: &mut Reader<'_>) {
    let mut page = page.clone();
    let mut of = "entry";
    for listing in ["NetworkInterfaces", "SubnetIpv4CidrReservations"] {
        let Some(entries) = page.get_mut(listing) else { continue };
        of = listing;
        let Some(entries) = entries.as_array_mut() else { continue };
        for entry in entries.iter_mut().filter_map(serde_json::Value::as_object_mut) {
            let subnet = entry.entry("SubnetId").or_insert_with(|| "".into());
            if subnet.is_null() {
                *subnet = "".into();
            }
        }
    }
    let mut sink = Sink { reader, file, entries: 0, stopped: false };
    if let Err(error) = (Listing { sink: &mut sink }).deserialize(&page) {
        let why = crate::read::fields::shortened(&error.to_string());
        let message = format!("{of}[{}] is none of the AWS CLI's: {why}", sink.entries);
        sink.problem("AWS_JSON", message);
    }
}

fn skip_byte_order_mark(source: &mut impl std::io::BufRead) -> std::io::Result<()> {
    if source.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
        source.consume(3);
    }
    Ok(())
}

struct Sink<'s, 'r> {
    reader: &'s mut Reader<'r>,
    file: &'s Arc<str>,
    entries: u64,
    stopped: bool,
}

impl Sink<'_, '_> {
    fn place(&self) -> Place {
        Place::file(self.file)
    }

    fn written<T>(&self, value: T) -> Field<T> {
        Field::Known(value, Origin::Written(self.place()))
    }

    fn problem(&mut self, code: &str, message: String) {
        let place = self.place();
        self.reader.problem(Problem::new(code, message, &place));
    }

    /// Counts an entry and asks now and then whether to go on.
    fn tick(&mut self) -> bool {
        self.entries += 1;
        self.stopped =
            self.entries.is_multiple_of(1024) && self.reader.step("read", self.entries, 0).is_err();
        !self.stopped
    }
}

/// The object at the top.
struct Listing<'a, 's, 'r> {
    sink: &'a mut Sink<'s, 'r>,
}

impl<'de> DeserializeSeed<'de> for Listing<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Listing<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a listing")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let sink = self.sink;
        let (mut listings, mut unfinished) = (Vec::new(), false);
        while let Some(key) = map.next_key::<String>()? {
            listings.extend(LISTINGS.into_iter().filter(|listing| *listing == key));
            match key.as_str() {
                "Subnets" => map.next_value_seed(Entries(sink, Sink::subnet))?,
                "NetworkInterfaces" => {
                    sink.reader.cluster().interfaces_listed = true;
                    map.next_value_seed(Entries(sink, Sink::interface))?;
                }
                "SubnetIpv4CidrReservations" => {
                    sink.reader.cluster().reservations_listed = true;
                    map.next_value_seed(Entries(sink, Sink::reservation))?;
                }
                "Vpcs" => map.next_value_seed(Entries(sink, Sink::vpc))?,
                "InstanceTypes" => map.next_value_seed(Entries(sink, Sink::instance_type))?,
                "NextToken" => {
                    unfinished = map.next_value::<Option<String>>()?.is_some_and(|token| !token.is_empty());
                }
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        let place = sink.place();
        for listing in listings {
            let pages = sink.reader.pages.entry(listing).or_default();
            if unfinished { pages.unfinished.push(place.clone()) } else { pages.finished += 1 }
        }
        Ok(())
    }
}

/// The entries of one list, each handed on as soon as it is read.
struct Entries<'a, 's, 'r, T>(&'a mut Sink<'s, 'r>, fn(&mut Sink<'s, 'r>, T));

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Entries<'_, '_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<'_, '_, '_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(entry) = seq.next_element()? {
            (self.1)(self.0, entry);
            if !self.0.tick() {
                return Err(de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SubnetEntry {
    subnet_id: String,
    vpc_id: Option<String>,
    cidr_block: Option<String>,
    available_ip_address_count: Option<i64>,
    availability_zone: Option<String>,
    #[serde(default)]
    ipv6_native: bool,
    tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InterfaceEntry {
    network_interface_id: Box<str>,
    subnet_id: Option<Box<str>>,
    attachment: Option<Attachment>,
    interface_type: Option<Box<str>>,
    description: Option<Box<str>>,
    #[serde(default)]
    requester_managed: bool,
    mac_address: Option<Box<str>>,
    operator: Option<Operator>,
    status: Option<Box<str>>,
    private_ip_address: Option<Address>,
    private_ip_addresses: Option<Vec<AddressEntry>>,
    ipv4_prefixes: Option<Vec<PrefixEntry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment {
    instance_id: Option<Box<str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Operator {
    #[serde(default)]
    managed: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AddressEntry {
    #[serde(default)]
    primary: bool,
    private_ip_address: Address,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PrefixEntry {
    ipv4_prefix: Parsed<Ipv4Prefix>,
}

type Address = Parsed<Ipv4Addr>;

/// A value that is parsed on the way in; what cannot be parsed is kept for the message.
enum Parsed<T> {
    Good(T),
    Bad(String),
}

impl<'de, T: std::str::FromStr> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(std::marker::PhantomData<T>);
        impl<T: std::str::FromStr> Visitor<'_> for Text<T> {
            type Value = Parsed<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, text: &str) -> Result<Parsed<T>, E> {
                Ok(text
                    .parse()
                    .map_or_else(|_| Parsed::Bad(crate::read::fields::shortened(text)), Parsed::Good))
            }
        }
        deserializer.deserialize_str(Text(std::marker::PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ReservationEntry {
    subnet_cidr_reservation_id: String,
    subnet_id: String,
    cidr: Parsed<Ipv4Prefix>,
    reservation_type: String,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VpcEntry {
    vpc_id: String,
    cidr_block: Option<String>,
    cidr_block_association_set: Option<Vec<Association>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Association {
    cidr_block: Option<String>,
    cidr_block_state: Option<AssociationState>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationState {
    state: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TypeEntry {
    instance_type: String,
    #[serde(default)]
    bare_metal: bool,
    hypervisor: Option<String>,
    processor_info: Option<ProcessorInfo>,
    v_cpu_info: Option<VCpuInfo>,
    memory_info: Option<MemoryInfo>,
    network_info: Option<NetworkInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProcessorInfo {
    supported_architectures: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct VCpuInfo {
    #[serde(rename = "DefaultVCpus")]
    default_vcpus: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MemoryInfo {
    #[serde(rename = "SizeInMiB")]
    size_in_mib: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkInfo {
    ipv4_addresses_per_interface: Option<i64>,
}

/// Why a text is no address or block of the API's.
fn why_no_block(text: &str) -> String {
    match text.parse::<Ipv4Prefix>() {
        Err(error) if text.contains('/') => error.to_string(),
        _ => "no IPv4 address or block".to_owned(),
    }
}

impl Sink<'_, '_> {
    fn subnet(&mut self, entry: SubnetEntry) {
        let id = entry.subnet_id;
        let cidr = match entry.cidr_block.as_deref() {
            Some(text) if !text.is_empty() => text,
            _ if entry.ipv6_native => return,
            _ => return self.problem("SUBNET_WITHOUT_CIDR", format!("subnet {id} has no CidrBlock")),
        };
        let Ok(cidr) = cidr.parse::<Ipv4Prefix>() else {
            let message =
                format!("CidrBlock of subnet {id} is {cidr:?}: an IPv4 block such as 10.0.0.0/20 is allowed");
            return self.problem("WRONG_VALUE", message);
        };
        let available = match entry.available_ip_address_count.map(u32::try_from) {
            None => Field::Absent,
            Some(Ok(count)) if u64::from(count) + 5 <= cidr.address_count() => self.written(count),
            Some(_) => {
                let count = entry.available_ip_address_count.unwrap_or_default();
                let message = format!(
                    "AvailableIpAddressCount of subnet {id} is {count}: 0 to {} is possible in {cidr}",
                    cidr.address_count().saturating_sub(5)
                );
                return self.problem("WRONG_VALUE", message);
            }
        };
        let tags = entry.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
        let subnet = Subnet {
            cidr,
            zone: entry.availability_zone.map_or(Field::Absent, |zone| self.written(zone)),
            vpc: entry.vpc_id.map_or(Field::Absent, |vpc| self.written(vpc)),
            available,
            tags,
            planned: false,
            place: self.place(),
        };
        // The live listing knows more than a configuration file.
        if let Some(before) = self.reader.cluster().subnets.insert(id.clone(), subnet)
            && before.cidr != cidr
        {
            let shared = self.reader.share(&id);
            self.reader.cluster().half_listed.insert(shared);
            let message = format!("subnet {id} is {cidr} here and {} in {}", before.cidr, before.place);
            self.problem("SUBNET_TWICE", message);
        }
    }

    fn interface(&mut self, entry: InterfaceEntry) {
        let InterfaceEntry { network_interface_id: id, subnet_id, .. } = entry;
        let Some(subnet) = subnet_id else {
            return self
                .problem("INTERFACE_WITHOUT_SUBNET", format!("network interface {id} has no SubnetId"));
        };
        let subnet = self.reader.share(&subnet);
        let mut addresses = Vec::new();
        for one in entry.private_ip_addresses.unwrap_or_default() {
            match one.private_ip_address {
                Parsed::Good(address) if one.primary => addresses.insert(0, address),
                Parsed::Good(address) => addresses.push(address),
                Parsed::Bad(text) => return self.bad_address(subnet, &id, "PrivateIpAddress", &text),
            }
        }
        match entry.private_ip_address {
            Some(Parsed::Bad(text)) => return self.bad_address(subnet, &id, "PrivateIpAddress", &text),
            Some(Parsed::Good(address)) if addresses.is_empty() => addresses.push(address),
            _ => {}
        }
        let mut prefixes = Vec::new();
        for one in entry.ipv4_prefixes.unwrap_or_default() {
            match one.ipv4_prefix {
                Parsed::Good(prefix) => prefixes.push(prefix),
                Parsed::Bad(text) => return self.bad_address(subnet, &id, "Ipv4Prefix", &text),
            }
        }
        let kind = self.reader.share(entry.interface_type.as_deref().unwrap_or("interface"));
        let interface = Interface {
            id,
            subnet,
            kind,
            description: entry.description.unwrap_or_default(),
            managed: entry.requester_managed || entry.operator.is_some_and(|operator| operator.managed),
            idle: entry.status.as_deref() == Some("available"),
            instance: entry.attachment.and_then(|attachment| attachment.instance_id),
            mac: entry.mac_address.and_then(|text| text.parse().ok()),
            addresses: addresses.into(),
            prefixes: prefixes.into(),
            file: self.file.clone(),
        };
        self.reader.cluster().interfaces.push(interface);
    }

    fn bad_address(&mut self, subnet: Arc<str>, id: &str, key: &str, text: &str) {
        self.reader.cluster().half_listed.insert(subnet);
        self.problem(
            "WRONG_VALUE",
            format!("{key} of network interface {id} is {text:?}: {}", why_no_block(text)),
        );
    }

    fn reservation(&mut self, entry: ReservationEntry) {
        let id = entry.subnet_cidr_reservation_id;
        let subnet = self.reader.share(&entry.subnet_id);
        let cidr = match entry.cidr {
            Parsed::Good(cidr) => cidr,
            Parsed::Bad(text) => {
                self.reader.cluster().half_listed.insert(subnet);
                let why = why_no_block(&text);
                return self.problem("WRONG_VALUE", format!("Cidr of reservation {id} is {text:?}: {why}"));
            }
        };
        let kind = match entry.reservation_type.as_str() {
            "prefix" => ReservationKind::Prefix,
            "explicit" => ReservationKind::Explicit,
            other => {
                self.reader.cluster().half_listed.insert(subnet);
                let message = format!("ReservationType of {id} is {other:?}: prefix or explicit is allowed");
                return self.problem("WRONG_VALUE", message);
            }
        };
        let place = self.place();
        self.reader.cluster().reservations.push(Reservation {
            id,
            subnet: entry.subnet_id,
            cidr,
            kind,
            description: entry.description.unwrap_or_default(),
            place,
        });
    }

    fn vpc(&mut self, entry: VpcEntry) {
        let associated = |association: &Association| {
            association.cidr_block_state.as_ref().and_then(|state| state.state.as_deref())
                == Some("associated")
        };
        let more = entry.cidr_block_association_set.unwrap_or_default();
        let texts = entry
            .cidr_block
            .into_iter()
            .chain(more.into_iter().filter(associated).filter_map(|a| a.cidr_block));
        let mut cidrs: Vec<Ipv4Prefix> = Vec::new();
        for text in texts {
            match text.parse() {
                Ok(cidr) if !cidrs.contains(&cidr) => cidrs.push(cidr),
                Ok(_) => {}
                Err(_) => {
                    let message = format!("CidrBlock of VPC {} is {text:?}: no IPv4 block", entry.vpc_id);
                    return self.problem("WRONG_VALUE", message);
                }
            }
        }
        let place = self.place();
        self.reader.cluster().vpcs.insert(entry.vpc_id, Vpc { cidrs, place });
    }

    fn instance_type(&mut self, entry: TypeEntry) {
        let name = entry.instance_type;
        let nitro = entry.bare_metal || entry.hypervisor.as_deref() == Some("nitro");
        let Some(per_eni) = entry.network_info.and_then(|info| info.ipv4_addresses_per_interface) else {
            let message = format!("instance type {name} has no NetworkInfo.Ipv4AddressesPerInterface");
            return self.problem("TYPE_INCOMPLETE", message);
        };
        let limits = match Limits::new(per_eni, nitro) {
            Ok(limits) => limits,
            Err(error) => return self.problem(error.code(), format!("instance type {name}: {error}")),
        };
        let architectures =
            entry.processor_info.and_then(|info| info.supported_architectures).unwrap_or_default();
        let row = TypeRow {
            limits,
            vcpus: entry.v_cpu_info.and_then(|info| info.default_vcpus),
            memory_mib: entry.memory_info.and_then(|info| info.size_in_mib),
            // A record cut down to fewer fields does not say it is anything else.
            x86_64: architectures.is_empty() || architectures.iter().any(|name| name == "x86_64"),
        };
        self.reader.cluster().instance_types.insert(name, row);
    }
}

#[cfg(test)]
mod tests {
    use super::is_listing;

    #[test]
    fn a_listing_is_known_by_its_first_key() {
        for start in
            ["{\"Subnets\": [", " \n{ \"NetworkInterfaces\":[", "\u{feff}{\"Vpcs\"", "{\"NextToken\": \"x\","]
        {
            assert!(is_listing(start.as_bytes()), "{start}");
        }
        for start in
            ["", "{", "{\"apiVersion\"", "[{\"Subnets\"", "{\"SubnetsX\"", "Subnets: []", "{\"cluster\":"]
        {
            assert!(!is_listing(start.as_bytes()), "{start}");
        }
    }
}
