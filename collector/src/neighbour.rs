//! Asks whoever listens on a port of this machine who they are. Never writes, never waits long.
//!
//! This room knows no other.

use std::{fmt, io, net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, timeout_at},
};

/// How long an answer may take.
const ANSWER_PATIENCE: Duration = Duration::from_millis(800);
const INTRODUCTION_MAX_BYTES: usize = 4 * 1024;
/// Where OTLP exporters post to, and where therefore nobody else refuses a GET as such.
const OTLP_ROUTE: &str = "/v1/traces";

/// Who listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Neighbour {
    /// Nobody.
    Nobody,
    /// Nobody can: this machine does not have the address.
    NoAddress,
    /// One of us.
    Banyan {
        /// Of the program.
        version: String,
        /// Of the process.
        pid: u64,
    },
    /// The reference collector, or one like it.
    AopCollector {
        /// Of the program.
        version: String,
    },
    /// A collector of OpenTelemetry, over HTTP.
    OtlpCollector,
    /// HTTP/2 only, as OTLP collectors are on 4317.
    Grpc,
    /// Something else that speaks HTTP.
    Stranger,
    /// Something that does not.
    Silent,
}

/// An answer to a GET.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body, as far as it was wanted.
    pub body: String,
    /// From the first byte of the question to the last of the answer.
    pub took: Duration,
}

impl Neighbour {
    /// Asks whoever listens on `address` for `/health`, and strangers for what OTLP has.
    pub(crate) async fn at(address: SocketAddr) -> Self {
        let received = match received(address, "/health", INTRODUCTION_MAX_BYTES).await {
            Ok(received) => received,
            Err(error) => return Self::without_answer(error.kind()),
        };
        match Self::introduced(&received) {
            Self::Stranger => match get(address, OTLP_ROUTE, INTRODUCTION_MAX_BYTES).await {
                Some(Answer { status: 405, .. }) => Self::OtlpCollector,
                Some(_) | None => Self::Stranger,
            },
            other => other,
        }
    }

    fn without_answer(kind: io::ErrorKind) -> Self {
        match kind {
            io::ErrorKind::ConnectionRefused => Self::Nobody,
            io::ErrorKind::AddrNotAvailable
            | io::ErrorKind::Unsupported
            | io::ErrorKind::NetworkUnreachable => Self::NoAddress,
            _ => Self::Silent,
        }
    }

    /// Who answers this to `GET /health`.
    fn introduced(received: &[u8]) -> Self {
        if is_http2(received) {
            return Self::Grpc;
        }
        let Some((_, body)) = parse(received) else { return Self::Silent };
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or("unknown");
        let version = plain(text("version"));
        match (text("service"), json.get("pid").and_then(Value::as_u64)) {
            ("banyan", Some(pid)) => Self::Banyan { version, pid },
            _ if json.get("ok").is_some() && json.get("subscribers").is_some() => {
                Self::AopCollector { version }
            }
            _ => Self::Stranger,
        }
    }
}

/// What is answered to a GET, whoever answers; `None` when nothing is, in time or in HTTP.
pub(crate) async fn get(address: SocketAddr, path: &str, max_bytes: usize) -> Option<Answer> {
    let begun = Instant::now();
    let received = received(address, path, max_bytes).await.ok()?;
    let (status, body) = parse(&received)?;
    Some(Answer { status, body, took: begun.elapsed() })
}

/// What comes until the other side closes, says enough, or stops talking.
async fn received(address: SocketAddr, path: &str, max_bytes: usize) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + ANSWER_PATIENCE;
    let mut stream = timeout_at(deadline, TcpStream::connect(address)).await??;
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
    // Whoever does not like the request may still have said something.
    let sent = timeout_at(deadline, stream.write_all(request.as_bytes())).await?;
    let mut received = Vec::new();
    while received.len() < max_bytes {
        match timeout_at(deadline, stream.read_buf(&mut received)).await {
            Ok(Ok(size)) if 0 < size => {}
            Ok(Ok(_) | Err(_)) | Err(_) => break,
        }
    }
    if received.is_empty() {
        sent?;
    }
    Ok(received)
}

/// Status and body of an HTTP/1 answer.
fn parse(received: &[u8]) -> Option<(u16, String)> {
    let text = String::from_utf8_lossy(received);
    let status = text.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.get(..3)?.parse().ok()?;
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Some((status, body.to_owned()))
}

/// Whether this is the frame with which servers of HTTP/2 begin: `length (3 bytes) · 4`.
fn is_http2(received: &[u8]) -> bool {
    matches!(received, [0, _, _, 4, ..])
}

/// Somebody else's text, fit for a terminal.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(40).collect()
}

impl fmt::Display for Neighbour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Banyan { version, pid } => {
                write!(f, "Banyan {version} answers there, as pid {pid}")
            }
            Self::AopCollector { version } => {
                write!(f, "another AOP collector answers there, version {version}")
            }
            Self::OtlpCollector => f.write_str("an OTLP collector answers there"),
            Self::Grpc => f.write_str("a gRPC server answers there, such as an OTLP collector"),
            Self::Stranger => f.write_str("a program that is no AOP collector answers there"),
            Self::Nobody | Self::NoAddress | Self::Silent => {
                f.write_str("a program that does not answer GET /health")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn whoever_answers_is_introduced() {
        let head = "HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n";
        for (body, expected) in [
            (
                r#"{"ok":true,"service":"banyan","version":"1.2.3","pid":7}"#,
                "Banyan 1.2.3 answers there, as pid 7",
            ),
            (
                r#"{"ok":true,"version":"0.4.4\u001b[2J","subscribers":0}"#,
                "another AOP collector answers there, version 0.4.4[2J",
            ),
            ("<html>", "a program that is no AOP collector answers there"),
        ] {
            let introduced = Neighbour::introduced(format!("{head}{body}").as_bytes());
            assert_eq!(introduced.to_string(), expected);
        }
        for (received, expected) in [
            (&b"\0\0\x06\x04\0\0\0\0\0"[..], Neighbour::Grpc),
            (b"", Neighbour::Silent),
            (b"SSH-2.0-OpenSSH_9.9\r\n", Neighbour::Silent),
        ] {
            assert_eq!(Neighbour::introduced(received), expected);
        }
    }

    #[test]
    fn an_answer_is_a_status_and_a_body() {
        for (received, expected) in [
            ("HTTP/1.1 405 Method Not Allowed\r\na: b\r\n\r\n{}", Some((405, "{}"))),
            ("HTTP/1.0 200 OK\r\n", Some((200, ""))),
            ("HTTP/1.1 999999", Some((999, ""))),
            ("HTTP/2 200\r\n\r\n", None),
            ("", None),
        ] {
            let expected = expected.map(|(status, body)| (status, body.to_owned()));
            assert_eq!(parse(received.as_bytes()), expected, "{received}");
        }
    }

    /// Answers every question with `answer`, for as long as the test runs.
    async fn server(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut question = [0; 512];
                assert_ne!(stream.read(&mut question).await.unwrap(), 0);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn who_refuses_to_give_traces_takes_them() {
        let refuses = server("HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(Neighbour::at(refuses).await, Neighbour::OtlpCollector);
        let knows_nothing = server("HTTP/1.1 404 Not Found\r\n\r\n").await;
        assert_eq!(Neighbour::at(knows_nothing).await, Neighbour::Stranger);
    }

    #[tokio::test]
    async fn a_port_without_anybody_is_not_one_with_a_silent_program() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        assert_eq!(Neighbour::at(address).await, Neighbour::Silent);
        drop(silent);
        assert_eq!(Neighbour::at(address).await, Neighbour::Nobody);
    }
}
