//! A long body in pieces: JSON is written once and never moved, however long it gets; where it may
//! be megabytes, its beginning is on the way while its end is still being written.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    http::{HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::stream;
use hyper::body::{Frame, SizeHint};
use serde::Serialize;
use tokio::sync::mpsc::unbounded_channel;

use super::error::ApiError;

/// A piece is closed when it has grown to this size.
const PIECE_BYTES: usize = 128 * 1024;
/// Room in a piece for what is written last.
const MARGIN_BYTES: usize = 8 * 1024;

/// Writes pieces: each is given to `full` as soon as it has grown to its size.
#[derive(Debug)]
struct Pieces<F> {
    open: Vec<u8>,
    full: F,
}

/// The body that gives them, of known length.
#[derive(Debug)]
struct InPieces {
    pieces: std::vec::IntoIter<Bytes>,
    left_bytes: u64,
}

/// `200` with `answer` as JSON.
pub(super) fn json(answer: &impl Serialize) -> Response {
    let mut written = Vec::new();
    let keep = |piece| {
        written.push(piece);
        Ok(())
    };
    if let Err(error) = Pieces::new(keep).write_json(answer) {
        tracing::error!(%error, "an answer cannot be written as JSON");
        return ApiError::Panicked.into_response();
    }
    let left_bytes = written.iter().map(length).sum();
    response(Body::new(InPieces { pieces: written.into_iter(), left_bytes }))
}

/// `200` with `answer` as JSON, each piece sent as soon as it is full. Written apart from whatever
/// answers others; what the reader does not take waits in memory, as the whole of it would.
pub(super) fn json_at_length(answer: impl Serialize + Send + 'static) -> Response {
    let (sender, mut pieces) = unbounded_channel();
    tokio::task::spawn_blocking(move || {
        let left = || io::Error::from(io::ErrorKind::BrokenPipe);
        let send = |piece| sender.send(Ok(piece)).map_err(|_left| left());
        match Pieces::new(send).write_json(&answer) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                tracing::error!(%error, "an answer cannot be written as JSON");
                // Without its proper end the reader knows that something is missing.
                let _left = sender.send(Err(error));
            }
            Ok(()) | Err(_) => {}
        }
    });
    response(Body::from_stream(stream::poll_fn(move |context| pieces.poll_recv(context))))
}

fn response(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

impl<F: FnMut(Bytes) -> io::Result<()>> Pieces<F> {
    fn new(full: F) -> Self {
        Self { open: Vec::new(), full }
    }

    /// Writes `answer`, and gives the last piece.
    fn write_json(mut self, answer: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self, answer)?;
        (self.full)(self.open.into())
    }
}

impl<F: FnMut(Bytes) -> io::Result<()>> io::Write for Pieces<F> {
    fn write(&mut self, written: &[u8]) -> io::Result<usize> {
        self.write_all(written).map(|()| written.len())
    }

    // JSON is written in millions of small parts, which the provided one would loop over.
    #[inline]
    fn write_all(&mut self, written: &[u8]) -> io::Result<()> {
        self.open.extend_from_slice(written);
        if self.open.len() < PIECE_BYTES {
            return Ok(());
        }
        let next = Vec::with_capacity(PIECE_BYTES + MARGIN_BYTES);
        (self.full)(std::mem::replace(&mut self.open, next).into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl hyper::body::Body for InPieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.pieces.next();
        self.left_bytes = self.left_bytes.saturating_sub(piece.as_ref().map_or(0, length));
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left_bytes == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left_bytes)
    }
}

fn length(piece: &Bytes) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use hyper::body::Body as _;

    use super::*;

    #[tokio::test]
    async fn a_body_in_pieces_is_the_same_body() {
        for count in [0_usize, 1, 3_000, 100_000] {
            let answer: Vec<usize> = (0..count).collect();
            let expected = serde_json::to_vec(&answer).unwrap();
            let response = json(&answer);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
            let length = u64::try_from(expected.len()).unwrap();
            assert_eq!(response.body().size_hint().exact(), Some(length));
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, expected);
            let response = json_at_length(answer);
            assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, expected);
        }
    }

    /// Many numbers, and then something that cannot be written.
    struct Torn;

    impl Serialize for Torn {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let whole = (0..100_000).map(Ok).chain([Err("no more")]);
            serializer.collect_seq(whole.map(Element))
        }
    }

    struct Element(Result<i32, &'static str>);

    impl Serialize for Element {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_i32(self.0.map_err(serde::ser::Error::custom)?)
        }
    }

    #[tokio::test]
    async fn an_answer_that_cannot_be_finished_does_not_look_finished() {
        let body = json_at_length(Torn).into_body();
        assert!(body.collect().await.is_err());
    }
}
