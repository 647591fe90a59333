//! ORD-2: a reader behind a cursor sees exactly what follows it, each event once, in order,
//! across reconnects and restarts.

use banyan_tests::harness::{
    Banyan, Client, Sse, encoded,
    events::{event, thought},
};
use serde_json::{Value, json};

use super::{hooks, otlp};

/// Sizes after which a reader loses its connection: a fixed walk that looks random.
fn cuts() -> impl Iterator<Item = usize> {
    std::iter::successors(Some(7_u64), |n| Some(n.wrapping_mul(6_364_136_223_846_793_005) + 1))
        .map(|n| usize::try_from((n >> 33) % 4_000).unwrap())
}

fn batch(from: i64, count: i64) -> Value {
    let sized = |n: i64| "é".repeat(usize::try_from(n * 37 % 300).unwrap());
    json!(
        (from..from + count)
            .map(|n| thought(&format!("s{}", n % 3), n, &sized(n)))
            .collect::<Vec<_>>()
    )
}

#[tokio::test]
async fn a_stream_cut_anywhere_goes_on_without_loss() {
    let mut banyan = Banyan::start().await;
    let (mut sequences, mut cuts, mut sent) = (Vec::new(), cuts(), 0);
    let mut stream = Sse::open(&banyan.client(), "/stream", None).await;
    // The greeting has an id as well: a reader that is cut off at once misses nothing.
    assert_eq!(stream.next().await.expect("a greeting").json()["type"], "connected");
    for round in 1..=12 {
        banyan.client().post(&batch(sent + 1, 25)).await;
        sent += 25;
        let budget = cuts.next().unwrap();
        while stream.received_bytes < budget && sequences.len() < usize::try_from(sent).unwrap() {
            let (_, event) = stream.next_posted().await.expect("the stream goes on");
            sequences.push(event["sequence"].as_i64().unwrap());
        }
        let last_id = stream.last_id().map(str::to_owned);
        assert!(last_id.is_some());
        drop(stream);
        if round % 4 == 0 {
            banyan = banyan.restart().await;
        }
        stream = Sse::open(&banyan.client(), "/stream", last_id.as_deref()).await;
    }
    while sequences.len() < usize::try_from(sent).unwrap() {
        let (_, event) = stream.next_posted().await.expect("the stream goes on");
        sequences.push(event["sequence"].as_i64().unwrap());
    }
    assert_eq!(sequences, (1..=sent).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_log_route_gives_each_event_once_in_order() {
    let mut banyan = Banyan::start().await;
    for round in 0..6 {
        // Every batch comes twice; the second time it changes nothing.
        banyan.client().post(&batch(round * 50 + 1, 50)).await;
        banyan.client().post(&batch(round * 50 + 1, 50)).await;
        if round == 3 {
            banyan = banyan.restart().await;
        }
    }
    for limit in [1, 7, 100, 1_000] {
        let (sequences, positions) = walk(&banyan.client(), limit).await;
        assert_eq!(sequences, (1..=300).collect::<Vec<_>>(), "limit {limit}");
        assert!(positions.is_sorted_by(|a, b| a < b), "limit {limit}");
    }
}

/// Everything that the log route gives in pages of `limit`.
async fn pages(client: &Client, limit: usize) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let mut page = client.json(&format!("/events?limit={limit}{after}")).await;
        let events = page["events"].as_array_mut().expect("events");
        if events.is_empty() {
            return all;
        }
        all.append(events);
        after = format!("&after={}", encoded(page["next"].as_str().expect("a cursor")));
    }
}

async fn walk(client: &Client, limit: usize) -> (Vec<i64>, Vec<i64>) {
    let all = pages(client, limit).await;
    let number = |number: &Value| number.as_i64().unwrap();
    let sequences = all.iter().map(|recorded| number(&recorded["event"]["sequence"])).collect();
    (sequences, all.iter().map(|recorded| number(&recorded["position"])).collect())
}

/// A collector whose log has entries that tell of several events: hooks and spans.
async fn entries_of_several_events() -> (Banyan, Vec<Value>) {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    hooks::post_captures(&client).await;
    let headers = [("content-type", "application/json")];
    let trace = otlp::trace().to_string();
    client.send(hyper::Method::POST, "/v1/traces", &headers, trace).await.is(200);
    let all = pages(&client, 1_000).await;
    let shared = all.windows(2).filter(|two| two[0]["cursor"] == two[1]["cursor"]).count();
    assert!(3 < shared, "{shared} of {} events share a cursor with another", all.len());
    (banyan, all)
}

#[tokio::test]
async fn the_log_route_gives_every_event_of_an_entry() {
    let (banyan, all) = entries_of_several_events().await;
    for limit in [1, 2, 3, 7] {
        assert_eq!(pages(&banyan.client(), limit).await, all, "limit {limit}");
    }
}

#[tokio::test]
async fn a_stream_goes_on_behind_every_id_that_it_gave() {
    let (banyan, all) = entries_of_several_events().await;
    let first = all.first().expect("an event")["cursor"].as_str().expect("a cursor");
    let client = banyan.client();
    let mut ids = vec![first.to_owned()];
    for at in 0.. {
        let Some(id) = ids.get(at).cloned() else { break };
        let last = all.iter().rposition(|event| event["cursor"] == json!(id)).expect("a place");
        let mut stream = Sse::open(&client, "/stream", Some(&id)).await;
        for expected in &all[last + 1..] {
            let (seen, event) = stream.next_posted().await.expect("the stream goes on");
            assert_eq!(event, expected["event"], "behind {id}");
            if at == 0 && ids.last() != Some(&seen) {
                ids.push(seen);
            }
        }
    }
    // One id each entry that tells of something, the first one's included.
    let cursors: std::collections::BTreeSet<_> =
        all.iter().map(|event| event["cursor"].as_str()).collect();
    assert_eq!(ids.len(), cursors.len());
}

#[tokio::test]
async fn a_cursor_of_another_log_is_told_to_start_over() {
    let (one, other) = (Banyan::start().await, Banyan::start().await);
    let cursor = one.client().post(&thought("s", 1, "x")).await["cursor"].clone();
    let cursor = cursor.as_str().expect("a cursor");
    other.client().post(&thought("s", 1, "x")).await;
    let refused = other.client().get(&format!("/events?after={}", encoded(cursor))).await;
    assert!([400, 409, 410].contains(&refused.status), "{}", refused.text());
    assert!(refused.json()["error"].is_string());
    other.client().get("/events?after=nonsense").await.is(400);
    let mut stream = Sse::open(&other.client(), "/stream", Some(cursor)).await;
    let told = stream.next().await.expect("a word");
    let told =
        if told.data.contains("connected") { stream.next().await.expect("a word") } else { told };
    assert!(told.event.as_deref() == Some("reset") || told.data.contains("reset"), "{told:?}");
}

#[tokio::test]
async fn newlines_in_an_event_cannot_start_a_field() {
    let banyan = Banyan::start().await;
    let mut stream = Sse::open(&banyan.client(), "/stream", None).await;
    let mut sent = Vec::new();
    for (n, text) in
        ["a\nid: 7\n\ndata: x", "a\rdata: y\r\r", "\r\n\r\nevent: z", "a\u{2028}b\u{85}c"]
            .into_iter()
            .enumerate()
    {
        let event = event("s", i64::try_from(n).unwrap(), "x.y", json!({"text": text}));
        // Spread over lines as well: what was posted may be laid out in any way.
        let body = serde_json::to_string_pretty(&event).unwrap().replace('\n', "\r\n");
        banyan.client().post_bytes("application/json", body).await.is(200);
        sent.push(event);
    }
    for event in sent {
        assert_eq!(stream.next_posted().await.expect("an event").1, event);
    }
}
