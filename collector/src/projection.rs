//! The function log → view, and the task that runs it.
//!
//! ```text
//! entries ─ decode ─▶ steps ─ fold ─▶ rows ─ write ─▶ view.db
//!                              │ in log order, over a working set loaded before
//!                              ├ identity: new, duplicate, variant
//!                              ├ session:  what its events say, in any order of arrival
//!                              ├ edges:    where it stands in the forest
//!                              └ groups:   which number its tree has
//! ```
//!
//! **Rebuilt from the same log, the view is the same byte for byte**, wherever the log was cut
//! into batches and however often the collector was restarted. So there is no clock, no
//! randomness, no hash-map order and no float here; whatever depends on the order of the log
//! happens event by event in [`fold`]; and only what does not, sums of differences
//! ([`rollup`]) and the rows themselves, is left to the end of a batch.
//!
//! **The same events in any order of arrival give the same sessions, trees and totals** (not the
//! same numbers of sessions and groups, which count arrivals): sessions are folded by stamps
//! ([`session`]), and places are a function of the final claims ([`forest`]).
//!
//! **A checkpoint commits with its rows**; a crash repeats or skips nothing. Projecting cannot
//! fail ingest, and no entry can stop it: what cannot be read or folded is kept as poison.
//!
//! Must not name `ingest`, `query` or `http`.

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
mod same;
mod translated;
mod hooks;
mod otlp;
mod teller;
mod fold;
mod prefetch;
mod replay;
mod rows;
mod store;
mod tally;
mod poisoned;
mod pipeline;
mod search;
mod pace;
mod slots;
mod inspect;
mod projector;
mod verify;
mod again;

pub(crate) use again::{Again, Given, Remark, Stored};
pub(crate) use inspect::{ViewSeen, inspect};
pub(crate) use pipeline::PipelineError;
pub(crate) use projector::{Projector, ProjectorError};
pub(crate) use verify::{Verdict, rebuild, verify};

/// Raise it with every change that gives a view other rows from the same log: views by another
/// version are built again.
const PROJECTION_VERSION: u32 = 7;

#[cfg(test)]
pub(crate) mod tests;
