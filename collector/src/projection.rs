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
mod forest;
mod node;
mod nodes;
mod edges;
mod groups;
mod rollup;
mod seen;
mod decode;
mod fold;
mod prefetch;
mod replay;
mod rows;
mod store;
mod tally;
mod pipeline;
mod search;
mod slots;
mod projector;
mod verify;

pub(crate) use projector::{Projector, ProjectorError};
pub(crate) use verify::{Verdict, rebuild, verify};

/// Raise it with every change that gives a view other rows from the same log: views by another
/// version are built again.
const PROJECTION_VERSION: u32 = 2;

#[cfg(test)]
mod tests;
