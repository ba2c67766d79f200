//! The command line of winpod as a library.
#![forbid(unsafe_code)]
