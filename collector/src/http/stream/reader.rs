//! One reader of the stream: a cursor, and nothing that grows.

use std::sync::Arc;

use banyan_protocol::Position;
use bytes::Bytes;
use tokio::{sync::watch, time::Interval};

use super::{
    frames::{self, Lost},
    hub::{CATCH_UP_MAX_EVENTS, Shared},
    ring::Found,
};
use crate::http::sse;

/// Where a reader begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// With what is projected from now on.
    Now,
    /// Behind this position.
    After(Position),
    /// From now on, and the reader must be told that its own place is gone.
    Reset,
}

/// A reader. Dropping it leaves the hub.
#[derive(Debug)]
pub(super) struct Reader {
    hub: Arc<Shared>,
    fed: watch::Receiver<Position>,
    /// It has been given everything up to here.
    position: Position,
    greeting: Option<Bytes>,
    pings: Interval,
}

impl Reader {
    pub(super) fn new(hub: Arc<Shared>, fed: watch::Receiver<Position>, start: Start) -> Self {
        let now = hub.progress.projected();
        let (position, lost) = match start {
            Start::Now => (now, None),
            Start::After(position) if hub.is_too_far(position) => (now, Some(Lost::TooFarBehind)),
            Start::After(position) => (position, None),
            Start::Reset => (now, Some(Lost::ForeignCursor)),
        };
        let cursor = hub.query.cursor(position);
        let mut greeting = frames::connected(hub.clock.now(), cursor);
        if let Some(why) = lost {
            greeting.push_str(&frames::reset(why, cursor));
        }
        Self { hub, fed, position, greeting: Some(greeting.into()), pings: sse::pings() }
    }

    /// Reads the view itself, because the hub no longer keeps what this reader needs.
    async fn catch_up(&mut self) -> Option<Bytes> {
        if self.hub.is_too_far(self.position) {
            self.position = self.hub.progress.projected();
            let cursor = self.hub.query.cursor(self.position);
            return Some(frames::reset(Lost::TooFarBehind, cursor).into());
        }
        match self.hub.read(self.position, CATCH_UP_MAX_EVENTS).await {
            Ok(chunk) => {
                self.position = chunk.to;
                Some(chunk.bytes)
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "a stream could not read the view");
                None
            }
        }
    }
}

impl sse::Reader for Reader {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            self.fed.mark_unchanged();
            let frames = match self.hub.kept_after(self.position) {
                Found::Frames(frames, to) => {
                    self.position = to;
                    frames
                }
                Found::Behind => self.catch_up().await?,
                Found::Nothing => {
                    tokio::select! {
                        () = self.hub.stop.cancelled() => return None,
                        fed = self.fed.changed() => fed.ok()?,
                        _ = self.pings.tick() => return Some(frames::PING),
                    }
                    continue;
                }
            };
            if !frames.is_empty() {
                self.pings.reset();
                return Some(frames);
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.hub.leave();
    }
}
