//! ACK-1: what was acknowledged survives kill -9 in the middle of a stream of posts.

use std::collections::BTreeMap;

use banyan_tests::harness::{
    Banyan, Client, Setup, compare,
    events::{Dialect, child, ndjson, thought},
    within,
};
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinSet};

const CRASHES: i64 = 20;
const WRITERS: i64 = 4;

/// What a writer was told: the last sequence number acknowledged, and the last it sent.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    acknowledged: i64,
    sent: i64,
}

/// Posts ever more events of session `writer` behind `told` until the collector is gone; reports
/// each acknowledgement.
async fn write(
    client: Client,
    writer: i64,
    mut told: Told,
    acknowledged: mpsc::Sender<i64>,
) -> (i64, Told) {
    let mut connection = client.connect().await;
    loop {
        // Singles and small batches in turn; a retry begins behind what was acknowledged.
        let first = told.acknowledged + 1;
        let last = first + first % 3;
        let events: Vec<_> = (first..=last).map(|sequence| next_event(writer, sequence)).collect();
        told.sent = told.sent.max(last);
        match connection.post(&json!(events)).await {
            Ok(answer) if answer.status == 200 => told.acknowledged = last,
            Ok(answer) => panic!("{} {}", answer.status, answer.text()),
            Err(_) => return (writer, told),
        }
        if acknowledged.send(last).await.is_err() {
            return (writer, told);
        }
    }
}

fn next_event(writer: i64, sequence: i64) -> Value {
    let id = format!("w{writer}");
    match sequence {
        1 if writer == 0 => thought(&id, 1, "the root"),
        1 => child(&id, "w0", "a branch"),
        _ if sequence % 4 == 0 => Dialect::Docs.tool_start(&id, sequence, "bash", "c"),
        _ if sequence % 4 == 1 => Dialect::Docs.tool_end(&id, sequence, "bash", "c"),
        _ => thought(&id, sequence, &"words ".repeat(40)),
    }
}

/// Every event of a session, by sequence, with how often it is there.
async fn stored(client: &Client, writer: i64) -> BTreeMap<i64, usize> {
    let mut found = BTreeMap::new();
    let answer = client.get(&format!("/sessions/w{writer}/export")).await;
    for line in answer.text().lines().filter(|_| answer.status == 200) {
        let event: Value = serde_json::from_str(line).expect("a whole line");
        *found.entry(event["sequence"].as_i64().expect("a sequence")).or_default() += 1;
    }
    found
}

/// What is lost, doubled or made up.
fn wrong(found: &BTreeMap<i64, usize>, told: Told) -> Vec<String> {
    let lost =
        (1..=told.acknowledged).filter(|n| !found.contains_key(n)).map(|n| format!("lost #{n}"));
    let doubled =
        found.iter().filter(|(_, count)| **count != 1).map(|(n, _)| format!("doubled #{n}"));
    let invented = found.keys().filter(|n| told.sent < **n).map(|n| format!("never sent #{n}"));
    lost.chain(doubled).chain(invented).collect()
}

#[test]
fn a_loss_a_double_and_an_invention_are_seen() {
    let told = Told { acknowledged: 3, sent: 5 };
    let check = |found: &[(i64, usize)]| wrong(&found.iter().copied().collect(), told);
    assert_eq!(check(&[(1, 1), (2, 1), (3, 1)]), Vec::<String>::new());
    assert_eq!(check(&[(1, 1), (2, 1), (3, 1), (5, 1)]), Vec::<String>::new());
    assert_eq!(check(&[(1, 1), (3, 1)]), ["lost #2"]);
    assert_eq!(check(&[(1, 1), (2, 2), (3, 1)]), ["doubled #2"]);
    assert_eq!(check(&[(1, 1), (2, 1), (3, 1), (6, 1)]), ["never sent #6"]);
}

#[tokio::test]
async fn crash_kill9_acked_survive() {
    let mut told = BTreeMap::<i64, Told>::new();
    let mut setup = Setup::default();
    for round in 1..=CRASHES {
        let banyan = setup.start().await;
        let (acknowledge, mut acknowledged) = mpsc::channel(1);
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let past = told.get(&writer).copied().unwrap_or_default();
            writers.spawn(write(banyan.client(), writer, past, acknowledge.clone()));
        }
        drop(acknowledge);
        // Kill after a different number of acknowledgements each round, while others are under way.
        for _ in 0..round * 7 {
            within("an acknowledgement", acknowledged.recv()).await.expect("writers write");
        }
        setup = banyan.kill_9().await;
        acknowledged.close();
        while let Some(done) = writers.join_next().await {
            let (writer, now) = done.expect("a writer that was answered well or not at all");
            told.insert(writer, now);
        }
        let banyan = setup.start().await;
        for (writer, told) in &told {
            let found = stored(&banyan.client(), *writer).await;
            assert_eq!(wrong(&found, *told), Vec::<String>::new(), "round {round}: w{writer}");
        }
        setup = banyan.kill_9().await;
    }
    let total: i64 = told.values().map(|told| told.acknowledged).sum();
    assert!(total > CRASHES * 7, "only {total} events were acknowledged");
    let verified = setup.run("verify").await;
    assert_eq!(verified.code, Some(0), "{}", verified.output);
}

#[tokio::test]
async fn the_view_catches_up_after_a_crash() {
    let banyan = Banyan::start().await;
    let mut connection = banyan.client().connect().await;
    let events: Vec<_> = (1..=900).map(|n| next_event(0, n)).collect();
    for _ in 0..3 {
        // Duplicates too: nothing of the view may count them.
        connection.post(&json!(events)).await.unwrap();
    }
    let setup = banyan.kill_9().await;
    let banyan = setup.start().await;
    assert_eq!(banyan.client().session("w0").await["session"]["own"]["events"], 900);
    let known = compare::knowledge(&banyan.client()).await;
    let fresh = Banyan::start().await;
    fresh.client().post_bytes("application/x-ndjson", ndjson(&events)).await.is(200);
    assert_eq!(compare::knowledge(&fresh.client()).await, known);
    banyan.verified().await;
}

#[tokio::test]
async fn a_lost_view_is_made_again() {
    let banyan = Banyan::start().await;
    let events: Vec<_> = (1..=50).map(|n| next_event(1, n)).collect();
    banyan.client().post(&json!(events)).await;
    let before = banyan.client().session("w1").await;
    let (setup, _) = banyan.stop().await;
    let mut removed = 0;
    for entry in std::fs::read_dir(setup.data()).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("view") {
            std::fs::remove_file(entry.path()).unwrap();
            removed += 1;
        }
    }
    assert!(removed > 0, "there was a view to lose");
    let banyan = setup.start().await;
    assert_eq!(banyan.client().session("w1").await, before);
}
