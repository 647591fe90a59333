//! An HTTP client with full control over path, headers and bytes.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;

use super::{Answer, within};

/// The path of something about a session: `path_of("/sessions", "a/b", "/tree")`.
pub fn path_of(before: &str, id: &str, behind: &str) -> String {
    format!("{before}/{}{behind}", encoded(id))
}

/// `text` with everything but letters and digits percent-encoded.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// Asks one collector, each time on a connection of its own.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
}

impl Client {
    /// Asks the collector at `address`.
    pub const fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Where it asks.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A connection that is kept.
    pub async fn connect(&self) -> Connection {
        within("a connection", Connection::open(self.address)).await.expect("it listens")
    }

    /// `GET path`
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    /// `GET path` as a browser asks for a page.
    pub async fn page(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[("accept", "text/html")], Bytes::new()).await
    }

    /// The JSON of a successful `GET path`.
    pub async fn json(&self, path: &str) -> Value {
        self.get(path).await.is(200).json()
    }

    /// A session as `GET /sessions/{id}` tells it: `session`, `events`, `alerts`.
    pub async fn session(&self, id: &str) -> Value {
        self.json(&path_of("/sessions", id, "")).await
    }

    /// `DELETE path`
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], Bytes::new()).await
    }

    /// Waits until a search finds every event so far: the index follows behind the trees.
    pub async fn searchable(&self) {
        const LAGS: &str = "by their text yet";
        while self.page("/search?q=pos%3E0").await.is(200).text().contains(LAGS) {}
    }

    /// Posts an event or an array of them, waits for the projection; the receipt must be good.
    pub async fn post(&self, events: &Value) -> Value {
        self.offer(events).await.is(200).json()
    }

    /// Posts an event or an array of them and waits for the projection.
    pub async fn offer(&self, events: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("prefer", "wait")];
        self.send(Method::POST, "/events", &headers, events.to_string()).await
    }

    /// Posts `body` as it is.
    pub async fn post_bytes(&self, content_type: &str, body: impl Into<Bytes>) -> Answer {
        self.send(Method::POST, "/events", &[("content-type", content_type)], body).await
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let asked = format!("{method} {path}");
        let mut connection = self.connect().await;
        match connection.send(request(method, path, headers, body)).await {
            Ok(answer) => answer,
            Err(error) => panic!("{asked}: {error}"),
        }
    }
}

/// A request; a `host` among `headers` replaces the true one.
pub fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request<Full<Bytes>> {
    let ask = Request::builder().method(method).uri(path);
    headers
        .iter()
        .fold(ask, |ask, (name, value)| ask.header(*name, *value))
        .body(Full::new(body.into()))
        .expect("a request that HTTP allows")
}

/// One kept connection.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    /// Connects to `address`.
    pub async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(socket)).await.map_err(std::io::Error::other)?;
        // Ends with the connection; how it ended is seen by whoever waits for an answer.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self { sender, host: address.to_string() })
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> hyper::Result<Answer> {
        let asked = format!("{} {}", request.method(), request.uri());
        within(&asked.clone(), async {
            let response = self.begin(request).await?;
            let (head, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok(Answer { asked, status: head.status.as_u16(), headers: head.headers, body })
        })
        .await
    }

    /// Posts events without waiting for the projection.
    pub async fn post(&mut self, events: &Value) -> hyper::Result<Answer> {
        let headers = [(CONTENT_TYPE.as_str(), "application/json")];
        self.send(request(Method::POST, "/events", &headers, events.to_string())).await
    }

    /// Sends a request; the body of the answer is still to be read.
    pub async fn begin(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        if !request.headers().contains_key(HOST) {
            request.headers_mut().insert(HOST, self.host.parse().expect("an address"));
        }
        self.sender.ready().await?;
        self.sender.send_request(request).await
    }
}
