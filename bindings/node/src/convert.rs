//! From JavaScript's values to the core's and back.

use winpod_cluster::api::{self, OnProgress};
use winpod_cluster::capacity::Capacity;
use winpod_cluster::request::Refusal;

/// One request and its answer as JSON texts.
pub(crate) fn call(operation: &str, request: &str, progress: OnProgress<'_>) -> Result<String, Refusal> {
    let request =
        serde_json::from_str(request).map_err(|error| Refusal::new("REQUEST", error.to_string()))?;
    Ok(api::call(operation, request, progress)?.to_string())
}

/// The fields of a `Capacity` in the order of its definition; `index.js` names them. An object made here would take
/// three times as long: V8 builds it property by property.
pub(crate) type Fields =
    (Option<String>, String, String, u32, u32, u32, &'static str, Option<String>, Option<bool>);

pub(crate) fn fields(answer: Capacity) -> Fields {
    (
        answer.instance_type,
        answer.mode,
        answer.requested_mode,
        answer.ipv4,
        answer.max_pods,
        answer.pods,
        answer.limited_by.name(),
        answer.windows,
        answer.controller_known,
    )
}
