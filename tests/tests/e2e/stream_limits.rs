//! Streams: how many there may be, what a slow reader costs, how a quiet one is kept.

use banyan_tests::harness::{
    Banyan, Raw, Sse, encoded,
    events::{ndjson, thought},
};
use hyper::Method;
use serde_json::json;

const STREAMS_MAX: usize = 1_000;

#[tokio::test]
async fn the_thousandth_reader_is_served_and_the_next_is_told_to_wait() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut streams = Vec::new();
    for _ in 0..STREAMS_MAX {
        let mut stream = Sse::open(&client, "/stream", None).await;
        assert_eq!(stream.status, 200, "stream {}", streams.len());
        assert_eq!(stream.next().await.expect("a greeting").json()["type"], "connected");
        streams.push(stream);
    }
    assert_eq!(client.json("/health").await["subscribers"], STREAMS_MAX);
    let refused = client.get("/stream").await.is(503);
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(refused.json()["retryable"], true);
    client.post(&thought("s", 1, "for all of you")).await;
    for stream in &mut streams {
        assert_eq!(stream.next_posted().await.expect("the event").1["sequence"], 1);
    }
    // Readers that leave make room.
    streams.truncate(STREAMS_MAX / 2);
    let room = async {
        while client.json("/health").await["subscribers"] != STREAMS_MAX / 2 {
            tokio::task::yield_now().await;
        }
    };
    banyan_tests::harness::within("readers to be missed", room).await;
    assert_eq!(Sse::open(&client, "/stream", None).await.status, 200);
}

#[tokio::test]
async fn stalled_readers_cost_no_memory_and_nobody_waits_for_them() {
    const MIB: u64 = 1024 * 1024;
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut stalled = Vec::new();
    for _ in 0..100 {
        let mut reader = Raw::open(banyan.address()).await;
        let host = banyan.address();
        assert!(reader.send(format!("GET /stream HTTP/1.1\r\nhost: {host}\r\n\r\n")).await);
        reader.until(|text| text.contains("connected")).await;
        stalled.push(reader);
    }
    let mut reader = Sse::open(&client, "/stream", None).await;
    let text = "y".repeat(1_000);
    let batch =
        |n: i64| ndjson(&(0..500).map(|m| thought("s", n * 500 + m, &text)).collect::<Vec<_>>());
    client.post_bytes("application/x-ndjson", batch(0)).await.is(200);
    let before = banyan.memory_peak_bytes();
    for n in 1..20 {
        client.post_bytes("application/x-ndjson", batch(n)).await.is(200);
    }
    for sequence in 0..10_000 {
        let (_, event) = reader.next_posted().await.expect("the stream goes on");
        assert_eq!(event["sequence"], sequence);
    }
    let grown = (banyan.memory_peak_bytes() - before) / MIB;
    // A queue of 10 MB for each of a hundred readers would be a gigabyte.
    assert!(grown < 128, "grew by {grown} MiB");
}

#[tokio::test]
async fn who_asks_after_a_cursor_gets_what_follows() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let first = client.post(&json!([thought("s", 1, "a"), thought("s", 2, "b")])).await;
    client.post(&json!([thought("s", 3, "c"), thought("s", 4, "d")])).await;
    let cursor = first["cursor"].as_str().expect("a cursor");
    let mut stream = Sse::open(&client, &format!("/stream?after={}", encoded(cursor)), None).await;
    for sequence in [3, 4] {
        assert_eq!(stream.next_posted().await.expect("an event").1["sequence"], sequence);
    }
    client.post(&thought("s", 5, "e")).await;
    assert_eq!(stream.next_posted().await.expect("an event").1["sequence"], 5);
}

#[tokio::test]
async fn who_is_too_far_behind_is_told_and_goes_on_from_now() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let first = client.post(&thought("s", 0, "long ago")).await;
    let cursor = first["cursor"].as_str().expect("a cursor");
    let batch = |n: i64| (n * 1_000 + 1..=n * 1_000 + 1_000).map(|m| thought("s", m, "x"));
    for n in 0..10 {
        let lines = ndjson(&batch(n).collect::<Vec<_>>());
        client.post_bytes("application/x-ndjson", lines).await.is(200);
    }
    // Read back, so that all of it is projected: exactly as far behind as may be.
    client.get("/sessions/s/missing").await.is(200);
    let mut stream = Sse::open(&client, "/stream", Some(cursor)).await;
    assert_eq!(stream.next_posted().await.expect("the second event").1["sequence"], 1);
    client.post(&thought("s", 20_000, "one more")).await;
    let mut stream = Sse::open(&client, "/stream", Some(cursor)).await;
    assert_eq!(stream.next().await.expect("a greeting").json()["type"], "connected");
    let told = stream.next().await.expect("a reset");
    assert_eq!(told.event.as_deref(), Some("reset"));
    assert_eq!(told.json()["reason"], "too_far_behind");
    client.post(&thought("s", 20_001, "from now on")).await;
    assert_eq!(stream.next_posted().await.expect("the next event").1["sequence"], 20_001);
}

#[tokio::test]
async fn a_quiet_stream_is_kept_alive() {
    let banyan = Banyan::start().await;
    let mut stream = Sse::open(&banyan.client(), "/stream", None).await;
    stream.next().await.expect("a greeting");
    assert!(stream.comment().await, "a ping within the test's patience");
}

#[tokio::test]
async fn a_stream_is_not_compressed_into_silence() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let headers = [("accept-encoding", "gzip, zstd"), ("accept", "text/event-stream")];
    let mut connection = client.connect().await;
    let ask = banyan_tests::harness::request(Method::GET, "/stream", &headers, "");
    let answer = connection.begin(ask).await.expect("an answer");
    assert!(answer.headers().get("content-encoding").is_none());
    assert_eq!(answer.headers()["cache-control"], "no-store");
}
