//! Files as users have them, good and hostile, through the list of operations.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised, helpers and strategies too")]

use core::ops::ControlFlow;

use serde_json::{Value, json};
use winpod_cluster::api::call;

#[path = "inputs/payments_prod.rs"]
mod payments_prod;

fn plan(request: Value) -> Value {
    call("plan", request, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn plan_of(path: &str) -> Value {
    plan(json!({"paths": [path]}))
}
