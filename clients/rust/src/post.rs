//! One request to the collector, and what its answer means for the events in it. HTTP/1.1 by hand:
//! one connection a batch, which spares agents a client library.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::{Duration, Instant},
};

use serde_json::Value;

const ANSWER_MAX_BYTES: u64 = 1024 * 1024;
const RETRY_AFTER_MAX_S: u64 = 30;
const WHY_MAX_CHARS: usize = 200;
/// As good as for ever, and still a time that a clock can name.
const WAIT_MAX: Duration = Duration::from_hours(24 * 365);

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Every event is durable, but for `rejected` ones, which are refused for good.
    Accepted {
        /// How many.
        rejected: usize,
    },
    /// The request will never be taken as it is.
    Refused(String),
    /// Nobody knows, or not now: send it again.
    Failed {
        /// For people.
        why: String,
        /// Not before.
        after: Duration,
        /// Nobody was there to answer.
        unreachable: bool,
    },
}

/// The end of a time that begins now, also of `Duration::MAX`.
pub(crate) fn end_of(time: Duration) -> Instant {
    Instant::now() + time.min(WAIT_MAX)
}

/// Sends NDJSON, or a single event as JSON, within `timeout`.
pub(crate) fn post(endpoint: &str, body: &str, events: usize, timeout: Duration) -> Answer {
    match exchange(endpoint, body, events, timeout) {
        Ok(answer) => judge(&answer).unwrap_or_else(|| failed("the answer was cut off", true)),
        Err(error) => {
            let slow = matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock);
            failed(&error.to_string(), !slow)
        }
    }
}

fn failed(why: &str, unreachable: bool) -> Answer {
    Answer::Failed { why: why.to_owned(), after: Duration::ZERO, unreachable }
}

fn exchange(endpoint: &str, body: &str, events: usize, timeout: Duration) -> io::Result<Vec<u8>> {
    let end = end_of(timeout);
    let (authority, prefix) = split(endpoint).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "the endpoint is not http://host:port")
    })?;
    let mut stream = connect(authority, end)?;
    let kind = if events == 1 { "application/json" } else { "application/x-ndjson" };
    let head = format!(
        "POST {prefix}/events HTTP/1.1\r\nHost: {authority}\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    write(&mut stream, head.as_bytes(), end)?;
    write(&mut stream, body.as_bytes(), end)?;
    let (mut answer, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        stream.set_read_timeout(Some(left(end)?))?;
        let Some(count) = uninterrupted(stream.read(&mut part))? else { continue };
        answer.extend(part.iter().take(count));
        let enough = ANSWER_MAX_BYTES < u64::try_from(answer.len()).unwrap_or(u64::MAX);
        if count == 0 || enough {
            return Ok(answer);
        }
    }
}

/// Not `write_all`: a collector that reads slowly has `end` for everything, not for each part.
fn write(stream: &mut TcpStream, mut bytes: &[u8], end: Instant) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.set_write_timeout(Some(left(end)?))?;
        match uninterrupted(stream.write(bytes))? {
            Some(0) => return Err(io::ErrorKind::WriteZero.into()),
            written => bytes = bytes.get(written.unwrap_or(0)..).unwrap_or_default(),
        }
    }
    Ok(())
}

/// `None` when a signal of the agent's came in between, which says nothing about the collector.
fn uninterrupted(done: io::Result<usize>) -> io::Result<Option<usize>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
        done => done.map(Some),
    }
}

/// `http://host:port/prefix/` → `host:port`, `/prefix`.
fn split(endpoint: &str) -> Option<(&str, &str)> {
    let rest = endpoint.strip_prefix("http://")?.trim_end_matches('/');
    let (authority, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let plain = !authority.is_empty() && rest.chars().all(|c| c.is_ascii_graphic());
    plain.then_some((authority, prefix))
}

fn connect(authority: &str, end: Instant) -> io::Result<TcpStream> {
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    let addresses = if has_port {
        authority.to_socket_addrs()
    } else {
        (authority.trim_matches(['[', ']']), 80).to_socket_addrs()
    };
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses? {
        match TcpStream::connect_timeout(&address, left(end)?) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn left(end: Instant) -> io::Result<Duration> {
    let left = end.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// `None` when it is not a whole answer.
fn judge(answer: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let (mut length, mut after_s) = (None, 0);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>().ok();
        } else if name.eq_ignore_ascii_case("retry-after") {
            after_s = value.trim().parse().unwrap_or(0);
        } else if name.eq_ignore_ascii_case("transfer-encoding") && !body.ends_with("0\r\n\r\n") {
            return None;
        }
    }
    if length.is_some_and(|length| body.len() < length) {
        return None;
    }
    let why = || format!("{status} {}", body.chars().take(WHY_MAX_CHARS).collect::<String>());
    Some(match status {
        200..300 => Answer::Accepted { rejected: rejected_in(body) },
        400 | 413 | 415 | 422 => Answer::Refused(why()),
        _ => Answer::Failed {
            why: why(),
            after: Duration::from_secs(after_s.min(RETRY_AFTER_MAX_S)),
            unreachable: false,
        },
    })
}

/// The receipt is the object in the body, with or without the marks of chunks around it.
fn rejected_in(body: &str) -> usize {
    let object = body.find('{').zip(body.rfind('}')).and_then(|(from, to)| body.get(from..=to));
    let receipt = object.and_then(|object| serde_json::from_str::<Value>(object).ok());
    let rejected = receipt.and_then(|receipt| receipt.get("rejected")?.as_u64());
    rejected.and_then(|rejected| usize::try_from(rejected).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged() {
        let refused = Answer::Refused("400 no".to_owned());
        let busy = Answer::Failed {
            why: "503 later".to_owned(),
            after: Duration::from_secs(7),
            unreachable: false,
        };
        for (answer, judged) in [
            ("HTTP/1.1 200 OK\r\n\r\n{}", Some(Answer::Accepted { rejected: 0 })),
            (
                "HTTP/1.1 207 x\r\nContent-Length: 14\r\n\r\n{\"rejected\":2}",
                Some(Answer::Accepted { rejected: 2 }),
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                 e\r\n{\"rejected\":3}\r\n0\r\n\r\n",
                Some(Answer::Accepted { rejected: 3 }),
            ),
            ("HTTP/1.1 400 x\r\n\r\nno", Some(refused)),
            ("HTTP/1.1 503 x\r\nretry-after: 7\r\n\r\nlater", Some(busy)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"rej", None),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ne\r\n{\"rej", None),
            ("HTTP/1.1 200 OK\r\nContent-", None),
            ("", None),
        ] {
            assert_eq!(judge(answer.as_bytes()), judged, "{answer}");
        }
    }

    #[test]
    fn endpoints_are_split() {
        for (endpoint, parts) in [
            ("http://127.0.0.1:4317", Some(("127.0.0.1:4317", ""))),
            ("http://host/", Some(("host", ""))),
            ("http://[::1]:80/a/b/", Some(("[::1]:80", "/a/b"))),
            ("https://host", None),
            ("http://", None),
            ("http://a\r\nb", None),
            ("nonsense", None),
        ] {
            assert_eq!(split(endpoint), parts, "{endpoint}");
        }
    }
}
