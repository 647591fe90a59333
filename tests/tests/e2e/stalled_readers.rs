//! A reader that takes nothing for 30 s is let go; the others never notice.

use std::time::{Duration, Instant};

use banyan_tests::harness::{
    Banyan, Client, Raw, Setup, Sse,
    events::{ndjson, thought},
    within,
};

/// How many seconds pass for the collector in one of ours.
const HASTE: u32 = 10;
/// How long a reader may take nothing, by the collector's time.
const WRITE_STALL: Duration = Duration::from_secs(30);

/// A collector for which time flies, its timers included.
async fn hasty() -> Banyan {
    Setup::default()
        .env("LD_PRELOAD", "/usr/$LIB/faketime/libfaketime.so.1")
        .env("FAKETIME", format!("+0 x{HASTE}"))
        .start()
        .await
}

async fn subscribers(client: &Client) -> u64 {
    client.json("/health").await["subscribers"].as_u64().unwrap()
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_let_go_and_the_others_go_on() {
    const EVENTS: i64 = 500;
    let banyan = hasty().await;
    let client = banyan.client();
    let mut reader = Sse::open(&client, "/stream", None).await;
    let mut stalled = Raw::open(banyan.address()).await;
    let ask = format!("GET /stream HTTP/1.1\r\nhost: {}\r\n\r\n", banyan.address());
    assert!(stalled.send(ask).await);
    stalled.until(|text| text.contains("connected")).await;
    assert_eq!(subscribers(&client).await, 2);

    // More than any buffer between the two holds.
    let text = "z".repeat(40_000);
    let begun = Instant::now();
    for batch in 0..10 {
        let events: Vec<_> =
            (1..=EVENTS / 10).map(|n| thought("s", batch * (EVENTS / 10) + n, &text)).collect();
        client.post_bytes("application/x-ndjson", ndjson(&events)).await.is(200);
    }
    for sequence in 1..=EVENTS {
        let (_, event) = reader.next_posted().await.expect("the stream goes on");
        assert_eq!(event["sequence"], sequence);
    }
    let gone = async {
        while subscribers(&client).await == 2 {
            tokio::task::yield_now().await;
        }
    };
    within("the stalled reader to be let go", gone).await;
    let patience = begun.elapsed() * HASTE;
    assert!(WRITE_STALL <= patience, "it was let go after {patience:?} at most");
    assert_eq!(subscribers(&client).await, 1);
    client.post(&thought("s", EVENTS + 1, "still here?")).await;
    let (_, event) = reader.next_posted().await.expect("the stream goes on");
    assert_eq!(event["sequence"], EVENTS + 1);
}
