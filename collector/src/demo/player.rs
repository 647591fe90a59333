//! Posts a scenario through the public `POST /events`, each event when it is due.

use std::{net::SocketAddr, str::FromStr, time::Duration};

use banyan_protocol::Timestamp;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use thiserror::Error;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::event::Timed;
use crate::clock::Clock;

/// Events in one request; what is due and does not fit goes into the next one.
const BATCH_MAX_EVENTS: usize = 200;
/// After an answer that says "later", or no answer.
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// Events that are due within this time travel together.
const BATCH_WINDOW: Duration = Duration::from_millis(100);

/// How many times faster than written a scenario is played: 0.1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Speed(f64);

/// Not a speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a speed is a number from 0.1 to 1000")]
pub(crate) struct SpeedError;

impl Speed {
    /// As written.
    pub(crate) const NORMAL: Self = Self(1.0);

    /// When something written for `at_ms` is due, counted from the beginning.
    fn due(self, at_ms: u64) -> Duration {
        Duration::from_millis(at_ms).div_f64(self.0)
    }
}

impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Self, SpeedError> {
        match text.parse::<f64>() {
            Ok(speed) if (0.1..=1_000.0).contains(&speed) => Ok(Self(speed)),
            Ok(_) | Err(_) => Err(SpeedError),
        }
    }
}

/// Why a scenario was not played to its end.
#[derive(Debug, Error)]
pub(crate) enum PlayError {
    /// The collector refused events for good: the demo is wrong.
    #[error("the collector refused events of the demo with status {0}")]
    Refused(StatusCode),
    /// An event could not be written as JSON, or a request not be made of it.
    #[error("an event of the demo could not be written")]
    Unwritable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Posts `scenario` to the collector at `to`, until its end or until `cancel`; how many events
/// were taken. Agents' clocks are `clock` at the beginning plus the time that each event is
/// written for. Whoever asks to come later is asked again: nothing is left out.
pub(crate) async fn play(
    to: SocketAddr,
    scenario: &[Timed],
    speed: Speed,
    clock: &Clock,
    cancel: &CancellationToken,
) -> Result<usize, PlayError> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (began, began_at) = (Instant::now(), clock.now());
    let mut rest = scenario;
    while let Some(next) = rest.first() {
        let due = began + speed.due(next.at_ms);
        if cancel.run_until_cancelled(tokio::time::sleep_until(due)).await.is_none() {
            break;
        }
        let reached = began.elapsed() + BATCH_WINDOW;
        let ready = rest.partition_point(|timed| speed.due(timed.at_ms) <= reached);
        let (batch, later) = rest.split_at(ready.clamp(1, BATCH_MAX_EVENTS).min(rest.len()));
        let body = ndjson(batch, speed, began_at)?;
        match cancel.run_until_cancelled(post(&client, to, body)).await {
            Some(posted) => posted?,
            None => break,
        }
        rest = later;
    }
    Ok(scenario.len() - rest.len())
}

/// One event a line, with the time that it is due at.
fn ndjson(batch: &[Timed], speed: Speed, began_at: Timestamp) -> Result<Bytes, PlayError> {
    let mut body = Vec::new();
    for timed in batch {
        let after = i64::try_from(speed.due(timed.at_ms).as_micros()).unwrap_or(i64::MAX);
        let mut event = timed.event.clone();
        event.timestamp = Some(Timestamp::from_micros(began_at.micros().saturating_add(after)));
        serde_json::to_writer(&mut body, &event).map_err(|e| PlayError::Unwritable(e.into()))?;
        body.push(b'\n');
    }
    Ok(body.into())
}

/// Posts `body` until it is taken.
async fn post(
    client: &Client<HttpConnector, Full<Bytes>>,
    to: SocketAddr,
    body: Bytes,
) -> Result<(), PlayError> {
    loop {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{to}/events"))
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .body(Full::<Bytes>::from(body.clone()))
            .map_err(|error| PlayError::Unwritable(error.into()))?;
        match client.request(request).await {
            Ok(answer) => {
                let status = answer.status();
                // Read to its end, so that the connection can be used again.
                let read = answer.into_body().collect().await;
                match status {
                    StatusCode::OK if read.is_ok() => return Ok(()),
                    StatusCode::OK
                    | StatusCode::REQUEST_TIMEOUT
                    | StatusCode::TOO_MANY_REQUESTS => {}
                    _ if status.is_server_error() => {}
                    _ => return Err(PlayError::Refused(status)),
                }
            }
            Err(error) => tracing::debug!(%error, "the collector did not answer the demo"),
        }
        tokio::time::sleep_until(Instant::now() + RETRY_AFTER).await;
    }
}
