//! The ten invariants of the architecture, as far as they show from outside.

use std::collections::BTreeMap;

use banyan_tests::harness::{
    Banyan, Client, Sse, compare,
    events::{self, Dialect, With as _, child, ndjson, spawn, thought},
    path_of, within,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

async fn positions(client: &Client) -> Vec<i64> {
    let events = client.json("/events?limit=1000").await["events"].clone();
    events.as_array().unwrap().iter().map(|event| event["position"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn invariant_1_the_log_is_append_only_and_dense() {
    let banyan = Banyan::start().await;
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let client = banyan.client();
        writers.spawn(async move {
            let mut connection = client.connect().await;
            for n in 0..25 {
                connection.post(&thought(&format!("w{writer}"), n, "x")).await.unwrap();
            }
        });
    }
    while writers.join_next().await.is_some() {}
    assert_eq!(positions(&banyan.client()).await, (1..=200).collect::<Vec<_>>());
    let before = banyan.client().json("/events?limit=1000").await;
    let banyan = banyan.restart().await;
    banyan.client().post(&thought("later", 1, "x")).await;
    let after = banyan.client().json("/events?limit=1000").await;
    assert_eq!(
        after["events"].as_array().unwrap()[..200],
        before["events"].as_array().unwrap()[..]
    );
    assert_eq!(positions(&banyan.client()).await.last(), Some(&201));
}

#[tokio::test]
async fn invariant_2_an_acknowledged_event_survives_kill_9() {
    let mut banyan = Banyan::start().await;
    for n in 1..=10 {
        banyan.client().connect().await.post(&thought("s", n, "x")).await.unwrap();
        banyan = banyan.kill_9().await.start().await;
        assert_eq!(banyan.client().session("s").await["session"]["own"]["events"], n);
    }
}

#[tokio::test]
async fn invariant_3_receiving_twice_equals_receiving_once() {
    let (once, twice) = (Banyan::start().await, Banyan::start().await);
    let events = events::forest();
    once.client().post(&json!(events)).await;
    for _ in 0..2 {
        twice.client().post(&json!(events)).await;
    }
    for event in events.iter().rev() {
        twice.client().post(event).await;
    }
    assert_eq!(compare::knowledge(&once.client()).await, compare::knowledge(&twice.client()).await);
    assert_eq!(positions(&once.client()).await.len(), positions(&twice.client()).await.len());
}

#[tokio::test]
async fn invariant_4_the_view_is_a_function_of_the_log() {
    let banyan = Banyan::start().await;
    banyan.client().post(&json!(events::forest())).await;
    banyan.client().post(&json!([thought("a", 4, "a variant"), thought("a", 4, "another")])).await;
    banyan.client().delete("/sessions/x").await.is(200);
    let before = everything(&banyan.client()).await;
    let setup = banyan.verified().await;
    let rebuilt = setup.run("rebuild").await;
    assert_eq!(rebuilt.code, Some(0), "{}", rebuilt.output);
    let banyan = setup.start().await;
    assert_eq!(everything(&banyan.client()).await, before);
    banyan.verified().await;
}

/// Every JSON answer there is, word for word.
async fn everything(client: &Client) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut paths = ["/sessions", "/events?limit=1000", "/groups"].map(str::to_owned).to_vec();
    for id in compare::session_ids(client).await {
        paths.extend(
            ["", "/tree", "/children", "/missing"].map(|end| path_of("/sessions", &id, end)),
        );
    }
    for path in paths {
        let answer = client.json(&path).await;
        all.insert(path, answer);
    }
    all
}

#[tokio::test]
async fn invariant_5_a_crash_repeats_or_skips_nothing() {
    let mut banyan = Banyan::start().await;
    let mut sent = 0;
    for round in 0..5 {
        let mut connection = banyan.client().connect().await;
        for _ in 0..=round {
            let events: Vec<_> =
                (0..200).map(|n| Dialect::Docs.tool_end("s", sent + n, "t", "c")).collect();
            connection.post(&json!(events)).await.unwrap();
            sent += 200;
        }
        // The view is somewhere behind: killed before, in, or after one of its transactions.
        banyan = banyan.kill_9().await.start().await;
        let own = banyan.client().session("s").await["session"]["own"].clone();
        assert_eq!(
            (&own["events"], &own["tokens"]),
            (&json!(sent), &json!(sent * 10)),
            "round {round}"
        );
    }
    banyan.verified().await;
}

#[tokio::test]
async fn invariant_6_any_arrival_order_gives_the_same_trees() {
    let reference = Banyan::start().await;
    reference.client().post(&json!(events::forest())).await;
    let expected = compare::knowledge(&reference.client()).await;
    for step in [5, 7, 11] {
        let events = events::forest();
        let banyan = Banyan::start().await;
        // Steps that share no factor with the count visit every event once.
        for n in 0..events.len() {
            banyan.client().post(&events[n * step % events.len()]).await;
        }
        assert_eq!(compare::knowledge(&banyan.client()).await, expected, "step {step}");
    }
}

#[tokio::test]
async fn invariant_7_every_session_appears_exactly_once() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client
        .post(&json!([
            child("c1", "c2", "a cycle of three"),
            child("c2", "c3", "a cycle of three"),
            child("c3", "c1", "a cycle of three"),
            child("self", "self", "its own parent"),
            child("k", "p1", "claims p1"),
            spawn("p2", 1, "k"),
            spawn("p1", 1, "k"),
            spawn("loner", 1, "loner"),
            child("below", "c2", "under the cycle"),
            child("lost", "nobody", "an orphan"),
        ]))
        .await;
    let ids = compare::session_ids(&client).await;
    let mut seen = BTreeMap::<String, usize>::new();
    for id in &ids {
        let session = client.session(id).await["session"].clone();
        if session["root_session_id"] == **id {
            count(&client.json(&path_of("/sessions", id, "/tree")).await, &mut seen);
        }
        client.page(&path_of("/s", id, "")).await.is(200);
    }
    assert_eq!(seen, ids.iter().map(|id| (id.clone(), 1)).collect());
    let forest = client.page("/").await.is(200).text();
    for id in ids {
        assert!(forest.contains(&format!("/s/{id}")), "{id} is on the page");
    }
    assert_eq!(client.session("c1").await["session"]["cycle"], true, "cut at the smallest id");
    assert_eq!(client.session("c2").await["session"]["cycle"], false);
    assert_eq!(client.session("k").await["session"]["parent_session_id"], "p1");
    assert_eq!(client.session("lost").await["session"]["orphan"], true);
    banyan.verified().await;
}

/// The quarantine when it holds `count` rows; it is written behind the answer.
async fn quarantined(client: &Client, count: usize) -> Value {
    within("the quarantine to be written", async {
        loop {
            let rows = client.json("/quarantine").await["quarantine"].clone();
            if rows.as_array().map(Vec::len) == Some(count) {
                return rows;
            }
        }
    })
    .await
}

fn count(tree: &Value, seen: &mut BTreeMap<String, usize>) {
    *seen.entry(tree["session"]["id"].as_str().expect("an id").to_owned()).or_default() += 1;
    assert_eq!(tree["omitted"], 0);
    tree["children"].as_array().expect("children").iter().for_each(|below| count(below, seen));
}

#[tokio::test]
async fn invariant_8_a_refused_event_leaves_one_row_in_the_quarantine() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let bad =
        json!({"spec": "aop/2", "session_id": "", "agent_id": "a", "type": "t", "payload": 1});
    client.offer(&bad).await.is(400);
    let rows = quarantined(&client, 1).await;
    assert_eq!(rows[0]["violations"].as_array().map(Vec::len), Some(3), "{rows}");
    assert_eq!(serde_json::from_str::<Value>(rows[0]["head"].as_str().unwrap()).unwrap(), bad);
    assert_eq!(positions(&client).await, Vec::<i64>::new());
    assert_eq!(client.json("/sessions").await["sessions"], json!([]));
    client.post(&thought("s", 1, "x")).await;
    assert_eq!(positions(&client).await, [1], "no position was used up");
    for n in 0..3 {
        let many: Vec<_> =
            (0..500).map(|m| json!({"n": n, "m": m, "pad": "x".repeat(9_000)})).collect();
        client.post_bytes("application/x-ndjson", ndjson(&many)).await.is(400);
    }
    let rows = client.json("/quarantine?limit=1000").await["quarantine"].clone();
    assert!(
        rows.as_array().unwrap().iter().all(|row| row["head"].as_str().unwrap().len() <= 4_096)
    );
    let oldest = rows.as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).min();
    assert!(Some(1) < oldest, "the oldest rows make room");
}

#[tokio::test]
async fn invariant_9_the_view_is_never_ahead_of_the_log() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut stream = Sse::open(&client, "/stream", None).await;
    let mut connection = client.connect().await;
    let mut before = 0;
    for n in 1..=50 {
        connection.post(&thought("s", n, "x")).await.unwrap();
        let ready = client.json("/readyz").await;
        assert!(0 <= ready["lag_events"].as_i64().expect("a lag"), "{ready}");
        let seen = positions(&client).await;
        let last = seen.last().copied().unwrap_or_default();
        assert!(before <= last && last <= n, "{before} {last} {n}");
        before = last;
    }
    for n in 1..=50 {
        assert_eq!(stream.next_posted().await.expect("an event").1["sequence"], n);
    }
}

#[tokio::test]
async fn invariant_10_no_event_stops_the_projection() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let huge = i64::MAX;
    let events = [
        Dialect::Docs.heartbeat("s", huge, u64::MAX),
        Dialect::Docs.ended("s", huge - 1, "no such outcome", "?").saying("total_cost_usd", 1e300),
        Dialect::Docs.tool_end("s", 0, "t", "c").saying("latency_ms", i64::MIN),
        Dialect::Docs.tool_end("s", 1, "t", "c").saying("token_spend_delta", i64::MAX),
        Dialect::Docs.tool_end("s", 2, "t", "c").saying("token_spend_delta", i64::MAX),
        Dialect::Docs.tool_end("s", 3, "t", "c").saying("token_spend_delta", i64::MIN),
        thought("s", 4, "x").with("timestamp", "-262143-01-01T00:00:00Z"),
        thought("s", 5, "x").with("timestamp", "+262142-12-31T23:59:59.999999999Z"),
        thought("s", 6, "x").with("timestamp", "0000-01-01T00:00:00+23:59"),
        thought("s", 7, &"\u{0}".repeat(1_000)),
        spawn("s", 8, "s"),
        spawn("s", 9, &"x".repeat(10_000)),
        thought("s", 10, "x").with("type", "session.ended ").with("payload", json!({"": {"": ""}})),
    ];
    for event in &events {
        client.post(event).await;
    }
    client.post(&thought("s", 11, "still here")).await;
    let answer = client.session("s").await;
    assert_eq!(answer["events"].as_array().map(Vec::len), Some(events.len() + 1));
    client.get("/readyz").await.is(200);
    client.page("/s/s").await.is(200);
    client.page("/").await.is(200);
    client.get("/metrics").await.is(200);
    banyan.verified().await;
}
