//! The function log → view, and the task that runs it.
//!
//! Must not name `ingest`, `query` or `http`. No clock, no randomness, no hash-map order, no
//! float: rebuilt from the same log, the view is the same byte for byte.

pub(crate) mod recorded;
pub(crate) mod identity;
pub(crate) mod session;
pub(crate) mod own;
pub(crate) mod ranges;
pub(crate) mod alerts;
mod clip;
