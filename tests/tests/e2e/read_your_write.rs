//! ACK-3: a request that starts after an acknowledgement sees that event, on every route.

use banyan_tests::harness::{
    Banyan,
    events::{ndjson, thought},
};
use serde_json::Value;

#[tokio::test]
async fn every_route_sees_what_was_acknowledged() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut writer = client.connect().await;
    for number in 1..=150_i64 {
        let answer = writer.post(&thought("s", number, &format!("nr {number}"))).await.unwrap();
        assert_eq!(answer.status, 200);
        let count = match number % 5 {
            0 => client.session("s").await["events"].as_array().map_or(0, Vec::len),
            1 => count(&client.json("/sessions").await["sessions"][0]["own"]["events"]),
            2 => client.get("/sessions/s/export").await.is(200).text().lines().count(),
            3 => count(&client.json("/sessions/s/tree").await["session"]["own"]["events"]),
            _ => client.json("/events?limit=1000").await["events"].as_array().map_or(0, Vec::len),
        };
        assert_eq!(i64::try_from(count).unwrap(), number, "by way {}", number % 5);
    }
    let page = client.page("/s/s").await.is(200).text();
    assert!(page.contains("nr 150"), "the page shows the newest event");
}

#[tokio::test]
async fn also_behind_a_burst() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for batch in 0..20 {
        let events: Vec<_> = (0..500).map(|n| thought("s", batch * 500 + n, "burst")).collect();
        client.post_bytes("application/x-ndjson", ndjson(&events)).await.is(200);
    }
    assert_eq!(count(&client.session("s").await["session"]["own"]["events"]), 10_000);
}

fn count(value: &Value) -> usize {
    value.as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default()
}
