//! From the files people have to one positioned tree.

pub mod error;
pub mod json;
pub mod node;
pub mod text;
pub mod yaml;
