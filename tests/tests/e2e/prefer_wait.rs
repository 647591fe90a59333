//! `Prefer: wait` (RFC 7240): the receipt comes after the projection and says what became of each.

use banyan_tests::harness::{
    Banyan,
    events::{With as _, thought},
};
use hyper::Method;
use serde_json::{Value, json};

async fn post(banyan: &Banyan, prefer: Option<&str>, events: &Value) -> Value {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(prefer.map(|value| ("prefer", value)));
    let answer = banyan.client().send(Method::POST, "/events", &headers, events.to_string()).await;
    assert!([200, 207].contains(&answer.status), "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn without_it_the_receipt_counts_what_is_durable() {
    let banyan = Banyan::start().await;
    let receipt = post(&banyan, None, &json!([thought("s", 1, "a"), thought("s", 1, "a")])).await;
    assert_eq!((&receipt["accepted"], &receipt["rejected"]), (&json!(2), &json!(0)));
    assert_eq!((&receipt["durable"], &receipt["idempotent"]), (&json!("fsync"), &json!(true)));
    for absent in ["stored", "duplicate", "variant", "items"] {
        assert!(receipt.get(absent).is_none(), "{absent} in {receipt}");
    }
    assert!(receipt["cursor"].is_string());
}

#[tokio::test]
async fn with_it_the_receipt_splits_them() {
    let banyan = Banyan::start().await;
    for prefer in ["wait", "wait=5", "respond-async, wait=2", "WAIT=10", "wait; foo=bar"] {
        let banyan = &banyan;
        let id = format!("s {prefer}");
        let events = json!([
            thought(&id, 1, "a"),
            thought(&id, 1, "a"),
            thought(&id, 1, "b"),
            thought(&id, 2, "c"),
            thought(&id, 3, "no").with("spec", "aop/2"),
        ]);
        let receipt = post(banyan, Some(prefer), &events).await;
        let counts =
            ["accepted", "stored", "duplicate", "variant", "rejected"].map(|key| &receipt[key]);
        assert_eq!(counts, [4, 2, 1, 1, 1], "{prefer}: {receipt}");
    }
}

#[tokio::test]
async fn other_preferences_are_ignored() {
    let banyan = Banyan::start().await;
    for prefer in ["", "return=minimal", "waiting", "handling=lenient", ";;,,="] {
        let receipt = post(&banyan, Some(prefer), &thought("s", 1, "a")).await;
        assert!(receipt.get("stored").is_none(), "{prefer:?}: {receipt}");
    }
}
