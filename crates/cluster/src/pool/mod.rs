//! One node's pool in either mode, operation for operation as the VPC Resource Controller has it.
//!
//! The state machine is [`winpod::pool`]; here it gets pods with names, and requests and answers that are JSON. A
//! [`NodePool`] is the state behind the class `Pool` of the bindings; [`pool()`] plays a list of steps on one.

mod answer;
mod given;
mod node;
mod step;

pub use answer::{
    PoolAnswer, PoolConfig, PoolCooling, PoolCounts, PoolGroup, PoolJob, PoolOwner, PoolState, PoolStep,
};
pub use given::{
    GivenConfig, GivenCooling, GivenGroup, GivenJob, GivenOwner, GivenPool, GivenStep, PoolRequest,
};
pub use node::NodePool;

use crate::api::OnProgress;
use crate::progress::{Progress, Stopped};
use crate::request::Refusal;
use winpod::source::SourceId;

/// The most steps of one request.
pub const MAX_STEPS: usize = 10_000;

/// The most addresses that a pool is given, free, used and cooling ones together: more than all ENIs of any type hold.
pub const MAX_ADDRESSES: usize = 16_384;

/// What the answers rest on.
const SOURCES: [SourceId; 5] = [
    SourceId::PoolReplayed,
    SourceId::PodRetry,
    SourceId::CoolDown,
    SourceId::ConfigmapDefaults,
    SourceId::ConfigmapPoolRules,
];

/// Plays steps on the pool of a node and tells what the controller answers to each.
///
/// # Errors
/// - Codes `REQUEST`, `IPAM_MODE`, `UNKNOWN_TYPE`, `IPV4_PER_ENI`, `OUT_OF_RANGE`, `NOT_A_WHOLE_NUMBER`, `QUIRK`, `OWNER`,
///   `OWNER_TWICE`, `GROUP_LENGTH`, `GROUP_TWICE`, `OUTSIDE_GROUP`, those of addresses and prefixes, and `TOO_MANY` for more
///   than [`MAX_STEPS`] steps or [`MAX_ADDRESSES`] addresses; `POOL_STEP` for an unknown step; `ILLEGAL_CHOICE` and
///   `CHOICE_COUNT` for a choice that the controller could not have made; `STOPPED`. What the controller itself refuses
///   is an answer.
///
/// # Examples
/// ```
/// use serde_json::json;
/// use std::ops::ControlFlow;
/// use winpod_cluster::api::call;
///
/// let mut request = json!({
///     "pool": {"instanceType": "m5.large", "mode": "prefix-delegation"},
///     "steps": [
///         {"op": "assign", "owner": "web-1"},
///         {"op": "reconcile"},
///         {"op": "update", "job": {"kind": "create", "count": 1}, "returned": ["192.0.2.16/28"]},
///         {"op": "assign", "owner": "web-1"},
///     ],
/// });
/// let answer = call("pool", request.clone(), &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer["steps"][0]["error"], "ErrInsufficientCidrBlocks");
/// assert_eq!(answer["steps"][0]["afterMs"], 120_000);
/// assert_eq!(answer["steps"][3]["address"], "192.0.2.16");
/// assert_eq!(answer["counts"]["freeAddresses"], 15);
///
/// request["steps"][2]["returned"] = json!(["192.0.2.16"]);
/// let refused = call("pool", request, &mut |_| ControlFlow::Continue(())).unwrap_err();
/// assert_eq!(refused.code, "PREFIX_LENGTH_MISSING");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn pool(request: &PoolRequest, progress: OnProgress<'_>) -> Result<PoolAnswer, Refusal> {
    const TOLD_EVERY: usize = 256;
    let total = request.steps.len();
    if total > MAX_STEPS {
        let message = format!("steps has {total} entries: at most {MAX_STEPS} are allowed");
        return Err(Refusal::new("TOO_MANY", message));
    }
    let sources = SOURCES.map(|source| source.key().to_owned()).to_vec();
    let Some(given) = &request.pool else {
        if let Some(first) = request.steps.first() {
            let op = crate::read::shortened(&first.op);
            let message = format!("steps[0] is {op:?} on a node without a pool: describe it under pool");
            return Err(Refusal::new("REQUEST", message));
        }
        return Ok(PoolAnswer { steps: Vec::new(), state: None, counts: None, targets: None, sources });
    };
    let mut node = NodePool::within(given, "pool.")?;
    let mut steps = Vec::with_capacity(total);
    for (index, step) in request.steps.iter().enumerate() {
        if index % TOLD_EVERY == 0 {
            let at = Progress { step: "pool", done: index as u64, total: total as u64 };
            if progress(at).is_break() {
                return Err(Stopped.into());
            }
        }
        steps.push(node.step_within(step, &format!("steps[{index}]."))?);
    }
    Ok(PoolAnswer {
        steps,
        state: Some(node.introspect()),
        counts: Some(node.counts()),
        targets: Some(node.targets()),
        sources,
    })
}
