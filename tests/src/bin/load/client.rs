//! A keep-alive HTTP/1.1 connection that does as little as possible, so that what is measured is
//! the collector and not its client.

use std::io;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// One connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    address: String,
    request: Vec<u8>,
    received: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Its body as JSON.
    pub(crate) fn json(&self) -> io::Result<serde_json::Value> {
        serde_json::from_slice(&self.body).map_err(io::Error::other)
    }
}

impl Connection {
    /// Connects to `address` (`127.0.0.1:4317`).
    pub(crate) async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            address: address.to_owned(),
            request: Vec::with_capacity(64 * 1024),
            received: Vec::with_capacity(64 * 1024),
        })
    }

    /// Posts `body` to `/events`; returns the status.
    pub(crate) async fn post_events(&mut self, body: &[u8], content_type: &str) -> io::Result<u16> {
        self.post("/events", body, content_type).await.map(|answer| answer.status)
    }

    /// Posts `body` to `path`.
    pub(crate) async fn post(
        &mut self,
        path: &str,
        body: &[u8],
        content_type: &str,
    ) -> io::Result<Answer> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        self.exchange(head.as_bytes(), body).await
    }

    /// Gets `path`.
    pub(crate) async fn get(&mut self, path: &str) -> io::Result<Answer> {
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\n\r\n",
            self.address
        );
        self.exchange(head.as_bytes(), b"").await
    }

    async fn exchange(&mut self, head: &[u8], body: &[u8]) -> io::Result<Answer> {
        self.request.clear();
        self.request.extend_from_slice(head);
        self.request.extend_from_slice(body);
        self.stream.write_all(&self.request).await?;
        self.received.clear();
        loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = parse(&self.received)? {
                return Ok(answer);
            }
        }
    }

    /// Asks for an event stream; the bytes that follow are read with [`Connection::drain`].
    pub(crate) async fn subscribe(&mut self, path: &str) -> io::Result<u16> {
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\naccept: text/event-stream\r\n\r\n",
            self.address
        );
        self.stream.write_all(head.as_bytes()).await?;
        let mut received = Vec::with_capacity(4 * 1024);
        while !received.windows(4).any(|window| window == b"\r\n\r\n") {
            if self.stream.read_buf(&mut received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        status(&received)
    }

    /// Reads and throws away what has come; returns how much, 0 at the end of the stream.
    pub(crate) async fn drain(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer).await
    }
}

/// The answer in `received`, or `None` while it is not whole.
fn parse(received: &[u8]) -> io::Result<Option<Answer>> {
    let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (head, rest) = received.split_at(end + 4);
    let text = std::str::from_utf8(head).map_err(io::Error::other)?.to_ascii_lowercase();
    let body = if let Some(length) = header(&text, "content-length") {
        let length: usize = length.parse().map_err(io::Error::other)?;
        rest.get(..length).map(<[u8]>::to_vec)
    } else if header(&text, "transfer-encoding").is_some() {
        unchunk(rest)
    } else {
        Some(Vec::new())
    };
    match body {
        Some(body) => Ok(Some(Answer { status: status(head)?, body })),
        None => Ok(None),
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
}

fn status(head: &[u8]) -> io::Result<u16> {
    let digits = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| io::Error::other("not an HTTP answer"))
}

/// The body of a chunked answer, or `None` while its last chunk has not come.
fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    if !rest.ends_with(b"0\r\n\r\n") {
        return None;
    }
    let mut body = Vec::with_capacity(rest.len());
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let (size, behind) = rest.split_at(end);
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?.trim(), 16).ok()?;
        let chunk = behind.get(2..2 + size)?;
        body.extend_from_slice(chunk);
        rest = behind.get(2 + size + 2..)?;
        if size == 0 {
            return Some(body);
        }
    }
}
