//! What `/stream` and `/live` have in common as answers that go on: places for so many readers,
//! pings, the frame of the answer, its end. Must not know what is sent.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, Response, header},
    response::IntoResponse as _,
};
use banyan_protocol::limits::STREAM_PING_MS;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior},
};

use super::{error::ApiError, socket::Peer};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The `id` of the last event that a browser has seen, when it comes back. Empty when it cannot be
/// read.
pub(super) fn last_event_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(LAST_EVENT_ID).map(|id| id.to_str().unwrap_or_default())
}

/// Somebody who is sent frames.
pub(super) trait Reader: Send + 'static {
    /// The next frames; `None` when the answer ends.
    fn next(&mut self) -> impl Future<Output = Option<Bytes>> + Send;
}

/// The answer that sends `reader` its frames.
pub(super) fn answer(reader: impl Reader) -> Response<Body> {
    let frames = stream::unfold(reader, |mut reader| async {
        let frame = reader.next().await?;
        Some((Ok::<_, Infallible>(frame), reader))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let mut response = (headers, Body::from_stream(frames)).into_response();
    response.extensions_mut().insert(UntilGone);
    response
}

/// Ticks when nothing was sent for so long that somebody between might give up; `reset` it with
/// every frame.
pub(super) fn pings() -> Interval {
    let pause = Duration::from_millis(STREAM_PING_MS);
    let mut pings = tokio::time::interval_at(Instant::now() + pause, pause);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings
}

/// How many are reading, and how many may.
#[derive(Debug)]
pub(super) struct Places {
    taken: watch::Sender<usize>,
    max_count: usize,
}

impl Places {
    pub(super) fn new(max_count: usize) -> Self {
        Self { taken: watch::Sender::default(), max_count }
    }

    /// One more is reading, unless there are too many. Whoever got a place must leave it.
    pub(super) fn take(&self) -> Result<(), ApiError> {
        let admitted = self.taken.send_if_modified(|taken| {
            let fits = *taken < self.max_count;
            *taken += usize::from(fits);
            fits
        });
        if admitted { Ok(()) } else { Err(ApiError::TooManyStreams) }
    }

    pub(super) fn leave(&self) {
        self.taken.send_modify(|taken| *taken = taken.saturating_sub(1));
    }

    /// How many are reading right now.
    pub(super) fn taken(&self) -> usize {
        *self.taken.borrow()
    }

    pub(super) fn watch(&self) -> watch::Receiver<usize> {
        self.taken.subscribe()
    }
}

/// Marks an answer that goes on until its reader leaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct UntilGone;

impl UntilGone {
    /// Ends the answer when `peer` has closed its end.
    pub(super) fn wrap(response: Response<Body>, peer: Peer) -> Response<Body> {
        let left = async move { peer.gone().await };
        response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(left))))
    }
}
