//! Types, encodings and sizes of bodies, one row a case.

use std::io::Write as _;

use axum::http::{HeaderName, HeaderValue};
use banyan_protocol::limits::{RATIO_FREE_BYTES, REQUEST_MAX_BYTES};
use flate2::{Compression, write::GzEncoder};

use super::*;

#[derive(Clone)]
struct Room(InFlight);

impl FromRef<Room> for InFlight {
    fn from_ref(room: &Room) -> Self {
        room.0.clone()
    }
}

async fn receive(headers: &[(&str, &str)], body: Body) -> Result<EventBody, ApiError> {
    let room = Room(InFlight::new(64 * 1024 * 1024));
    let mut request = Request::new(body);
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
    }
    let received = EventBody::from_request(request, &room).await;
    if received.is_err() {
        assert_eq!(room.0.taken_bytes(), 0);
    }
    received
}

async fn encoded(coding: &str, body: Vec<u8>) -> Result<Bytes, ApiError> {
    // In pieces, as it comes from a network.
    let pieces: Vec<_> = body
        .chunks(1_000)
        .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
        .collect();
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    receive(&[("content-encoding", coding)], body).await.map(|body| body.bytes)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Text that compresses about threefold.
fn prose(size: usize) -> Vec<u8> {
    (0_u64..)
        .flat_map(|n| blake3::hash(&n.to_le_bytes()).to_hex().to_string().into_bytes())
        .take(size)
        .collect()
}

#[tokio::test]
async fn content_types_say_how_a_body_is_cut() {
    for (headers, expected) in [
        (&[][..], Some(Framing::Json)),
        (&[("content-type", "application/json")], Some(Framing::Json)),
        (&[("content-type", "Application/JSON ; charset=utf-8")], Some(Framing::Json)),
        (&[("content-type", "application/x-ndjson")], Some(Framing::Ndjson)),
        (&[("content-type", "text/plain")], None),
        (&[("content-type", "application/x-www-form-urlencoded")], None),
        (&[("content-type", "multipart/form-data; boundary=x")], None),
        (&[("content-type", "application/jsonx")], None),
        (&[("content-type", "")], None),
        (&[("origin", "http://localhost:4317")], None),
        (&[("sec-fetch-site", "none")], None),
        (&[("sec-fetch-site", "none"), ("content-type", "application/json")], Some(Framing::Json)),
    ] {
        let received = receive(headers, Body::from("{}")).await;
        match expected {
            Some(framing) => assert_eq!(received.unwrap().framing, framing, "{headers:?}"),
            None => assert!(matches!(received, Err(ApiError::ContentType)), "{headers:?}"),
        }
    }
}

#[tokio::test]
async fn compressed_bodies_come_out_whole() {
    for size in [0, 1, 999, 200_000, 3_000_000] {
        let text = prose(size);
        assert_eq!(encoded("gzip", gzip(&text)).await.unwrap(), text, "gzip {size}");
        assert_eq!(encoded("zstd", zstd(&text)).await.unwrap(), text, "zstd {size}");
        assert_eq!(encoded("identity", text.clone()).await.unwrap(), text, "plain {size}");
        let twice = [gzip(&text), gzip(&text)].concat();
        assert_eq!(encoded("gzip", twice).await.unwrap(), text.repeat(2), "two members {size}");
        let twice = [zstd(&text), zstd(&text)].concat();
        assert_eq!(encoded("ZSTD", twice).await.unwrap(), text.repeat(2), "two frames {size}");
    }
}

#[tokio::test]
async fn cut_or_damaged_bodies_are_refused() {
    let text = prose(5_000);
    let (gz, zst) = (gzip(&text), zstd(&text));
    for (coding, body) in [
        ("gzip", vec![]),
        ("gzip", gz[..5].to_vec()),
        ("gzip", gz[..gz.len() / 2].to_vec()),
        ("gzip", gz[..gz.len() - 1].to_vec()),
        ("gzip", [&gz[..], b"more"].concat()),
        ("gzip", b"no gzip at all".to_vec()),
        ("zstd", vec![]),
        ("zstd", zst[..zst.len() / 2].to_vec()),
        ("zstd", zst[..zst.len() - 1].to_vec()),
        ("zstd", [&zst[..], b"more"].concat()),
        ("zstd", b"no zstd at all".to_vec()),
    ] {
        let size = body.len();
        let refused = encoded(coding, body).await;
        assert!(matches!(refused, Err(ApiError::Undecodable)), "{coding} {size}: {refused:?}");
    }
    for coding in ["br", "deflate", "gzip, gzip", "x"] {
        let refused = encoded(coding, vec![]).await;
        assert!(matches!(refused, Err(ApiError::ContentEncoding)), "{coding}");
    }
}

#[tokio::test]
async fn sizes_are_bounded_before_and_after_decompression() {
    let (largest, larger) = (prose(REQUEST_MAX_BYTES), prose(REQUEST_MAX_BYTES + 1));
    assert_eq!(encoded("identity", largest.clone()).await.unwrap().len(), REQUEST_MAX_BYTES);
    assert_eq!(encoded("gzip", gzip(&largest)).await.unwrap().len(), REQUEST_MAX_BYTES);
    let bomb = vec![b' '; 2 * RATIO_FREE_BYTES];
    for (coding, body) in [
        ("identity", larger.clone()),
        ("gzip", gzip(&larger)),
        ("zstd", zstd(&larger)),
        ("gzip", gzip(&bomb)),
        ("zstd", zstd(&bomb)),
    ] {
        assert!(matches!(encoded(coding, body).await, Err(ApiError::TooLarge)), "{coding}");
    }
    let small = vec![b' '; RATIO_FREE_BYTES];
    assert_eq!(encoded("zstd", zstd(&small)).await.unwrap().len(), RATIO_FREE_BYTES);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let silence =
        Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
    assert!(matches!(receive(&[], silence).await, Err(ApiError::BodyTimeout)));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let broken =
        futures_util::stream::iter([Ok(Bytes::from("{")), Err(std::io::Error::other("gone"))]);
    assert!(matches!(receive(&[], Body::from_stream(broken)).await, Err(ApiError::BodyCut)));
}

#[tokio::test]
async fn bodies_in_flight_are_bounded_together() {
    let room = Room(InFlight::new(10));
    let ask = |text: &'static str| EventBody::from_request(Request::new(Body::from(text)), &room);
    let first = ask("123456").await.unwrap();
    assert!(matches!(ask("12345").await, Err(ApiError::BodiesInFlight)));
    drop(first);
    assert!(ask("12345").await.is_ok());
}
