//! One binary for all tests, so that it links once.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised, helpers and strategies too")]

#[path = "core/carve.rs"]
mod carve;
#[path = "core/controller.rs"]
mod controller;
#[path = "core/dsr.rs"]
mod dsr;
#[path = "core/error.rs"]
mod error;
#[path = "core/fleet.rs"]
mod fleet;
#[path = "core/forecast.rs"]
mod forecast;
#[path = "core/pool.rs"]
mod pool;
#[path = "core/ports.rs"]
mod ports;
#[path = "core/prefix.rs"]
mod prefix;
#[path = "core/size.rs"]
mod size;
#[path = "core/steady.rs"]
mod steady;
#[path = "core/subnet.rs"]
mod subnet;
#[path = "core/windows.rs"]
mod windows;
