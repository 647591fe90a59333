//! Posts lines in batches, waits when it is asked to, and asks how far a session was taken in.

use std::time::Duration;

use banyan_protocol::view::ImportedAnswer;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Method, Request, StatusCode, header};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::ImportError;

/// Lines in one request.
const BATCH_MAX_LINES: usize = 1_000;
/// Bytes of one request; a single line may be longer.
const BATCH_MAX_BYTES: usize = 4 * 1024 * 1024;
/// How often a batch is tried before the import gives up.
const TRIES_MAX_COUNT: u32 = 12;
/// How long to wait at first, when nobody says how long; twice as long each time.
const WAIT_MIN: Duration = Duration::from_millis(250);
const WAIT_MAX: Duration = Duration::from_secs(10);
/// How long one request may take; a busy disk may need long for a batch.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(30);

/// A connection to the collector, and the batch that is being gathered.
#[derive(Debug)]
pub(super) struct Poster {
    client: Client<HttpConnector, Full<Bytes>>,
    endpoint: String,
    batch: Vec<u8>,
    count: usize,
    /// It has answered before.
    reached: bool,
}

impl Poster {
    pub(super) fn new(endpoint: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let endpoint = endpoint.to_owned();
        Self { client, endpoint, batch: Vec::new(), count: 0, reached: false }
    }

    /// How far a session was taken in.
    pub(super) async fn known(&mut self, session: &str) -> Result<ImportedAnswer, ImportError> {
        let session = utf8_percent_encode(session, NON_ALPHANUMERIC);
        let path = format!("/import/claude-code/{session}");
        let (status, body) = self.ask(Method::GET, &path, Bytes::new()).await?;
        match serde_json::from_slice(&body) {
            Ok(known) if status == StatusCode::OK => Ok(known),
            _ => Err(self.stranger(status)),
        }
    }

    /// Adds a line to the batch; returns how many lines were refused, when that filled it.
    pub(super) async fn add(&mut self, line: &str) -> Result<u64, ImportError> {
        let is_full = BATCH_MAX_LINES <= self.count
            || (0 < self.count && BATCH_MAX_BYTES < self.batch.len() + line.len());
        let refused = if is_full { self.flush().await? } else { 0 };
        self.batch.extend_from_slice(line.as_bytes());
        self.batch.push(b'\n');
        self.count += 1;
        Ok(refused)
    }

    /// Posts the batch; returns how many of its lines were refused for good.
    pub(super) async fn flush(&mut self) -> Result<u64, ImportError> {
        let count = u64::try_from(std::mem::take(&mut self.count)).unwrap_or(u64::MAX);
        let body = Bytes::from(std::mem::take(&mut self.batch));
        if count == 0 {
            return Ok(0);
        }
        let (status, answer) = self.ask(Method::POST, "/import/claude-code", body).await?;
        match status {
            StatusCode::OK => Ok(0),
            StatusCode::MULTI_STATUS => {
                let receipt: Value = serde_json::from_slice(&answer).unwrap_or_default();
                Ok(receipt.get("rejected").and_then(Value::as_u64).unwrap_or(count))
            }
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => Ok(count),
            _ => Err(self.stranger(status)),
        }
    }

    fn stranger(&self, status: StatusCode) -> ImportError {
        ImportError::Stranger { endpoint: self.endpoint.clone(), status: status.as_u16() }
    }

    /// Asks until there is an answer that is not "later".
    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), ImportError> {
        let mut wait = WAIT_MIN;
        for _ in 0..TRIES_MAX_COUNT {
            let answer = self.once(method.clone(), path, body.clone()).await;
            let asked = match answer {
                Some((status, body, _)) if !is_later(status) => {
                    self.reached = true;
                    return Ok((status, body));
                }
                Some((_, _, asked)) => {
                    self.reached = true;
                    asked
                }
                None if self.reached => None,
                None => {
                    return Err(ImportError::NoCollector { endpoint: self.endpoint.clone() });
                }
            };
            let pause = asked.unwrap_or(wait).min(WAIT_MAX);
            tokio::time::sleep_until(Instant::now() + pause).await;
            wait = wait.saturating_mul(2).min(WAIT_MAX);
        }
        Err(ImportError::Lost { endpoint: self.endpoint.clone() })
    }

    /// The status, the body, and how long it asks to wait.
    async fn once(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Option<(StatusCode, Bytes, Option<Duration>)> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.endpoint))
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .body(Full::new(body))
            .ok()?;
        let asked = async {
            let answer = self.client.request(request).await.ok()?;
            let (head, body) = answer.into_parts();
            let body = body.collect().await.ok()?.to_bytes();
            let asked = retry_after(&head.headers, &body);
            Some((head.status, body, asked))
        };
        timeout(ANSWER_WAIT_MAX, asked).await.ok()?
    }
}

/// Whether the same request may be taken later.
fn is_later(status: StatusCode) -> bool {
    matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
        || status.is_server_error()
}

/// What the collector asks for in milliseconds, else what it, or whoever stands before it, asks for
/// in seconds.
fn retry_after(headers: &HeaderMap, body: &[u8]) -> Option<Duration> {
    let said = serde_json::from_slice::<Value>(body).ok();
    let millis = said.as_ref().and_then(|said| said.get("retry_after_ms")?.as_u64());
    let seconds = || headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok();
    millis.map(Duration::from_millis).or_else(|| seconds().map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// Answers the first `answers` requests, each on a connection of its own, and then no more.
    async fn silent_after(answers: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut open = Vec::new();
            for nth in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                if nth < answers {
                    let mut part = [0; 4_096];
                    assert!(0 < stream.read(&mut part).await.unwrap());
                    let answer =
                        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(answer).await.unwrap();
                }
                open.push(stream);
            }
        });
        endpoint
    }

    #[tokio::test(start_paused = true)]
    async fn a_collector_that_does_not_answer_is_not_waited_for_for_ever() {
        let mut poster = Poster::new(&silent_after(0).await);
        let error = poster.known("session").await.unwrap_err();
        assert!(matches!(error, ImportError::NoCollector { .. }), "{error:?}");
        // Whatever the time is told to be, the first answer has to come in.
        tokio::time::resume();
        let mut poster = Poster::new(&silent_after(1).await);
        poster.add("{}").await.unwrap();
        assert_eq!(poster.flush().await.unwrap(), 0);
        tokio::time::pause();
        poster.add("{}").await.unwrap();
        let error = poster.flush().await.unwrap_err();
        assert!(matches!(error, ImportError::Lost { .. }), "{error:?}");
    }
}
