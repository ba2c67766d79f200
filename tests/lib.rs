//! Tests only: see `README.md` here. The Rust blocks of the project's README run as documentation tests.
#![doc = include_str!("../README.md")]
