//! Arithmetic over IPv4 prefixes.

use crate::request::{Refusal, Wide};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use winpod::Ipv4Prefix;
use winpod::prefix::{self, check_len, parse_address};

/// The most prefixes that one answer lists.
pub const MAX_LISTED: usize = 1 << 20;

fn parse(text: &str) -> Result<Ipv4Prefix, Refusal> {
    let shown = crate::read::shortened(text);
    text.parse().map_err(|error: winpod::Error| Refusal::new(error.code(), format!("{shown:?}: {error}")))
}

fn parse_all(texts: &[String]) -> Result<Vec<Ipv4Prefix>, Refusal> {
    texts.iter().map(|text| parse(text)).collect()
}

fn address(text: &str) -> Result<std::net::Ipv4Addr, Refusal> {
    let shown = crate::read::shortened(text);
    parse_address(text).map_err(|error| Refusal::new(error.code(), format!("{shown:?}: {error}")))
}

fn length(wide: Wide) -> Result<u8, Refusal> {
    Ok(check_len(wide.whole("prefixLength")?)?)
}

/// One prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct PrefixRequest {
    /// The prefix, such as `192.0.2.0/24`; host bits must be zero.
    pub prefix: String,
}

/// What a prefix is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Prefix {
    /// Its first address.
    pub network: String,
    /// Its length in bits.
    pub prefix_length: u8,
    /// The mask as an address.
    pub netmask: String,
    /// Its first address.
    pub first: String,
    /// Its last address.
    pub last: String,
    /// The broadcast address; absent for /31 and /32.
    pub broadcast: Option<String>,
    /// How many addresses it has.
    pub address_count: u64,
}

/// Describes a prefix.
///
/// # Errors
/// - Codes `PREFIX_SYNTAX`, `PREFIX_LENGTH`, `PREFIX_LENGTH_MISSING`, `HOST_BITS_SET`.
pub fn prefix(request: &PrefixRequest) -> Result<Prefix, Refusal> {
    let prefix = parse(&request.prefix)?;
    Ok(Prefix {
        network: prefix.network().to_string(),
        prefix_length: prefix.prefix_len(),
        netmask: prefix.netmask().to_string(),
        first: prefix.first().to_string(),
        last: prefix.last().to_string(),
        broadcast: prefix.broadcast().map(|address| address.to_string()),
        address_count: prefix.address_count(),
    })
}

/// A prefix, and what may lie in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct ContainsRequest {
    /// The prefix.
    pub prefix: String,
    /// Addresses to look for.
    pub addresses: Vec<String>,
    /// Prefixes to look for.
    pub prefixes: Vec<String>,
}

/// Which of them lie in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Contains {
    /// For each address, then for each prefix.
    pub contains: Vec<bool>,
}

/// Tells which addresses and prefixes lie wholly in a prefix.
///
/// # Errors
/// - As [`prefix`](prefix()), and `ADDRESS_SYNTAX`.
pub fn contains(request: &ContainsRequest) -> Result<Contains, Refusal> {
    let prefix = parse(&request.prefix)?;
    let addresses = request.addresses.iter().map(|text| Ok(prefix.contains_addr(address(text)?)));
    let prefixes = request.prefixes.iter().map(|text| Ok(prefix.contains_prefix(parse(text)?)));
    Ok(Contains { contains: addresses.chain(prefixes).collect::<Result<_, Refusal>>()? })
}

/// Two prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct OverlapsRequest {
    /// One.
    pub a: String,
    /// The other.
    pub b: String,
}

/// Whether two prefixes share an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Overlaps {
    /// Whether they do.
    pub overlaps: bool,
}

/// Tells whether two prefixes share an address.
///
/// # Errors
/// - As [`prefix`](prefix()).
pub fn overlaps(request: &OverlapsRequest) -> Result<Overlaps, Refusal> {
    Ok(Overlaps { overlaps: parse(&request.a)?.overlaps(parse(&request.b)?) })
}

/// A prefix, and the length of what is sought around or within it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct LengthRequest {
    /// The prefix.
    pub prefix: String,
    /// The length in bits.
    #[serde(default)]
    pub prefix_length: Option<Wide>,
}

/// The prefix around another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Supernet {
    /// The prefix; absent above /0 and where the length asked for is longer.
    pub prefix: Option<String>,
}

/// Finds the prefix around a prefix: the next larger one, or the one of a given length.
///
/// # Errors
/// - As [`prefix`](prefix()), and `NOT_A_WHOLE_NUMBER`.
pub fn supernet(request: &LengthRequest) -> Result<Supernet, Refusal> {
    let prefix = parse(&request.prefix)?;
    let found = match request.prefix_length {
        Some(wide) => prefix.supernet_at(length(wide)?),
        None => prefix.supernet(),
    };
    Ok(Supernet { prefix: found.map(|prefix| prefix.to_string()) })
}

/// A list of prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Prefixes {
    /// The prefixes, sorted.
    pub prefixes: Vec<String>,
}

impl Prefixes {
    fn of(prefixes: impl IntoIterator<Item = Ipv4Prefix>) -> Self {
        Self { prefixes: prefixes.into_iter().map(|prefix| prefix.to_string()).collect() }
    }
}

/// Lists the subnets of a prefix; without a length its two halves.
///
/// # Errors
/// - As [`prefix`](prefix()), `SUBNETS_LENGTH` for a length that is shorter than the prefix, `TOO_MANY` for more
///   than [`MAX_LISTED`].
pub fn subnets(request: &LengthRequest) -> Result<Prefixes, Refusal> {
    let prefix = parse(&request.prefix)?;
    let len = match request.prefix_length {
        Some(wide) => length(wide)?,
        None => check_len(i64::from(prefix.prefix_len()) + 1)?,
    };
    let subnets = prefix.subnets(len)?;
    if subnets.len() > MAX_LISTED {
        let message =
            format!("{prefix} has {} subnets of /{len}: at most {MAX_LISTED} are listed", subnets.len());
        return Err(Refusal::new("TOO_MANY", message));
    }
    Ok(Prefixes::of(subnets))
}

/// Prefixes to put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct AggregateRequest {
    /// The prefixes, in any order, overlapping or not.
    pub prefixes: Vec<String>,
}

/// Finds the fewest prefixes that cover the same addresses.
///
/// # Errors
/// - As [`prefix`](prefix()).
pub fn aggregate(request: &AggregateRequest) -> Result<Prefixes, Refusal> {
    Ok(Prefixes::of(prefix::aggregate(parse_all(&request.prefixes)?)))
}

/// Prefixes, and what to take out of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct SubtractRequest {
    /// The prefixes.
    pub prefixes: Vec<String>,
    /// What to take out.
    pub without: Vec<String>,
}

/// Finds the fewest prefixes that cover what is left.
///
/// # Errors
/// - As [`prefix`](prefix()).
pub fn subtract(request: &SubtractRequest) -> Result<Prefixes, Refusal> {
    Ok(Prefixes::of(prefix::subtract(&parse_all(&request.prefixes)?, &parse_all(&request.without)?)))
}

/// A range of addresses, both ends in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct RangeRequest {
    /// The first address.
    pub first: String,
    /// The last address.
    pub last: String,
}

/// Finds the fewest prefixes that cover a range.
///
/// # Errors
/// - Codes `ADDRESS_SYNTAX`, `RANGE_ORDER`.
pub fn range(request: &RangeRequest) -> Result<Prefixes, Refusal> {
    Ok(Prefixes::of(prefix::range(address(&request.first)?, address(&request.last)?)?))
}
