//! Everything that crosses Banyan's wire, in both directions: events in, views out.
//!
//! Reading order: [`envelope`] (what an agent posted), [`fact`] (what it means, both payload
//! dialects), [`hook`] (what coding agents post instead), [`transcript`] (what they wrote down),
//! [`otlp`] (what everybody else exports), [`violation`] (why input is refused), [`receipt`] and
//! [`cursor`] (what the collector answers), [`event_key`] (which event), [`view`] (what readers
//! get), [`limits`].
//!
//! This crate does no I/O and never asks the time: everything here is a function of its input.

pub mod cursor;
pub mod envelope;
pub mod event_key;
pub mod fact;
pub mod flags;
pub mod hook;
pub mod limits;
pub mod money;
pub mod otlp;
pub mod receipt;
pub mod repair;
pub mod time;
pub mod transcript;
pub mod view;
pub mod violation;

mod json;
mod number;

pub use cursor::{Cursor, CursorError};
pub use envelope::Envelope;
pub use event_key::EventKey;
pub use fact::Fact;
pub use flags::Flags;
pub use money::MicroDollars;
pub use time::Timestamp;
pub use violation::Violation;

/// A place in the log: 1, 2, 3 … in commit order, never reused. 0 means "before the first".
pub type Position = i64;
