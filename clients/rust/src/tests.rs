//! What an agent may pass, and what may happen around it, without harm to it.

use std::{
    fmt,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{Builder, Client};

/// A collector that takes everything, and what it took.
fn collector() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (taken, events) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                match line.trim_end().split_once(": ") {
                    Some(("Content-Length", value)) => length = value.parse().unwrap(),
                    None if line.trim_end().is_empty() => break,
                    Some(_) | None => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\n\r\n{}").unwrap();
            for line in body.split(|byte| *byte == b'\n') {
                taken.send(serde_json::from_slice(line).unwrap()).ok();
            }
        }
    });
    (endpoint, events)
}

fn agent(endpoint: &str) -> Builder {
    Client::builder("agent").parent(None).endpoint(endpoint)
}

#[test]
fn times_may_be_as_long_as_times_can_be() {
    let (endpoint, events) = collector();
    let most = Duration::MAX;
    let client = agent(&endpoint).timeout(most).retry_for(most).exit_after(most).build();
    client.thought("flushed", ());
    assert!(client.flush_within(most));
    client.thought("dropped", ());
    drop(client);
    let said = events.iter().take(2).map(|event| event["payload"]["reasoning"].clone());
    assert_eq!(said.collect::<Vec<_>>(), ["flushed", "dropped"]);
}

#[test]
fn an_error_that_cannot_be_told_is_told_as_far_as_it_goes() {
    struct Mute;
    impl fmt::Display for Mute {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half ")?;
            Err(fmt::Error)
        }
    }
    let (endpoint, events) = collector();
    let client = agent(&endpoint).build();
    client.tool("count", Value::Null).failed(&Mute);
    client.session("Count", ()).failed(&Mute);
    assert!(client.flush());
    let errors: Vec<Value> = events.iter().take(4).map(|event| event["payload"].clone()).collect();
    assert_eq!(errors[1]["error"], "half [unreadable]");
    assert_eq!(errors[3]["error_message"], "half [unreadable]");
}
