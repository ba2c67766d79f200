//! The native half of the class `Subnet`: requests and answers as JSON texts around a ledger.

use crate::error::{Result, guarded, refuse};
use napi::Env;
use napi::bindgen_prelude::ObjectFinalize;
use napi_derive::napi;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use winpod_cluster::request::{Refusal, Wide};
use winpod_cluster::subnet::Ledger;
use winpod_cluster::subnet::ledger::{address_of, prefix_of};

/// One subnet with state.
#[napi(custom_finalize)]
pub struct Subnet {
    ledger: Ledger,
    /// What V8 was told that lies behind the handle.
    bytes: i64,
}

impl ObjectFinalize for Subnet {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.bytes).map(drop)
    }
}

impl Subnet {
    fn of(env: Env, ledger: Ledger) -> Result<Self> {
        // A few bits and an owner for each address. V8 sees a handle of some bytes and would not collect in time.
        let bytes = 5 * i64::from(ledger.occupied().map.total_addresses());
        env.adjust_external_memory(bytes)
            .map_err(|error| refuse(Refusal::new("INTERNAL", error.reason.clone())))?;
        Ok(Self { ledger, bytes })
    }
}

#[napi]
impl Subnet {
    /// Makes a subnet of a request.
    #[napi(constructor)]
    pub fn new(env: Env, request: String) -> Result<Self> {
        let ledger = guarded(|| {
            let request: New = parse(&request)?;
            let mut ledger = Ledger::new(&request.cidr, request.count_last_block)?;
            ledger.add_all(request.used)?;
            ledger.reserve_all(request.reservations)?;
            Ok(ledger)
        });
        Self::of(env, ledger.map_err(refuse)?)
    }

    /// A subnet of its own with the same state.
    #[napi]
    pub fn copy(&self, env: Env) -> Result<Self> {
        Self::of(env, self.ledger.clone())
    }

    /// Whether both have the same state.
    #[napi]
    pub fn equals(&self, other: &Subnet) -> bool {
        self.ledger == other.ledger
    }

    /// Changes the subnet, wholly or not at all.
    #[napi]
    pub fn change(&mut self, what: String, request: String) -> Result<()> {
        let ledger = &mut self.ledger;
        guarded(|| match what.as_str() {
            "assign" => {
                let One { address, owner } = parse(&request)?;
                ledger.assign(address_of("address", &address)?, owner.as_deref())
            }
            "assignPrefix" => {
                let Block { prefix, owner } = parse(&request)?;
                ledger.assign_prefix(prefix_of("prefix", &prefix)?, owner.as_deref())
            }
            "release" => ledger.release(address_of("address", &parse::<One>(&request)?.address)?),
            "releasePrefix" => ledger.release_prefix(prefix_of("prefix", &parse::<Block>(&request)?.prefix)?),
            "reserve" => {
                let Range { cidr, r#type } = parse(&request)?;
                ledger.reserve(prefix_of("cidr", &cidr)?, &r#type)
            }
            _ => Err(Refusal::new("UNKNOWN_OPERATION", what)),
        })
        .map_err(refuse)
    }

    /// Answers a question about the subnet.
    #[napi]
    pub fn ask(&self, what: String, request: String) -> Result<String> {
        let ledger = &self.ledger;
        let map = &ledger.occupied().map;
        guarded(|| {
            let answer = match what.as_str() {
                "census" => to_value(&ledger.census(parse::<Count>(&request)?.map)),
                "cure" => {
                    let Win { prefixes, by, include_managed } = parse(&request)?;
                    to_value(&ledger.cure(prefixes, by.as_deref(), include_managed)?)
                }
                "proposeReservations" => {
                    let Room { prefixes, no_spare_block } = parse(&request)?;
                    to_value(&ledger.propose_reservations(prefixes, no_spare_block)?)
                }
                "forecast" => {
                    let Future { more, prefixes } = parse(&request)?;
                    to_value(&ledger.forecast(&more, prefixes)?)
                }
                "owner" => to_value(&ledger.owner(address_of("address", &parse::<One>(&request)?.address)?)),
                "isFree" => to_value(&map.is_free(address_of("address", &parse::<One>(&request)?.address)?)),
                "contains" => {
                    let One { address, .. } = parse(&request)?;
                    let block = map.prefix();
                    to_value(&match &address {
                        Value::String(text) if text.contains('/') => {
                            block.contains_prefix(prefix_of("item", &address)?)
                        }
                        _ => block.contains_addr(address_of("item", &address)?),
                    })
                }
                "toJSON" => Ok(ledger.to_given()),
                _ => Err(Refusal::new("UNKNOWN_OPERATION", what)),
            };
            Ok(answer?.to_string())
        })
        .map_err(refuse)
    }

    /// The IPv4 block.
    #[napi(getter)]
    pub fn cidr(&self) -> String {
        self.ledger.occupied().map.prefix().to_string()
    }

    /// The id, if a listing told it.
    #[napi(getter)]
    pub fn id(&self) -> Option<String> {
        self.ledger.occupied().id.clone()
    }

    /// Addresses of the block.
    #[napi(getter)]
    pub fn total_addresses(&self) -> u32 {
        self.ledger.occupied().map.total_addresses()
    }

    /// All but the five that AWS reserves.
    #[napi(getter)]
    pub fn usable_addresses(&self) -> u32 {
        self.ledger.occupied().map.usable_addresses()
    }

    /// Addresses assigned.
    #[napi(getter)]
    pub fn used_addresses(&self) -> u32 {
        self.ledger.occupied().map.used_addresses()
    }

    /// Usable addresses that are not assigned.
    #[napi(getter)]
    pub fn free_addresses(&self) -> u32 {
        self.ledger.occupied().map.free_addresses()
    }

    /// Aligned /28 that EC2 can hand out as prefixes.
    #[napi(getter)]
    pub fn free_prefixes(&self) -> u32 {
        self.ledger.occupied().map.free_prefixes()
    }

    /// Whether the last /28 counts.
    #[napi(getter)]
    pub fn counts_last_block(&self) -> bool {
        self.ledger.occupied().map.counts_last_block()
    }
}

fn parse<T: DeserializeOwned>(request: &str) -> core::result::Result<T, Refusal> {
    serde_json::from_str(request).map_err(|error| Refusal::not_such(&error))
}

fn to_value<T: serde::Serialize>(answer: &T) -> core::result::Result<Value, Refusal> {
    serde_json::to_value(answer).map_err(|error| Refusal::new("INTERNAL", error.to_string()))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct New {
    cidr: String,
    used: Value,
    reservations: Value,
    count_last_block: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct One {
    address: Value,
    owner: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Block {
    prefix: Value,
    owner: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Range {
    cidr: Value,
    r#type: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Count {
    map: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Win {
    prefixes: Option<Wide>,
    by: Option<String>,
    include_managed: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Room {
    prefixes: Option<Wide>,
    no_spare_block: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Future {
    more: Vec<Wide>,
    prefixes: Option<Wide>,
}
