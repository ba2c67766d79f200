//! The only place that makes JavaScript errors.

use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use winpod_cluster::request::Refusal;

/// A result whose error has the core's code.
pub(crate) type Result<T> = napi::Result<T, String>;

/// An `Error` with `code` and `message`.
pub(crate) fn refuse(refusal: Refusal) -> napi::Error<String> {
    napi::Error::new(refusal.code, refusal.message)
}

/// Turns a panic, which would end the host process, into a refusal.
pub(crate) fn guarded<T>(
    work: impl FnOnce() -> core::result::Result<T, Refusal>,
) -> core::result::Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default();
        Err(Refusal::new("INTERNAL", said))
    })
}
