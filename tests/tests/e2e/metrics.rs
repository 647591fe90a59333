//! R6: received = accepted + duplicate + variant + rejected + shed, and `/metrics` shows it.

use banyan_tests::harness::{
    Banyan, Client,
    events::{With as _, thought},
};
use serde_json::json;

/// received, accepted, duplicate, variant, rejected, shed.
async fn counted(client: &Client) -> [u64; 6] {
    let text = client.get("/metrics").await.is(200).text();
    ["received", "accepted", "duplicate", "variant", "rejected", "shed"].map(|outcome| {
        let name = format!("banyan_events_{outcome}_total ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.map_or(0, |value| value.parse().expect("a number"))
    })
}

#[tokio::test]
async fn every_event_received_is_accounted_for() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    assert_eq!(counted(&client).await, [0; 6]);
    client.post(&json!([thought("s", 1, "a"), thought("s", 2, "b")])).await;
    client.post(&thought("s", 1, "a")).await;
    client.post(&thought("s", 1, "another")).await;
    client.offer(&json!([thought("s", 3, "c"), thought("s", 4, "d").with("spec", "x")])).await;
    client.offer(&json!([])).await;
    assert_eq!(counted(&client).await, [7, 3, 1, 1, 2, 0]);
    client.delete("/sessions/s").await.is(200);
    client.post(&thought("s", 5, "too late")).await;
    assert_eq!(counted(&client).await, [8, 3, 2, 1, 2, 0]);
}

#[tokio::test]
async fn what_another_process_received_is_not_counted_again() {
    let banyan = Banyan::start().await;
    banyan.client().post(&json!([thought("s", 1, "a"), thought("s", 1, "a")])).await;
    let banyan = banyan.restart().await;
    banyan.client().post(&thought("s", 2, "b")).await;
    assert_eq!(counted(&banyan.client()).await, [1, 1, 0, 0, 0, 0]);
}
