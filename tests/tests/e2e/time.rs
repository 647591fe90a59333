//! Clocks: the agent's is shown and orders nothing, ours never goes back, and what has fallen
//! silent is noticed by the reader's.

use banyan_tests::harness::{
    Banyan, Setup, compare,
    events::{Dialect, With as _, child, started, thought},
    path_of,
};
use serde_json::{Value, json};

#[tokio::test]
async fn a_crashed_agent_does_not_run_for_ever() {
    let banyan = Setup::default().clock("-2d").start().await;
    banyan
        .client()
        .post(&json!([
            started("crashed", 1, "never finished"),
            started("done", 1, "finished"),
            Dialect::Docs.ended("done", 2, "completed", "fine"),
            started("boss", 1, "waits for its child"),
            child("busy", "boss", "still at it"),
        ]))
        .await;
    let seen =
        async |banyan: &Banyan, id: &str| banyan.client().session(id).await["session"].clone();
    let begun = time(&seen(&banyan, "crashed").await["last_seen_at"]);
    assert_eq!(seen(&banyan, "crashed").await["attention"], json!(null));
    let banyan = banyan.stop().await.0.clock("+0").start().await;
    banyan.client().post(&thought("busy", 2, "two days later")).await;
    assert!(
        begun < time(&seen(&banyan, "busy").await["last_seen_at"]),
        "the machine's time was set"
    );
    let crashed = seen(&banyan, "crashed").await;
    assert_eq!((&crashed["status"], &crashed["attention"]), (&json!("running"), &json!("lost")));
    assert_eq!(seen(&banyan, "done").await["attention"], json!(null));
    assert_eq!(seen(&banyan, "boss").await["attention"], "quiet", "its child is busy");
    assert_eq!(seen(&banyan, "busy").await["attention"], json!(null));
    let page = banyan.client().page("/s/crashed").await.is(200).text();
    assert!(page.contains("lost"), "the page says so");
    // It is judged when reading: one word from it, and it lives.
    banyan.client().post(&thought("crashed", 2, "was only asleep")).await;
    assert_eq!(seen(&banyan, "crashed").await["attention"], json!(null));
    banyan.verified().await;
}

#[tokio::test]
async fn received_at_never_goes_back() {
    let mut setup = Setup::default();
    for (sequence, offset) in [(1, "+3d"), (2, "-1d"), (3, "+0"), (4, "+5d"), (5, "-9d")] {
        let banyan = setup.clock(offset).start().await;
        banyan.client().post(&thought("s", sequence, offset)).await;
        setup = banyan.stop().await.0;
    }
    let banyan = setup.clock("+0").start().await;
    let events = banyan.client().session("s").await["events"].clone();
    let received: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| time(&event["banyan"]["received_at"]))
        .collect();
    assert_eq!(received.len(), 5);
    assert!(received.is_sorted(), "{received:?}");
    banyan.verified().await;
}

#[tokio::test]
async fn tree_ignores_wall_clock() {
    let run = |years: [&str; 3]| {
        let at =
            |event: Value, year: &str| event.with("timestamp", format!("{year}-05-05T05:05:05Z"));
        json!([
            at(started("root", 1, "first"), years[0]),
            at(child("leaf", "root", "below"), years[1]),
            at(started("root", 2, "second"), years[2]),
        ])
    };
    let mut shapes = Vec::new();
    for years in [["2001", "2002", "2003"], ["2003", "2002", "2001"], ["1970", "9999", "2026"]] {
        let banyan = Banyan::start().await;
        banyan.client().post(&run(years)).await;
        let tree = banyan.client().json(&path_of("/sessions", "root", "/tree")).await;
        let sequences: Vec<_> = banyan.client().session("root").await["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["sequence"].clone())
            .collect();
        shapes.push((
            tree["session"]["goal"].clone(),
            tree["children"][0]["session"]["id"].clone(),
            sequences,
            compare::session_ids(&banyan.client()).await,
        ));
    }
    assert_eq!(shapes[0].1, "leaf");
    assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{shapes:#?}");
}

#[tokio::test]
async fn an_agents_time_comes_back_as_it_was_sent() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for (sequence, sent) in [
        "2026-01-01T00:00:00Z",
        "2026-01-01T05:45:00.123456789+05:45",
        "1969-12-31T23:59:59.5-08:00",
    ]
    .into_iter()
    .enumerate()
    {
        let sequence = i64::try_from(sequence).unwrap();
        client.post(&thought("s", sequence, "x").with("timestamp", sent)).await;
        let events = client.session("s").await["events"].clone();
        assert_eq!(events.as_array().unwrap().last().unwrap()["timestamp"], sent);
    }
}

/// Times of one form sort as text when their fractions are as long.
fn time(value: &Value) -> String {
    let text = value.as_str().expect("a time").trim_end_matches('Z');
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{seconds}.{fraction:0<6}")
}
