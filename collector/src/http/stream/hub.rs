//! The one task that reads the view for all readers of the stream.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use banyan_protocol::{
    Position,
    limits::{STREAM_LAG_MAX_EVENTS, STREAMS_MAX_COUNT},
};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    ApiError, frames,
    reader::{Reader, Start},
    ring::{Chunk, Found, Ring},
};
use crate::{
    clock::Clock,
    http::sse::Places,
    progress::Progress,
    query::{Query, QueryError},
};

/// Events that are read and serialised at once, for all readers.
const CHUNK_MAX_EVENTS: u32 = 1_000;
/// The same for one reader that has fallen behind what is kept: it holds them alone while it stalls.
pub(super) const CATCH_UP_MAX_EVENTS: u32 = 100;
/// What is kept for readers that are a little behind.
const RING_MAX_BYTES: usize = 8 * 1024 * 1024;
/// Two chunks are at least this far apart …
const PACE_MIN: Duration = Duration::from_millis(10);
/// … and further when there are many readers, each of which costs a write a chunk.
const PACE_PER_READER: Duration = Duration::from_micros(50);

/// Feeds every reader of the stream. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Hub(Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) query: Query,
    pub(super) progress: Progress,
    pub(super) clock: Clock,
    pub(super) stop: CancellationToken,
    ring: Mutex<Ring>,
    /// The end of the ring.
    fed: watch::Sender<Position>,
    readers: Places,
}

impl Hub {
    /// A hub that has no readers yet; see [`Self::run`]. Streams end when `stop` is cancelled.
    pub(crate) fn new(
        query: Query,
        progress: Progress,
        clock: Clock,
        stop: CancellationToken,
    ) -> Self {
        let readers = Places::new(STREAMS_MAX_COUNT);
        let (ring, fed) = Default::default();
        Self(Arc::new(Shared { query, progress, clock, stop, ring, fed, readers }))
    }

    /// How many are reading right now.
    pub(crate) fn readers(&self) -> usize {
        self.0.readers.taken()
    }

    /// A new reader, unless there are too many.
    pub(super) fn subscribe(&self, start: Start) -> Result<Reader, ApiError> {
        if self.0.stop.is_cancelled() {
            return Err(ApiError::Stopping);
        }
        self.0.readers.take()?;
        Ok(Reader::new(Arc::clone(&self.0), self.0.fed.subscribe(), start))
    }

    /// Follows the view for as long as there are readers, until it is stopped.
    pub(crate) async fn run(self) {
        let stop = self.0.stop.clone();
        stop.run_until_cancelled(self.0.feed()).await;
    }
}

impl Shared {
    async fn feed(&self) {
        let mut readers = self.readers.watch();
        let mut projected = self.progress.watch_projected();
        loop {
            if readers.wait_for(|readers| *readers != 0).await.is_err() {
                return;
            }
            self.restart(self.progress.projected());
            while *readers.borrow_and_update() != 0 {
                if let Err(error) = self.follow().await {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(error, "the stream could not read the view");
                }
                let pace = PACE_PER_READER
                    .saturating_mul(u32::try_from(*readers.borrow()).unwrap_or(u32::MAX));
                tokio::time::sleep_until(Instant::now() + pace.max(PACE_MIN)).await;
                let moved = tokio::select! {
                    moved = projected.changed() => moved,
                    changed = readers.changed() => changed,
                };
                if moved.is_err() {
                    return;
                }
            }
            self.restart(self.progress.projected());
        }
    }

    /// Reads up to where the view is now.
    async fn follow(&self) -> Result<(), QueryError> {
        let mut from = *self.fed.borrow();
        while from < self.progress.projected() {
            let chunk = self.read(from, CHUNK_MAX_EVENTS).await?;
            from = chunk.to;
            self.ring().push(chunk, RING_MAX_BYTES);
            self.fed.send_replace(from);
        }
        Ok(())
    }

    /// Everything behind `from`, or the first part of it: about `limit` events.
    pub(super) async fn read(&self, from: Position, limit: u32) -> Result<Chunk, QueryError> {
        // Asked before the view is: what is projected meanwhile comes with the next chunk.
        let projected = self.progress.projected();
        let events = self.query.events_after(from, limit).await?;
        let to = events.last().map_or(projected.max(from), |event| event.banyan.position);
        let alerts = self.query.alerts_between(from, to).await?;
        Ok(frames::chunk((from, to), &events, &alerts))
    }

    /// What is kept behind `position`.
    pub(super) fn kept_after(&self, position: Position) -> Found {
        self.ring().after(position)
    }

    /// Whether a reader there gets a reset instead of the events.
    pub(super) fn is_too_far(&self, position: Position) -> bool {
        STREAM_LAG_MAX_EVENTS < self.progress.projected().saturating_sub(position)
    }

    /// A reader has left.
    pub(super) fn leave(&self) {
        self.readers.leave();
    }

    fn restart(&self, position: Position) {
        self.ring().restart(position);
        self.fed.send_replace(position);
    }

    fn ring(&self) -> std::sync::MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
