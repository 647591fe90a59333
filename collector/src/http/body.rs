//! The body of a request that records something: its type, its encoding, its size and its time,
//! all bounded.
//!
//! When this is done the client may leave: whatever follows needs nothing more from it.

mod decode;
mod in_flight;

use std::time::Duration;

use axum::{
    body::{Body, HttpBody as _},
    extract::{FromRef, FromRequest, Request},
    http::{HeaderMap, header},
};
use banyan_protocol::limits::{BODY_READ_MAX_MS, REQUEST_MAX_BYTES};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

use super::{error::ApiError, guard::is_browser};
use crate::ingest::Framing;

use decode::Decoder;
pub(super) use in_flight::{InFlight, Reservation};

/// A whole body, decompressed.
#[derive(Debug)]
pub(super) struct EventBody {
    /// What was sent.
    pub(super) bytes: Bytes,
    /// How it is cut into events.
    pub(super) framing: Framing,
    /// Its share of the memory set aside for bodies, until it is dropped.
    _share: Reservation,
}

impl<S> FromRequest<S> for EventBody
where
    InFlight: FromRef<S>,
    S: Sync,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let framing = framing(&head.headers)?;
        let in_flight = InFlight::from_ref(state);
        let limits = (REQUEST_MAX_BYTES, Duration::from_millis(BODY_READ_MAX_MS));
        let (bytes, share) = receive(&head.headers, body, &in_flight, limits).await?;
        Ok(Self { bytes, framing, _share: share })
    }
}

/// A whole body, decompressed, with its share of the memory set aside for bodies. It may have so
/// many bytes, as it travels and decompressed, and take so long.
pub(super) async fn receive(
    headers: &HeaderMap,
    mut body: Body,
    in_flight: &InFlight,
    (max_bytes, limit): (usize, Duration),
) -> Result<(Bytes, Reservation), ApiError> {
    let decoder = Decoder::of(headers, max_bytes)?;
    let share = in_flight.reserve(0)?;
    match tokio::time::timeout(limit, collect(&mut body, decoder, (share, max_bytes))).await {
        Ok(Ok(received)) => Ok(received),
        Ok(Err(ApiError::TooLarge)) => {
            // Who is still sending would not hear the answer: take the rest, up to a point.
            tokio::time::timeout(limit, discard(&mut body, max_bytes)).await.ok();
            Err(ApiError::TooLarge)
        }
        Ok(Err(error)) => Err(error),
        Err(_elapsed) => Err(ApiError::BodyTimeout),
    }
}

/// JSON or NDJSON; who says nothing means JSON, unless it is a browser, whose pages can send
/// untyped bodies across origins.
fn framing(headers: &HeaderMap) -> Result<Framing, ApiError> {
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return if is_browser(headers) { Err(ApiError::ContentType) } else { Ok(Framing::Json) };
    };
    let essence = content_type.to_str().ok().and_then(|text| text.split(';').next()).map(str::trim);
    match essence {
        Some(json) if json.eq_ignore_ascii_case("application/json") => Ok(Framing::Json),
        Some(lines) if lines.eq_ignore_ascii_case("application/x-ndjson") => Ok(Framing::Ndjson),
        Some(_) | None => Err(ApiError::ContentType),
    }
}

/// Everything that the client sends, decompressed as it comes.
async fn collect(
    body: &mut Body,
    decoder: Option<Decoder>,
    (mut share, max_bytes): (Reservation, usize),
) -> Result<(Bytes, Reservation), ApiError> {
    let announced = body.size_hint().lower();
    if usize::try_from(announced).map_or(true, |announced| max_bytes < announced) {
        return Err(ApiError::TooLarge);
    }
    let Some(mut decoder) = decoder else {
        let bytes = collect_plain(body, &mut share, max_bytes).await?;
        return Ok((bytes, share));
    };
    while let Some(chunk) = next(body).await? {
        decoder.write(&chunk)?;
        share.grow_to(decoder.held_bytes())?;
    }
    Ok((decoder.finish()?, share))
}

async fn collect_plain(
    body: &mut Body,
    share: &mut Reservation,
    max_bytes: usize,
) -> Result<Bytes, ApiError> {
    let Some(first) = next(body).await? else { return Ok(Bytes::new()) };
    share.grow_to(first.len())?;
    let Some(second) = next(body).await? else {
        // A copy: the connection's buffer, which is far larger, would be kept with the event.
        return Ok(Bytes::copy_from_slice(&first));
    };
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(0);
    let mut all = BytesMut::with_capacity(first.len() + second.len() + announced.min(max_bytes));
    all.extend_from_slice(&first);
    let mut chunk = Some(second);
    while let Some(bytes) = chunk {
        if max_bytes < all.len() + bytes.len() {
            return Err(ApiError::TooLarge);
        }
        share.grow_to(all.len() + bytes.len())?;
        all.extend_from_slice(&bytes);
        chunk = next(body).await?;
    }
    Ok(all.freeze())
}

/// The next piece of data; trailers are passed over.
async fn next(body: &mut Body) -> Result<Option<Bytes>, ApiError> {
    while !body.is_end_stream() {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(_broken)) => return Err(ApiError::BodyCut),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
    Ok(None)
}

async fn discard(body: &mut Body, max_bytes: usize) {
    let mut left = 4 * max_bytes;
    while let Ok(Some(chunk)) = next(body).await {
        let Some(rest) = left.checked_sub(chunk.len()) else { return };
        left = rest;
    }
}

#[cfg(test)]
mod tests;
