//! Files as users have them, good and hostile, through the list of operations.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised, helpers and strategies too")]

use core::ops::ControlFlow;
use std::path::Path;

use serde_json::{Value, json};
use winpod_cluster::api::call;

#[path = "inputs/addon_values.rs"]
mod addon_values;
#[path = "inputs/bad_repository.rs"]
mod bad_repository;
#[path = "inputs/calico_clusters.rs"]
mod calico_clusters;
#[path = "inputs/cdk.rs"]
mod cdk;
#[path = "inputs/check_clusters.rs"]
mod check_clusters;
#[path = "inputs/check_engine.rs"]
mod check_engine;
#[path = "inputs/check_pods.rs"]
mod check_pods;
#[path = "inputs/check_rules.rs"]
mod check_rules;
#[path = "inputs/disguises.rs"]
mod disguises;
#[path = "inputs/hostile.rs"]
mod hostile;
#[path = "inputs/payments_prod.rs"]
mod payments_prod;
#[path = "inputs/scattered_subnets.rs"]
mod scattered_subnets;
#[path = "inputs/shared_subnet.rs"]
mod shared_subnet;

fn plan(request: Value) -> Value {
    call("plan", request, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn plan_of(path: &Path) -> Value {
    plan(json!({"paths": [path]}))
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect()
}
