//! One page that is open: a position, and nothing that grows.

use std::sync::Arc;

use banyan_protocol::Position;
use bytes::Bytes;
use tokio::{sync::watch, time::Interval};

use super::{
    frames,
    hub::{Moment, Shared},
    topic::Topic,
};
use crate::http::sse;

/// A page that is open. Dropping it unsubscribes.
#[derive(Debug)]
pub(super) struct Subscriber {
    hub: Arc<Shared>,
    topic: Topic,
    moments: watch::Receiver<Moment>,
    /// It has been told everything up to here.
    position: Position,
    greeting: Option<Bytes>,
    pings: Interval,
}

impl Subscriber {
    /// `after` is where the page is; `is_old` says that the page is of another build.
    pub(super) fn new(
        hub: Arc<Shared>,
        (topic, moments): (Topic, watch::Receiver<Moment>),
        after: Option<Position>,
        (build, is_old): (&str, bool),
    ) -> Self {
        let position = after.unwrap_or_else(|| hub.progress.projected());
        let mut greeting = frames::hello(position, build);
        // A position that this log does not have is of another log.
        if is_old || hub.progress.head() < position {
            greeting.push_str(frames::RESET);
        }
        Self { hub, topic, moments, position, greeting: Some(greeting.into()), pings: sse::pings() }
    }

    /// Reads the view itself, because this page was away, or slow.
    async fn catch_up(&mut self) -> Option<Bytes> {
        let asked = (&self.hub.query, self.hub.clock.now());
        match self.topic.catch_up(asked, self.position).await {
            Ok((bytes, position)) => {
                self.position = position.max(self.position);
                Some(bytes)
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "a live page could not be told what changed");
                None
            }
        }
    }
}

impl sse::Reader for Subscriber {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            let moment = self.moments.borrow_and_update().clone();
            let bytes = if moment.to <= self.position {
                tokio::select! {
                    () = self.hub.stop.cancelled() => return None,
                    moved = self.moments.changed() => moved.ok()?,
                    _ = self.pings.tick() => return Some(frames::ping(self.position)),
                }
                continue;
            } else if moment.from <= self.position {
                self.position = moment.to;
                moment.bytes
            } else {
                self.catch_up().await?
            };
            if !bytes.is_empty() {
                self.pings.reset();
                return Some(bytes);
            }
        }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.hub.leave(&self.topic);
    }
}
