//! Reads the files of an EKS cluster and answers from them.
//!
//! The way of the data: [`read`] makes one [`model::Cluster`] of everything given; [`mod@plan`] and the other answers
//! are pure functions of it. [`api`] lists every operation with its request and answer.
#![forbid(unsafe_code)]
#![warn(missing_docs, clippy::exhaustive_enums, clippy::exhaustive_structs)]

pub mod api;
pub mod base_image;
pub mod capacity;
pub mod check;
pub mod cni;
pub mod dsr;
mod encoding;
pub mod explain;
mod fault;
mod interface_kind;
pub mod ipam;
#[expect(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "readers fill every field, answers match every case"
)]
pub mod model;
pub mod note;
mod placement;
pub mod plan;
pub mod pool;
pub mod prefixes;
pub mod problem;
pub mod progress;
pub mod quote;
pub mod read;
pub mod render;
pub mod report;
pub mod request;
pub mod simulate;
pub mod sources;
pub mod subnet;
pub mod topology;
pub mod types;
mod written;
