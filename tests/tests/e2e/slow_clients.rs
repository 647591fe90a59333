//! Clients that are slow on purpose, leave early, or speak something else.

use banyan_tests::harness::{Banyan, Raw, events::thought};

#[tokio::test]
async fn a_header_that_never_ends_is_cut_off() {
    let banyan = Banyan::start().await;
    let mut slow = Raw::open(banyan.address()).await;
    assert!(
        slow.send(format!("GET /health HTTP/1.1\r\nhost: {}\r\nx-a: ", banyan.address())).await
    );
    let answer = slow.rest().await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    banyan.client().get("/health").await.is(200);
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_cut_off() {
    let banyan = Banyan::start().await;
    let answer = Raw::open(banyan.address()).await.rest().await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn half_a_body_is_answered_with_408_and_closed() {
    let banyan = Banyan::start().await;
    let mut slow = Raw::open(banyan.address()).await;
    let body = thought("s", 1, "never finished").to_string();
    assert!(slow.send(head(&banyan, body.len())).await);
    assert!(slow.send(&body[..body.len() / 2]).await);
    let answer = slow.rest().await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"retryable\":true"), "{answer}");
    assert!(answer.to_lowercase().contains("content-security-policy"), "{answer}");
    banyan.client().get("/sessions/s").await.is(404);
}

#[tokio::test]
async fn many_slow_clients_do_not_bar_an_honest_one() {
    let banyan = Banyan::start().await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut one = Raw::open(banyan.address()).await;
        assert!(one.send(head(&banyan, 1_000_000)).await);
        slow.push(one);
    }
    for n in 1..=20 {
        banyan.client().post(&thought("s", n, "honest")).await;
    }
    assert_eq!(banyan.client().session("s").await["session"]["own"]["events"], 20);
}

#[tokio::test]
async fn leaving_at_any_byte_leaves_nothing_half_done() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let body = thought("s", 1, "all or nothing").to_string();
    let request = format!("{}{body}", head(&banyan, body.len()));
    for end in (0..request.len()).step_by(3) {
        let mut leaving = Raw::open(banyan.address()).await;
        assert!(leaving.send(&request[..end]).await);
        drop(leaving);
    }
    client.post(&thought("other", 1, "after all of them")).await;
    client.get("/sessions/s").await.is(404);
    // The last byte makes it whole; then it counts although nobody waits for the answer.
    let mut leaving = Raw::open(banyan.address()).await;
    assert!(leaving.send(&request).await);
    drop(leaving);
    let arrives = async {
        while client.get("/sessions/s").await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    banyan_tests::harness::within("the event of a client that left", arrives).await;
    assert_eq!(client.session("s").await["session"]["own"]["events"], 1);
}

#[tokio::test]
async fn what_is_not_http_is_turned_away() {
    let banyan = Banyan::start().await;
    for noise in [
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}not tls either\r\n\r\n",
        "EHLO there\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        "POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut other = Raw::open(banyan.address()).await;
        other.send(noise).await;
        let answer = other.until(|text| text.contains("\r\n\r\n")).await;
        let refused = ["HTTP/1.1 4", "HTTP/1.0 4"].iter().any(|start| answer.starts_with(start));
        assert!(answer.is_empty() || refused, "{noise:?}: {answer}");
    }
    let long =
        format!("GET /{} HTTP/1.1\r\nhost: {}\r\n\r\n", "x".repeat(1 << 20), banyan.address());
    let mut other = Raw::open(banyan.address()).await;
    other.send(long).await;
    let answer = other.rest().await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    banyan.client().get("/health").await.is(200);
}

#[tokio::test]
async fn requests_sent_ahead_are_answered_in_order() {
    let banyan = Banyan::start().await;
    let mut ahead = Raw::open(banyan.address()).await;
    let host = banyan.address();
    let asks: String = ["/health", "/no/such", "/healthz"]
        .iter()
        .map(|path| format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n"))
        .collect::<Vec<_>>()
        .concat();
    assert!(ahead.send(asks).await);
    let answers = ahead.until(|text| text.matches("HTTP/1.1 ").count() == 3).await;
    let statuses: Vec<_> = answers
        .match_indices("HTTP/1.1 ")
        .filter_map(|(at, _)| answers.get(at + 9..at + 12))
        .collect();
    assert_eq!(statuses, ["200", "404", "200"]);
}

fn head(banyan: &Banyan, length: usize) -> String {
    format!(
        "POST /events HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n",
        banyan.address()
    )
}
