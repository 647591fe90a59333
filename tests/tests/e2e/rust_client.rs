//! The Rust client: what agents say means what they meant, and whatever the collector does, their
//! own work is unharmed, no event gets a second identity, and what was lost is counted.

mod faulty;

use std::{
    collections::HashMap,
    iter,
    net::TcpListener,
    time::{Duration, Instant},
};

use banyan_client::{Client, FromHeader, Outcome, Stats, from_baggage};
use banyan_tests::harness::{Banyan, path_of};
use serde_json::{Value, json};

use faulty::{Faulty, Manner};

/// What is promised of a quiet machine and an optimised build, and how many times that this may be.
const P99_PROMISED: Duration = Duration::from_micros(50);
const P99_SLACK: u32 = 40;
const CALLS: usize = 10_000;
const WORK_MAX: Duration = Duration::from_secs(10);

fn agent(endpoint: &str) -> banyan_client::Builder {
    Client::builder("agent").endpoint(endpoint).parent(None)
}

fn endpoint(banyan: &Banyan) -> String {
    format!("http://{}", banyan.address())
}

/// An agent's work: says many things. What all but a hundredth of the calls took at most.
fn work(client: &Client, calls: usize) -> Duration {
    let one = |call| {
        let began = Instant::now();
        client.thought("The January endpoint looks malformed", json!({ "call": call }));
        began.elapsed()
    };
    let mut took: Vec<_> = (0..calls).map(one).collect();
    took.sort_unstable();
    took[calls * 99 / 100]
}

async fn flushed(client: &Client) -> bool {
    let client = client.clone();
    tokio::task::spawn_blocking(move || client.flush_within(Duration::from_mins(1))).await.unwrap()
}

fn sequence(line: &str) -> u64 {
    serde_json::from_str::<Value>(line).unwrap()["sequence"].as_u64().unwrap()
}

#[track_caller]
fn same_bytes(faulty: &Faulty) -> usize {
    let mut seen = HashMap::new();
    for line in faulty.requests().into_iter().flat_map(|(_, lines)| lines) {
        let known = seen.entry(sequence(&line)).or_insert_with(|| line.clone());
        assert_eq!(*known, line, "an identity with two contents");
    }
    seen.len()
}

#[tokio::test]
async fn the_example_of_the_multi_agent_guide() {
    let banyan = Banyan::start().await;
    // Parent agent
    let parent = Client::builder("orchestrator").endpoint(&endpoint(&banyan)).build();
    parent.session_started("Write a report", ());
    // Spawn a child agent
    let child_session_id = parent.agent_spawn("researcher", "Gather sources", ());
    // In the child agent process
    let child = Client::builder("researcher")
        .endpoint(&endpoint(&banyan))
        .session(child_session_id.session_id())
        .parent(Some(parent.session_id()))
        .build();
    child.session_started("Gather sources", ());

    assert!(flushed(&parent).await);
    let children = path_of("/sessions", parent.session_id(), "/children");
    let children = banyan.client().json(&children).await["children"].clone();
    assert_eq!(children.as_array().map(Vec::len), Some(1));
    assert_eq!(children[0]["id"], child.session_id());
    assert_eq!(children[0]["agent_id"], "researcher");
    assert_eq!(children[0]["goal"], "Gather sources");
}

#[tokio::test]
async fn everything_an_agent_can_say() {
    let banyan = Banyan::start().await;
    let root = agent(&endpoint(&banyan)).version("1.2.3").build();
    let session = root.session("Everything", json!({ "llm": "a-model" }));
    root.heartbeat("waiting", json!({ "step": 2, "token_spend": 900 }));
    root.thought("Broad search first", json!({ "confidence": "high" }));
    root.goal("Parse January", "in_progress", json!({ "parent_goal": "Gather Q1" }));
    root.decision("REST", json!({ "alternatives": ["REST", "GraphQL"] }));
    root.uncertainty("Which quarter?", ());
    root.tool("web_search", json!({ "query": "AOP" })).succeeded("Found 10");
    root.tool("database", "select 1").failed(&"timeout");
    drop(root.tool("forgotten", ()));
    root.memory("write", "draft", ());
    root.external_call("github", json!({ "method": "GET" }));
    root.emit("acme.large", json!({ "tool": "cat", "result": "x".repeat(3_000_000) }));
    let child = root.agent_spawn("child", "Help", ()).client();
    child.session("Help", ()).ended(Outcome::Cancelled, ());
    session.completed("Done");

    assert!(flushed(&root).await);
    let told = banyan.client().session(root.session_id()).await;
    for (field, value) in [("status", json!("completed")), ("total_tokens", json!(900))] {
        assert_eq!(told["session"][field], value);
    }
    let events = told["events"].as_array().unwrap();
    assert!(
        events
            .iter()
            .map(|event| &event["sequence"])
            .eq((1..=17).map(|n| json!(n)).collect::<Vec<_>>().iter())
    );
    assert!(events.iter().all(|event| event["agent_version"] == "1.2.3"));
    let ends: Vec<_> =
        events.iter().filter(|event| event["type"] == "operation.tool_end").collect();
    assert_eq!(ends[0]["payload"]["output_summary"], "Found 10");
    assert_eq!(ends[1]["payload"]["error"], "timeout");
    assert_eq!(ends[2]["payload"]["success"], false);
    let help = banyan.client().session(child.session_id()).await;
    assert_eq!(help["session"]["status"], "cancelled");
    assert_eq!(help["session"]["parent_session_id"], root.session_id());
}

#[test]
fn a_called_service_finds_its_parent() {
    let caller = agent("http://127.0.0.1:1").session("caller;1").exit_after(Duration::ZERO).build();
    let found = from_baggage(&format!("tenant=7,{}", caller.baggage()));
    let parent = Some("caller;1".to_owned());
    assert_eq!(found, FromHeader { session: None, parent: parent.clone() });
    let spawned = caller.agent_spawn("service", "Answer", ());
    let service = Client::builder("service").found(from_baggage(&spawned.baggage()));
    let service = service.endpoint("http://127.0.0.1:1").build();
    assert_eq!(service.session_id(), spawned.session_id());
    assert_eq!(service.parent_session_id(), parent.as_deref());
    let mut command = std::process::Command::new("worker");
    spawned.tell(&mut command);
    let told = command.get_envs().find(|(name, _)| *name == "BANYAN_SESSION");
    assert_eq!(told.and_then(|(_, value)| value?.to_str()), Some(spawned.session_id()));
}

#[test]
fn a_collector_that_fails_does_no_harm() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let failing = [Manner::IsSilent, Manner::IsBusy, Manner::CutsTheBody, Manner::CutsTheAnswer];
    let faulty = failing.map(|manner| (Some(manner), Some(Faulty::start(&[manner]))));
    for (manner, faulty) in iter::once((None, None)).chain(faulty) {
        let place = faulty.as_ref().map(|faulty| faulty.endpoint.clone());
        let client = agent(&place.unwrap_or_else(|| format!("http://{nobody}")))
            .timeout(Duration::from_mins(1))
            .queue_max_bytes(500_000)
            .exit_after(Duration::ZERO)
            .build();
        let began = Instant::now();
        let p99 = work(&client, CALLS);
        println!("{manner:?}: p99 of a call {p99:?} (promised: {P99_PROMISED:?})");
        assert!(p99 < P99_PROMISED * P99_SLACK, "{manner:?}: {p99:?}");
        assert!(!client.flush_within(Duration::from_millis(100)));
        assert!(began.elapsed() < WORK_MAX, "{manner:?}");
        let Stats { queued, sent, dropped, .. } = client.stats();
        assert_eq!((queued + dropped, sent), (CALLS, 0));
        assert!(0 < dropped, "the queue has no bound");
        assert_eq!(client.sequence(), CALLS as u64 + 1);
        faulty.as_ref().map(same_bytes);
        drop(client);
        assert!(began.elapsed() < WORK_MAX, "{manner:?}: it does not end");
    }
}

#[test]
fn what_failed_is_sent_again_with_the_same_bytes_and_in_order() {
    use Manner::{CutsTheAnswer, CutsTheBody, IsBusy, IsSilent, Takes};
    let faulty = Faulty::start(&[IsBusy, CutsTheBody, CutsTheAnswer, IsSilent, Takes]);
    let client = agent(&faulty.endpoint).timeout(Duration::from_millis(200)).build();
    work(&client, 250);
    assert!(client.flush_within(WORK_MAX), "{:?}", client.stats());
    assert_eq!(same_bytes(&faulty), 250);
    let taken = faulty.requests().into_iter().filter(|(manner, _)| *manner == Takes);
    let taken = taken.flat_map(|(_, lines)| lines).map(|line| sequence(&line));
    assert!(taken.eq(1..=250));
    let Stats { sent, dropped, retries, .. } = client.stats();
    assert_eq!((sent, dropped), (250, 0));
    assert!(4 <= retries);
}

#[test]
fn who_does_not_try_again_loses_them() {
    let faulty = Faulty::start(&[Manner::IsBusy, Manner::Takes]);
    let client = agent(&faulty.endpoint).retry_for(Duration::ZERO).build();
    work(&client, 250);
    assert!(!client.flush());
    work(&client, 50);
    assert!(client.flush());
    let Stats { sent, dropped, .. } = client.stats();
    assert!(0 < dropped);
    assert_eq!(sent, 300 - dropped);
    let taken = faulty.requests().into_iter().filter(|(manner, _)| *manner == Manner::Takes);
    assert_eq!(taken.map(|(_, lines)| lines.len()).sum::<usize>(), sent);
}

#[test]
fn what_is_lost_is_counted() {
    let refuses = Faulty::start(&[Manner::RefusesPoison]);
    let client = agent(&refuses.endpoint).build();
    for text in ["a", "poison", "b"] {
        client.thought(text, ());
    }
    assert!(!client.flush());
    assert_eq!((client.stats().sent, client.stats().refused), (2, 1));

    let busy = Faulty::start(&[Manner::IsBusy]);
    let client = agent(&busy.endpoint).retry_for(Duration::from_millis(300)).build();
    work(&client, 10);
    assert!(!client.flush());
    assert_eq!((client.stats().queued, client.stats().dropped), (0, 10));

    let single = Faulty::start(&[Manner::TakesOneAtATime]);
    let client = agent(&single.endpoint).build();
    for _ in 0..2 {
        work(&client, 5);
        assert!(client.flush());
    }
    let lines = single.requests().into_iter().map(|(_, lines)| lines.len());
    assert!(lines.eq(iter::once(5).chain(iter::repeat_n(1, 10))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_events_survive_three_kills() {
    const TOTAL: usize = 100_000;
    let mut banyan = Banyan::start().await;
    let (address, mut kills) = (banyan.address().to_string(), vec![75_000, 45_000, 15_000]);
    let client = agent(&endpoint(&banyan)).build();
    for _ in 0..TOTAL / 500 {
        work(&client, 500);
        if kills.last().is_some_and(|kill| *kill <= client.stats().sent) {
            kills.pop();
            banyan = banyan.kill_9().await.listen(&address).start().await;
        }
        // As fast as it can, but not faster than what may wait.
        while 20_000 < client.stats().queued {
            client.flush_within(Duration::from_millis(50));
        }
    }
    assert!(flushed(&client).await, "{:?}", client.stats());

    assert_eq!(kills, Vec::<usize>::new());
    println!("{:?}", client.stats());
    let Stats { queued, sent, dropped, refused, retries, .. } = client.stats();
    assert_eq!((queued, sent, dropped, refused), (0, TOTAL, 0, 0));
    assert!(3 <= retries);
    let exported = path_of("/sessions", client.session_id(), "/export");
    let exported = banyan.client().get(&exported).await.is(200).text();
    assert!(exported.lines().map(sequence).eq(1..=TOTAL as u64));
}
