//! The tables and texts of winpod as constants: data only, no logic.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
