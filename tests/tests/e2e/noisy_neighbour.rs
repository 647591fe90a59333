//! One session that sends without end: it alone is turned away.

use std::time::Duration;

use banyan_tests::harness::{
    Client, Setup,
    events::{ndjson, thought},
};
use serde_json::{Value, json};

/// What one session may send at once.
const BURST: usize = 60_000;
/// What one request may hold.
const REQUEST: usize = 1_000;

async fn post(client: &Client, events: &[Value]) -> banyan_tests::harness::Answer {
    let headers = [("content-type", "application/x-ndjson")];
    client.send(hyper::Method::POST, "/events", &headers, ndjson(events)).await
}

fn thoughts(session: &str, from: usize, count: usize) -> Vec<Value> {
    (from..from + count).map(|n| thought(session, i64::try_from(n).unwrap(), "x")).collect()
}

#[tokio::test]
async fn noisy_neighbour() {
    // Time stands still, so that no bucket fills again.
    let banyan = Setup::default().clock("2026-01-02 03:04:05").start().await;
    let client = banyan.client();
    for request in 0..BURST / REQUEST {
        post(&client, &thoughts("noisy", request * REQUEST, REQUEST)).await.is(200);
    }
    let mut waits = Vec::new();
    for _ in 0..20 {
        let refused = post(&client, &thoughts("noisy", BURST, REQUEST)).await.is(429);
        let told = refused.json();
        assert_eq!((&told["error"], &told["stored"]), (&json!("session_rate"), &json!("no")));
        let wait = Duration::from_millis(told["retry_after_ms"].as_u64().unwrap());
        let seconds: u64 = refused.header("retry-after").parse().unwrap();
        assert!(wait <= Duration::from_secs(seconds), "{told}");
        waits.push(wait);
    }
    waits.sort_unstable();
    waits.dedup();
    assert!(1 < waits.len(), "those who were refused together must not return together");
    post(&client, &thoughts("quiet", 1, 1)).await.is(200);
    // A request is taken as a whole or not at all.
    let both = [thoughts("both", 1, 1), thoughts("noisy", BURST, 1)].concat();
    post(&client, &both).await.is(429);
    let metrics = client.get("/metrics").await.text();
    let count = |name: &str| -> usize {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)).unwrap_or(" 0");
        line.trim().parse().unwrap()
    };
    assert_eq!(count("banyan_events_received_total"), BURST + 20 * REQUEST + 3);
    assert_eq!(count("banyan_events_shed_total"), 20 * REQUEST + 2);
    assert_eq!(client.get("/sessions/both").await.status, 404);
    assert_eq!(client.session("quiet").await["session"]["own"]["events"], 1);
}
