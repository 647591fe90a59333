//! SIGTERM: it stops in order, soon, whatever is going on, and nothing acknowledged is lost.

use std::time::{Duration, Instant};

use banyan_tests::harness::{
    Banyan, Raw, Sse,
    events::{ndjson, thought},
};
use tokio::task::JoinSet;

const STOP_MAX: Duration = Duration::from_secs(10);

#[tokio::test]
async fn stops_under_load_with_open_streams() {
    let banyan = Banyan::start().await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(Sse::open(&banyan.client(), "/stream", None).await);
    }
    let mut writers = JoinSet::new();
    for writer in 0..4_i64 {
        let client = banyan.client();
        writers.spawn(async move {
            let (mut connection, mut acknowledged) = (client.connect().await, 0);
            let id = format!("w{writer}");
            loop {
                let event = thought(&id, acknowledged + 1, "busy");
                match connection.post(&event).await {
                    Ok(answer) if answer.status == 200 => acknowledged += 1,
                    // Told that it is stopping, or cut off: either way the end of this writer.
                    Ok(answer) if answer.status == 503 => return (id, acknowledged),
                    Ok(answer) => panic!("{} {}", answer.status, answer.text()),
                    Err(_) => return (id, acknowledged),
                }
            }
        });
    }
    for stream in &mut streams {
        for _ in 0..30 {
            stream.next_posted().await.expect("events flow");
        }
    }
    let begun = Instant::now();
    let (setup, code) = banyan.stop().await;
    assert!(begun.elapsed() < STOP_MAX, "it took {:?}", begun.elapsed());
    assert_eq!(code, Some(0));
    for mut stream in streams {
        while stream.next().await.is_some() {}
    }
    let banyan = setup.start().await;
    while let Some(done) = writers.join_next().await {
        let (id, acknowledged) = done.expect("a writer");
        let answer = banyan.client().session(&id).await;
        let stored = answer["events"].as_array().map_or(0, Vec::len);
        assert!(acknowledged <= i64::try_from(stored).unwrap(), "{id}: {acknowledged} of {stored}");
        assert!(acknowledged > 0, "{id} was heard");
    }
    banyan.verified().await;
}

#[tokio::test]
async fn stops_although_clients_linger() {
    let banyan = Banyan::start().await;
    let mut idle = Raw::open(banyan.address()).await;
    let mut halfway = Raw::open(banyan.address()).await;
    assert!(halfway.send("POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{").await);
    let mut kept = banyan.client().connect().await;
    kept.post(&thought("s", 1, "x")).await.unwrap();
    let begun = Instant::now();
    let (_, code) = banyan.stop().await;
    assert_eq!(code, Some(0));
    assert!(begun.elapsed() < STOP_MAX, "it took {:?}", begun.elapsed());
    idle.until(|_| false).await;
}

#[tokio::test]
async fn an_interrupt_stops_it_as_well() {
    let banyan = Banyan::start().await;
    banyan.signal("INT").await;
    assert_eq!(banyan.ends().await, Some(0));
}

#[tokio::test]
async fn a_restart_shows_the_same() {
    let banyan = Banyan::start().await;
    let events: Vec<_> = (0..500).map(|n| thought(&format!("s{}", n % 7), n, "same")).collect();
    banyan.client().post_bytes("application/x-ndjson", ndjson(&events)).await.is(200);
    let before = banyan.client().json("/sessions").await;
    let banyan = banyan.restart().await;
    assert_eq!(banyan.client().json("/sessions").await, before);
    assert_eq!(before["sessions"].as_array().map(Vec::len), Some(7));
}
