//! A reader of server-sent events.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::{HeaderMap, Method, body::Incoming};
use serde_json::Value;

use super::{Client, Connection, client::request, within};

/// One dispatched message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The last `id:` seen.
    pub id: Option<String>,
    /// Its `event:`, if any.
    pub event: Option<String>,
    /// Its data.
    pub data: String,
}

impl Message {
    /// The data as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {}", self.data))
    }

    /// The event in it, if it carries one.
    pub fn posted(&self) -> Option<Value> {
        let mut data: Value = serde_json::from_str(&self.data).ok()?;
        (data["kind"] == "event").then(|| data["data"].take())
    }
}

/// An open stream.
#[derive(Debug)]
pub struct Sse {
    /// Status of the answer.
    pub status: u16,
    /// Headers of the answer.
    pub headers: HeaderMap,
    body: Incoming,
    buffer: Vec<u8>,
    /// Bytes of the body read so far.
    pub received_bytes: usize,
    last_id: Option<String>,
    _connection: Connection,
}

impl Sse {
    /// Opens `path` as an `EventSource` would, going on behind `last_id`.
    pub async fn open(client: &Client, path: &str, last_id: Option<&str>) -> Self {
        let mut headers = vec![("accept", "text/event-stream")];
        headers.extend(last_id.map(|id| ("last-event-id", id)));
        let mut connection = client.connect().await;
        let ask = request(Method::GET, path, &headers, Bytes::new());
        let answer = within("the stream", connection.begin(ask)).await.expect("an answer");
        Self {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.into_body(),
            buffer: Vec::new(),
            received_bytes: 0,
            last_id: last_id.map(ToOwned::to_owned),
            _connection: connection,
        }
    }

    /// The next message; `None` at the end of the stream. Comments are skipped.
    pub async fn next(&mut self) -> Option<Message> {
        // Pings do not count: a stream that only pings has no next message.
        within("a message of the stream", self.read_next()).await
    }

    /// The id that a browser would go on behind.
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    async fn read_next(&mut self) -> Option<Message> {
        loop {
            while let Some(block) = self.block() {
                if let Some(message) = self.read(&block) {
                    return Some(message);
                }
            }
            if !self.more().await {
                return None;
            }
        }
    }

    /// The next event that an agent posted.
    pub async fn next_posted(&mut self) -> Option<(String, Value)> {
        loop {
            let message = self.next().await?;
            if let Some(event) = message.posted() {
                return Some((message.id.unwrap_or_default(), event));
            }
        }
    }

    /// Reads raw bytes until a comment (`: ping`) came; `false` at the end of the stream.
    pub async fn comment(&mut self) -> bool {
        loop {
            if self.buffer.windows(2).any(|two| two == b"\n:") || self.buffer.starts_with(b":") {
                return true;
            }
            if !self.more().await {
                return false;
            }
        }
    }

    async fn more(&mut self) -> bool {
        let frame = within("the stream to go on", self.body.frame()).await;
        let Some(Ok(frame)) = frame else { return false };
        if let Ok(data) = frame.into_data() {
            self.received_bytes += data.len();
            self.buffer.extend_from_slice(&data);
        }
        true
    }

    /// Takes one block, up to its blank line.
    fn block(&mut self) -> Option<String> {
        let end = self.buffer.windows(2).position(|two| two == b"\n\n")?;
        let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
        Some(String::from_utf8(block).expect("a stream is UTF-8"))
    }

    fn read(&mut self, block: &str) -> Option<Message> {
        let (mut event, mut data) = (None, None::<String>);
        for line in block.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => self.last_id = Some(value.to_owned()),
                "event" => event = Some(value.to_owned()),
                "data" => data = Some(data.map_or(value.to_owned(), |data| data + "\n" + value)),
                _ => {}
            }
        }
        Some(Message { id: self.last_id.clone(), event, data: data? })
    }
}
