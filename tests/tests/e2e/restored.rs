//! An older copy of the log in place of the log: readers are told, and miss nothing in silence.

use std::fs;

use banyan_tests::harness::{Client, Setup, events::thought};
use serde_json::json;

/// The cursor of the last of three more events.
async fn three_more(client: &Client, from: i64) -> String {
    let events: Vec<_> = (from..from + 3).map(|number| thought("s", number, "x")).collect();
    let receipt = client.post(&json!(events)).await;
    assert_eq!(client.session("s").await["session"]["own"]["events"], from + 2);
    receipt["cursor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn cursors_of_a_log_that_had_more_are_of_no_use() {
    let setup = Setup::default();
    let banyan = setup.clone().start().await;
    let early = three_more(&banyan.client(), 1).await;
    banyan.stop().await;
    let (log, copy) = (setup.data().join("log.db"), setup.home().join("copy.db"));
    fs::copy(&log, &copy).unwrap();
    let banyan = setup.clone().start().await;
    let late = three_more(&banyan.client(), 4).await;
    banyan.client().get(&format!("/events?after={late}")).await.is(200);
    banyan.stop().await;

    fs::copy(&copy, &log).unwrap();
    for suffix in ["log.db-wal", "log.db-shm"] {
        fs::remove_file(setup.data().join(suffix)).ok();
    }
    let banyan = setup.clone().start().await;
    let client = banyan.client();
    for cursor in [&early, &late] {
        let told = client.get(&format!("/events?after={cursor}")).await.is(410).json();
        assert_eq!(told["error"], "foreign_cursor");
    }
    let next = client.json("/events").await["next"].as_str().unwrap().to_owned();
    let again = three_more(&client, 4).await;
    assert_ne!(late, again);
    assert_eq!(client.json(&format!("/events?after={next}")).await["next"], again);
    // Once is enough.
    let banyan = banyan.restart().await;
    banyan.client().get(&format!("/events?after={again}")).await.is(200);
}
