//! A real collector in a process of its own, and ways to speak with it.
//!
//! [`Banyan`] starts, stops, kills and restarts it; [`Client`] asks and reads [`Answer`]s;
//! [`Sse`] reads its streams; [`Raw`] speaks bytes where a client would be too polite;
//! [`events`] are what agents post; [`compare`] says whether two collectors know the same.

mod answer;
mod client;
pub mod compare;
pub mod events;
mod process;
mod raw;
mod setup;
mod stream;

pub use answer::Answer;
pub use client::{Client, Connection, encoded, path_of, request};
pub use process::Banyan;
pub use raw::Raw;
pub use setup::{Ended, Setup, binary};
pub use stream::{Message, Sse};

use std::time::Duration;

/// Longer than anything that a healthy collector does; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Awaits `future`, but not for ever.
///
/// # Panics
/// When `what` has not happened within [`PATIENCE`].
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(PATIENCE, future).await;
    outcome.unwrap_or_else(|_| panic!("waited {} s for {what}", PATIENCE.as_secs()))
}
