//! Request bodies: content types, compression, and what is neither.

use std::io::Write as _;

use banyan_tests::harness::{
    Banyan,
    events::{ndjson, thought},
};
use flate2::{Compression, write::GzEncoder};
use hyper::Method;
use serde_json::json;

#[tokio::test]
async fn content_types_decide_how_a_body_is_read() {
    let banyan = Banyan::start().await;
    let one = thought("s", 1, "x").to_string();
    for (kind, status) in [
        (Some("application/json"), 200),
        (Some("application/json; charset=utf-8"), 200),
        (Some("APPLICATION/JSON"), 200),
        (Some("application/x-ndjson"), 200),
        (None, 200),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("multipart/form-data; boundary=x"), 415),
        (Some("application/jsonx"), 415),
        (Some("text/html"), 415),
    ] {
        let headers: Vec<_> = kind.iter().map(|kind| ("content-type", *kind)).collect();
        let answer = banyan.client().send(Method::POST, "/events", &headers, one.clone()).await;
        assert_eq!(answer.status, status, "{kind:?}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_browser_must_name_the_content_type() {
    let banyan = Banyan::start().await;
    let headers = [("sec-fetch-site", "same-origin")];
    let event = thought("s", 1, "x").to_string();
    banyan.client().send(Method::POST, "/events", &headers, event).await.is(415);
}

#[tokio::test]
async fn compressed_bodies_are_read() {
    let banyan = Banyan::start().await;
    let lines = ndjson(&[thought("s", 1, "one"), thought("s", 2, "two")]);
    for (coding, body) in [("gzip", gzip(lines.as_bytes())), ("zstd", zstd(lines.as_bytes()))] {
        let receipt = encoded(&banyan, coding, body).await.is(200).json();
        assert_eq!(receipt["accepted"], 2, "{coding}");
    }
    assert_eq!(banyan.client().session("s").await["session"]["own"]["events"], 2);
}

#[tokio::test]
async fn broken_compression_is_refused() {
    let banyan = Banyan::start().await;
    let whole = gzip(thought("s", 1, &"long enough ".repeat(200)).to_string().as_bytes());
    for (coding, body) in [
        ("gzip", whole[..whole.len() / 2].to_vec()),
        ("gzip", whole[..5].to_vec()),
        ("gzip", b"not gzip at all".to_vec()),
        ("zstd", b"not zstd at all".to_vec()),
        ("zstd", zstd(&[b'x'; 5_000])[..12].to_vec()),
    ] {
        encoded(&banyan, coding, body).await.is(400);
    }
    encoded(&banyan, "br", b"?".to_vec()).await.is(415);
    assert_eq!(banyan.client().json("/sessions").await["sessions"], json!([]));
}

#[tokio::test]
async fn bombs_do_not_fill_the_memory() {
    const MIB: u64 = 1024 * 1024;
    let banyan = Banyan::start().await;
    // Warm what any request makes: the first megabyte through the decoder.
    encoded(&banyan, "gzip", gzip(&vec![b' '; 1024 * 1024])).await;
    let before = banyan.memory_peak_bytes();
    for (coding, bomb) in [("gzip", gzip(&spaces(128))), ("zstd", zstd(&spaces(128)))] {
        encoded(&banyan, coding, bomb).await.is(413);
    }
    let grown = banyan.memory_peak_bytes() - before;
    assert!(grown <= 16 * MIB, "two bombs of 128 MiB cost {} MiB", grown / MIB);
    let before = banyan.memory_peak_bytes();
    for (kind, bomb) in many_spans() {
        let headers = [("content-type", kind)];
        let answer = banyan.client().send(Method::POST, "/v1/traces", &headers, bomb).await;
        let told = answer.is(413);
        assert!(told.text().contains("50,000"), "{}", told.text());
    }
    // The request itself, which may have 16 MiB, and what is left of the one before it.
    let grown = banyan.memory_peak_bytes() - before;
    assert!(grown <= 48 * MIB, "requests of too many spans cost {} MiB", grown / MIB);
}

/// Requests of 16 MiB with as many spans, resources or scopes as fit.
fn many_spans() -> Vec<(&'static str, Vec<u8>)> {
    const FILL: usize = 15 * 1024 * 1024;
    const PROTOBUF: &str = "application/x-protobuf";
    let field = |tag: u8, inside: Vec<u8>| {
        let length = [0, 7, 14, 21].map(|bits| (inside.len() >> bits).to_le_bytes()[0] | 0x80);
        [&[tag << 3 | 2], &length[..], &[0], &inside].concat()
    };
    let json = |open: &str, one: &str, close: &str| {
        format!("{open}{}{one}{close}", format!("{one},").repeat(FILL / (one.len() + 1)))
    };
    let spans = field(1, field(2, [0x12, 0].repeat(FILL / 2)));
    let resources = [0x0a, 0].repeat(FILL / 2);
    let zeros = json(r#"{"resourceSpans":[{"scopeSpans":[{"spans":["#, "0", "]}]}]}");
    let scopes = json(r#"{"resourceSpans":[{"scopeSpans":["#, "{}", "]}]}");
    vec![
        (PROTOBUF, spans),
        (PROTOBUF, resources),
        ("application/json", zeros.into_bytes()),
        ("application/json", scopes.into_bytes()),
    ]
}

#[tokio::test]
async fn answers_are_compressed_when_asked() {
    let banyan = Banyan::start().await;
    let events: Vec<_> = (0..50).map(|n| thought("s", n, "much the same text again")).collect();
    banyan.client().post(&json!(events)).await;
    let plain = banyan.client().get("/sessions/s").await.is(200);
    let headers = [("accept-encoding", "gzip")];
    let small = banyan.client().send(Method::GET, "/sessions/s", &headers, "").await.is(200);
    assert_eq!(small.header("content-encoding"), "gzip");
    assert!(small.body.len() < plain.body.len() / 4, "{} bytes", small.body.len());
}

async fn encoded(banyan: &Banyan, coding: &str, body: Vec<u8>) -> banyan_tests::harness::Answer {
    let headers = [("content-type", "application/x-ndjson"), ("content-encoding", coding)];
    banyan.client().send(Method::POST, "/events", &headers, body).await
}

fn spaces(mib: usize) -> Vec<u8> {
    vec![b' '; mib * 1024 * 1024]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}
