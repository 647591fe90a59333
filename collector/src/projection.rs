//! The function log → view, and the task that runs it.
//!
//! Must not name `ingest`, `query` or `http`. No clock, no randomness, no hash-map order, no
//! float: rebuilt from the same log, the view is the same byte for byte.

pub(crate) mod own;
pub(crate) mod recorded;
pub(crate) mod session;
