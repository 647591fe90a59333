//! What the end-to-end tests share. They know the collector by its public surface only.

pub mod fixture;
pub mod harness;
pub mod source;
