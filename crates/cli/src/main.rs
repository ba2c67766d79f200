//! The `winpod` command.
fn main() {}
