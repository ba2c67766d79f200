//! The native half of the Node package: takes requests from JavaScript, asks `winpod_cluster::api`, gives answers back.
//!
//! Requests and answers cross as JSON text; `capacity` alone has a typed path, because it is called in loops.
#![allow(
    unsafe_code,
    reason = "the napi macros make unsafe code; `capacity` writes to an array of JavaScript"
)]
#![allow(missing_debug_implementations, reason = "JavaScript sees these types, Rust does not")]
#![allow(
    unreachable_pub,
    clippy::needless_pass_by_value,
    clippy::missing_errors_doc,
    reason = "the napi macros want it so"
)]

mod convert;
mod error;
mod pool;
mod subnet;
mod work;

use convert::Words;
use core::cell::RefCell;
use core::ops::ControlFlow;
use error::{Result, guarded, refuse};
use napi::bindgen_prelude::Uint32ArraySlice;
use napi_derive::napi;
use winpod_cluster::capacity::{self, CapacityRequest};
use winpod_cluster::progress::Stopped;
use winpod_cluster::read::node;
use winpod_cluster::request::{Refusal, Unfit, Wide};

/// Answers a request of an operation; both are JSON texts.
#[napi]
pub fn call(operation: String, request: String) -> Result<String> {
    guarded(|| convert::call(&operation, &request, &mut |_| ControlFlow::Continue(()))).map_err(refuse)
}

thread_local! {
    static WORDS: RefCell<Words> = RefCell::default();
}

/// The capacity of one type of the table, written to `out`.
#[napi]
pub fn capacity(
    name: String,
    mode: Option<String>,
    max_pods: Option<i64>,
    mut out: Uint32ArraySlice<'_>,
) -> Result<()> {
    let max_pods = max_pods.map(Wide::Whole);
    let request = CapacityRequest { types: vec![name], mode, max_pods, ..Default::default() };
    let answers = guarded(|| capacity::capacity(&request)).map_err(refuse)?;
    let fields = WORDS.with_borrow_mut(|words| convert::fields(&answers[0], words));
    // SAFETY: only `index.js` has this array, and it is not running now.
    unsafe { out.as_mut() }.copy_from_slice(&fields);
    Ok(())
}

/// The word that a number in `out` stands for.
#[napi]
pub fn word(number: u32) -> Option<String> {
    WORDS.with_borrow(|words| words.word(number).cloned())
}

/// The levels that a request or a parsed document may have.
#[napi]
#[expect(clippy::cast_possible_truncation, reason = "128")]
pub const MAX_DEPTH: u32 = node::MAX_DEPTH as u32;

/// The most values that one list holds.
#[napi]
#[expect(clippy::cast_possible_truncation, reason = "the constant is small")]
pub const MAX_NODES: u32 = node::MAX_NODES as u32;

/// Throws the refusal of a value that JSON cannot carry, or of stopped work, by its code.
#[napi]
pub fn refuse_value(code: String, name: String, found: String) -> Result<()> {
    let what = match code.as_str() {
        "ENCODING" => Unfit::Text,
        "NOT_A_WHOLE_NUMBER" => Unfit::Number(found.parse().unwrap_or(f64::NAN)),
        "TOO_DEEP" => Unfit::Depth,
        "TOO_LARGE" => Unfit::Size,
        "STOPPED" => return Err(refuse(Stopped.into())),
        _ => Unfit::Kind(&found),
    };
    Err(refuse(Refusal::unfit(&name, what)))
}
