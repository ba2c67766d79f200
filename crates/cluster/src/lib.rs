//! Reads the files of an EKS cluster and answers from them.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod read;
