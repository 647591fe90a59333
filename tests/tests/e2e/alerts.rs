//! What was said of an alert is an event: it is listed, it lasts, and only we say it.

use banyan_tests::harness::{
    Answer, Banyan, Client,
    events::{Dialect, started},
};
use hyper::Method;
use serde_json::{Value, json};

/// A loop of `id` on one tool.
async fn looping(client: &Client, id: &str) {
    let mut events = vec![started(id, 1, "go round")];
    events.extend((2..12).map(|n| Dialect::Docs.tool_start(id, n, "bash", "same")));
    client.post(&json!(events)).await;
}

/// `session state` of the alerts that `query` lists.
async fn listed(client: &Client, query: &str) -> Vec<String> {
    let alerts = client.json(&format!("/alerts{query}")).await["alerts"].clone();
    let word = |alert: &Value, key: &str| alert[key].as_str().expect(key).to_owned();
    let alerts = alerts.as_array().expect("alerts");
    alerts.iter().map(|it| format!("{} {}", word(it, "session_id"), word(it, "state"))).collect()
}

async fn id_of(client: &Client, session: &str) -> String {
    let alerts = client.json(&format!("/alerts?state=all&session={session}")).await;
    alerts["alerts"][0]["id"].as_str().expect("an alert").to_owned()
}

async fn send(client: &Client, path: &str, headers: &[(&str, &str)]) -> Answer {
    client.send(Method::POST, path, headers, "").await
}

#[tokio::test]
async fn an_acknowledged_alert_stays_so_through_a_restart_and_a_rebuild() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    looping(&client, "a").await;
    looping(&client, "b").await;
    assert_eq!(listed(&client, "").await, ["b open", "a open"]);
    let alike = client.json("/alerts").await["alike"][0].clone();
    assert_eq!((&alike["type"], &alike["sessions"]), (&json!("loop"), &json!(2)));
    let id = id_of(&client, "a").await;
    let said: Value = send(&client, &format!("/alerts/{id}/ack"), &[]).await.is(200).json();
    assert_eq!(said["state"], "acknowledged");
    assert_eq!(listed(&client, "").await, ["b open"]);
    assert_eq!(listed(&client, "?state=acknowledged").await, ["a acknowledged"]);
    client.post(&Dialect::Docs.ended("a", 12, "completed", "done")).await;
    let banyan = banyan.restart().await;
    let client = banyan.client();
    assert_eq!(listed(&client, "?state=closed").await, ["a closed"]);
    let counts = client.json("/alerts").await["counts"][0].clone();
    assert_eq!(counts, json!({"type": "loop", "open": 1, "acknowledged": 0, "closed": 1}));
    let (setup, _) = banyan.stop().await;
    assert_eq!(setup.run("rebuild").await.code, Some(0));
    let banyan = setup.start().await;
    let client = banyan.client();
    assert_eq!(listed(&client, "?state=all").await, ["b open", "a closed"]);
    send(&client, &format!("/alerts/{id}/reopen"), &[]).await.is(200);
    assert_eq!(listed(&client, "").await, ["b open", "a open"]);
}

#[tokio::test]
async fn the_same_word_twice_is_one_event() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    looping(&client, "a").await;
    let id = id_of(&client, "a").await;
    let as_of = || async {
        let answer = client.get("/alerts").await;
        answer.header("banyan-as-of").parse::<i64>().expect("a position")
    };
    let before = as_of().await;
    for _ in 0..3 {
        send(&client, &format!("/alerts/{id}/ack"), &[]).await.is(200);
    }
    assert_eq!(as_of().await, before + 1);
    let never = send(&client, "/alerts/1-stall-1/ack", &[]).await.is(404).json();
    assert_eq!(never["error"], "alert_not_found");
}

#[tokio::test]
async fn forms_lead_back_and_only_ours_are_taken() {
    let banyan = Banyan::start().await;
    let (client, own) = (banyan.client(), format!("http://{}", banyan.address()));
    looping(&client, "a").await;
    let ack = format!("/alerts/{}/ack", id_of(&client, "a").await);
    let form = |origin| {
        [
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", origin),
        ]
    };
    for origin in ["http://attacker.example", "null"] {
        let page = send(&client, &ack, &form(origin)).await.is(403);
        assert!(page.header("content-type").starts_with("text/html"), "people are told on a page");
    }
    assert_eq!(listed(&client, "").await, ["a open"]);
    for (to, location) in [
        ("", "/alerts"),
        ("?to=/alerts%3Frule%3Dloop", "/alerts?rule=loop"),
        ("?to=//attacker.example/", "/alerts"),
        ("?to=https://attacker.example/", "/alerts"),
    ] {
        let sent = send(&client, &format!("{ack}{to}"), &form(&own)).await.is(303);
        assert_eq!(sent.header("location"), location);
    }
    assert_eq!(listed(&client, "").await, Vec::<String>::new());
}
