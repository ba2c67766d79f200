//! The native half of the class `Pool`: requests and answers as JSON texts around a node's pool.

use crate::error::{Result, guarded, refuse};
use napi::Env;
use napi::bindgen_prelude::ObjectFinalize;
use napi_derive::napi;
use serde::Serialize;
use serde_json::Value;
use winpod_cluster::pool::NodePool;
use winpod_cluster::request::Refusal;

/// One node's pool with state.
#[napi(custom_finalize)]
pub struct Pool {
    pool: NodePool,
    /// What V8 was told that lies behind the handle.
    bytes: i64,
}

impl ObjectFinalize for Pool {
    fn finalize(self, env: Env) -> napi::Result<()> {
        env.adjust_external_memory(-self.bytes).map(drop)
    }
}

impl Pool {
    fn of(env: Env, pool: NodePool) -> Result<Self> {
        let counts = pool.counts();
        let held = [counts.used_addresses, counts.free_addresses, counts.cooling_addresses].map(i64::from);
        // Names, numbers and lists. V8 sees a handle of some bytes and would not collect in time.
        let bytes = 1024 + 128 * held.iter().sum::<i64>();
        env.adjust_external_memory(bytes)
            .map_err(|error| refuse(Refusal::new("INTERNAL", error.reason.clone())))?;
        Ok(Self { pool, bytes })
    }
}

#[napi]
impl Pool {
    /// Makes a pool of its description.
    #[napi(constructor)]
    pub fn new(env: Env, given: String) -> Result<Self> {
        Self::of(env, guarded(|| NodePool::from_value(parse(&given)?)).map_err(refuse)?)
    }

    /// A pool of its own with the same state.
    #[napi]
    pub fn copy(&self, env: Env) -> Result<Self> {
        Self::of(env, self.pool.clone())
    }

    /// Whether both have the same state.
    #[napi]
    pub fn equals(&self, other: &Pool) -> bool {
        self.pool == other.pool
    }

    /// Takes one step, wholly or not at all.
    #[napi]
    pub fn step(&mut self, step: String) -> Result<String> {
        let pool = &mut self.pool;
        guarded(|| to_text(&pool.step(parse(&step)?)?)).map_err(refuse)
    }

    /// Everything that the pool knows.
    #[napi]
    pub fn introspect(&self) -> Result<String> {
        guarded(|| to_text(&self.pool.introspect())).map_err(refuse)
    }

    /// How many addresses it has of each kind.
    #[napi]
    pub fn counts(&self) -> Result<String> {
        guarded(|| to_text(&self.pool.counts())).map_err(refuse)
    }

    /// The targets in effect.
    #[napi]
    pub fn targets(&self) -> Result<String> {
        guarded(|| to_text(&self.pool.targets())).map_err(refuse)
    }

    /// The address of a pod.
    #[napi]
    pub fn address_of(&self, owner: String) -> Option<String> {
        self.pool.address_of(&owner).map(|address| address.to_string())
    }

    /// The mode.
    #[napi(getter)]
    pub fn mode(&self) -> &'static str {
        self.pool.mode().name()
    }

    /// Addresses that the node can have.
    #[napi(getter)]
    pub fn capacity(&self) -> u32 {
        self.pool.capacity()
    }
}

fn parse(request: &str) -> core::result::Result<Value, Refusal> {
    serde_json::from_str(request).map_err(|error| Refusal::not_such(&error))
}

fn to_text(answer: &impl Serialize) -> core::result::Result<String, Refusal> {
    serde_json::to_string(answer).map_err(|error| Refusal::new("INTERNAL", error.to_string()))
}
