//! What ends the collector.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::Fatal;

/// Why the collector stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Somebody asked for it.
    Asked,
    /// The log's disk failed.
    StorageFailed,
}

/// The signals that ask for an orderly end.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes them over, from now on.
    pub(super) fn take() -> Result<Self, Fatal> {
        let take = |kind| signal(kind).map_err(Fatal::Runtime);
        Ok(Self {
            terminate: take(SignalKind::terminate())?,
            interrupt: take(SignalKind::interrupt())?,
        })
    }

    /// Waits for one of them, or for the log to fail.
    pub(super) async fn wait(mut self, log_failed: &CancellationToken) -> Cause {
        tokio::select! {
            _ = self.terminate.recv() => Cause::Asked,
            _ = self.interrupt.recv() => Cause::Asked,
            () = log_failed.cancelled() => Cause::StorageFailed,
        }
    }
}
