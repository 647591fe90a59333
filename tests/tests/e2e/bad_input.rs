//! Bad input, one row a case: what is tolerated, what is refused, and that nothing breaks.

use banyan_tests::harness::{
    Banyan,
    events::{With as _, event, thought},
};
use serde_json::{Value, json};

const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";

/// An event's text with `piece` as its payload's only value.
fn saying(piece: &str) -> String {
    let event = thought("s", 1, "PIECE").to_string();
    event.replace("\"PIECE\"", piece)
}

#[tokio::test]
async fn almost_json_is_repaired_and_flagged() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for (name, piece, read) in [
        ("high surrogate", "\"x\\ud83dy\"", json!("x\u{fffd}y")),
        ("low surrogate", "\"\\udc00\"", json!("\u{fffd}")),
        ("NaN", "NaN", json!(null)),
        ("Infinity", "Infinity", json!(null)),
        ("-Infinity", "-Infinity", json!(null)),
    ] {
        let id = format!("repaired {name}");
        client
            .post_bytes(JSON, saying(piece).replace("\"s\"", &json!(id).to_string()))
            .await
            .is(200);
        let answer = client.json(&banyan_tests::harness::path_of("/sessions", &id, "")).await;
        let stored = &answer["events"][0];
        assert_eq!(stored["payload"]["reasoning"], read, "{name}");
        assert_eq!(stored["banyan"]["flags"], json!(["repaired"]), "{name}");
    }
}

#[tokio::test]
async fn odd_but_valid_json_comes_back_as_it_was() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for (number, piece) in [
        "\"\\u0000\"",
        "\"NaN Infinity \\\\ud83d\"",
        "\"\\ud83c\\udf33\"",
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890.10",
        "1e400",
        "0.10",
        "-0",
        "{\"k\":1,\"k\":2}",
        "\"\\/\"",
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("odd{number}");
        let text = saying(piece).replace("\"s\"", &format!("\"{id}\""));
        client.post_bytes(JSON, text.clone()).await.is(200);
        let export = client.get(&format!("/sessions/{id}/export")).await.is(200).text();
        assert_eq!(export.trim_end(), text);
        client.get(&format!("/sessions/{id}")).await.is(200);
        client.page(&format!("/s/{id}")).await.is(200);
    }
}

#[tokio::test]
async fn a_repeated_key_counts_last_and_is_flagged() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let text = r#"{"spec":"aop/1.0","session_id":"first","session_id":"last","agent_id":"a",
        "sequence":1,"timestamp":"2026-01-01T00:00:00Z","type":"x.y","payload":{}}"#;
    client.post_bytes(JSON, text).await.is(200);
    let flags = client.session("last").await["events"][0]["banyan"]["flags"].clone();
    assert_eq!(flags, json!(["duplicate_keys"]));
    client.get("/sessions/first").await.is(404);
}

#[tokio::test]
async fn missing_order_and_time_are_tolerated_and_flagged() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let base = thought("s", 1, "x");
    for (event, flags) in [
        (base.clone().without("sequence"), json!(["no_sequence"])),
        (base.clone().with("sequence", 2).without("timestamp"), json!(["bad_timestamp"])),
        (base.clone().with("sequence", 3).with("timestamp", "soon"), json!(["bad_timestamp"])),
        (base.clone().with("sequence", 4).with("timestamp", 17), json!(["bad_timestamp"])),
        (base.clone().with("sequence", 5).with("payload", json!(null)), json!([])),
        (base.clone().with("sequence", 6).without("payload"), json!([])),
    ] {
        let id = json!({"e": event, "f": flags}).to_string().len().to_string();
        let receipt = client.post(&event.clone().with("session_id", id.as_str())).await;
        assert_eq!(receipt["idempotent"], event.get("sequence").is_some(), "{event}");
        let stored = client.session(&id).await["events"][0].clone();
        assert_eq!(stored["banyan"]["flags"], flags, "{event}");
        assert!(stored["payload"].is_object() && stored["timestamp"].is_string(), "{stored}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_name() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let base = || thought("s", 1, "x");
    let deep = format!("{}1{}", "[".repeat(63), "]".repeat(63));
    let rows: Vec<(&str, String, &[&str])> = vec![
        ("nothing", String::new(), &["empty"]),
        ("broken", "{\"spec\":".to_owned(), &["json"]),
        ("trailing", format!("{} x", base()), &["json"]),
        ("scalar", "7".to_owned(), &["type"]),
        ("text", "\"hello\"".to_owned(), &["type"]),
        ("empty object", "{}".to_owned(), &["required"; 4]),
        ("no spec", base().without("spec").to_string(), &["required"]),
        ("other major", base().with("spec", "aop/2.0").to_string(), &["spec"]),
        ("other spec", base().with("spec", "otel/1.0").to_string(), &["spec"]),
        ("almost major", base().with("spec", "aop/10").to_string(), &["spec"]),
        ("no session", base().without("session_id").to_string(), &["required"]),
        ("no agent", base().without("agent_id").to_string(), &["required"]),
        ("no type", base().without("type").to_string(), &["required"]),
        ("array payload", base().with("payload", json!([])).to_string(), &["type"]),
        ("scalar payload", base().with("payload", 7).to_string(), &["type"]),
        ("negative sequence", base().with("sequence", -1).to_string(), &["range"]),
        ("fraction", base().with("sequence", 1.5).to_string(), &["type"]),
        ("2^63", base().with("sequence", 9_223_372_036_854_775_808_u64).to_string(), &["range"]),
        ("depth 65", saying(&deep), &["nesting"]),
    ];
    for (name, text, rules) in &rows {
        let answer = client.post_bytes(JSON, text.clone()).await.is(400);
        assert_eq!(&answer.rules(), rules, "{name}: {}", answer.text());
        assert!(answer.json()["error"].is_string(), "{name}");
    }
    let several = json!({"spec": "aop/9", "session_id": "", "type": 1, "payload": []});
    let mut rules = client.post_bytes(JSON, several.to_string()).await.is(400).rules();
    rules.sort();
    assert_eq!(rules, ["empty", "required", "spec", "type", "type"], "everything at once");
    assert_eq!(client.json("/sessions").await["sessions"], json!([]));
    // It is written behind the answers, in their order.
    let quarantined =
        async || client.json("/quarantine").await["quarantine"].as_array().map(Vec::len);
    let whole = async { while quarantined().await != Some(rows.len() + 1) {} };
    banyan_tests::harness::within("every refusal to be kept", whole).await;
}

#[tokio::test]
async fn depth_64_is_read_also_in_long_runs_of_brackets() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client
        .post_bytes(JSON, saying(&format!("{}1{}", "[".repeat(62), "]".repeat(62))))
        .await
        .is(200);
    let bomb = saying(&"[".repeat(200_000));
    client.post_bytes(JSON, bomb).await.is(400);
    let balanced = saying(&format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)));
    assert_eq!(client.post_bytes(JSON, balanced).await.is(400).rules(), ["nesting"]);
    let brackets_in_text = saying(&json!("[".repeat(5_000)).to_string());
    client.post_bytes(JSON, brackets_in_text).await.is(200);
}

#[tokio::test]
async fn bytes_that_are_not_text_are_refused() {
    let banyan = Banyan::start().await;
    let mut bytes = thought("s", 1, "PIECE").to_string().into_bytes();
    let at = bytes.windows(5).position(|five| five == b"PIECE").unwrap();
    bytes[at] = 0xff;
    let answer = banyan.client().post_bytes(JSON, bytes).await.is(400);
    assert_eq!(answer.rules(), ["utf8"]);
}

#[tokio::test]
async fn one_bad_event_does_not_take_the_good_ones_with_it() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let bad = thought("s", 2, "x").with("spec", "aop/2");
    let body = json!([thought("s", 1, "a"), bad, thought("s", 3, "c"), 7]);
    let receipt = client.offer(&body).await.is(207).json();
    assert_eq!((&receipt["ok"], &receipt["accepted"]), (&json!(false), &json!(2)));
    assert_eq!(receipt["rejected"], 2);
    let indexes: Vec<_> =
        receipt["items"].as_array().unwrap().iter().map(|i| &i["index"]).collect();
    assert_eq!(indexes, [1, 3]);
    assert_eq!(receipt["items"][0]["violations"][0]["rule"], "spec");
    assert_eq!(sequences(&client.session("s").await), [1, 3]);

    let lines = format!("{}\n\nbroken\r\n{}\n", thought("n", 1, "a"), thought("n", 2, "b"));
    let receipt = client.post_bytes(NDJSON, lines).await.is(207).json();
    assert_eq!((&receipt["accepted"], &receipt["items"][0]["index"]), (&json!(2), &json!(1)));
    assert_eq!(sequences(&client.session("n").await), [1, 2]);
}

#[tokio::test]
async fn sizes_over_the_limits_are_refused() {
    const MIB: usize = 1024 * 1024;
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let sized = |bytes: usize| {
        let empty = thought("s", 1, "").to_string().len();
        thought("s", 1, &"x".repeat(bytes - empty)).to_string()
    };
    client.post_bytes(JSON, sized(MIB)).await.is(200);
    assert_eq!(client.post_bytes(JSON, sized(MIB + 1)).await.is(413).rules(), ["too_large"]);
    let many = |count: usize| -> Vec<Value> {
        let events = (0..count).map(|n| event("m", i64::try_from(n).unwrap(), "x.y", json!({})));
        events.collect()
    };
    client.post(&json!(many(1_000))).await;
    client.offer(&json!(many(1_001))).await.is(413);
    client.post_bytes(NDJSON, banyan_tests::harness::events::ndjson(&many(1_001))).await.is(413);
    client.post_bytes(NDJSON, format!("{}\n", sized(MIB)).repeat(9)).await.is(413);
    assert_eq!(client.session("m").await["events"].as_array().map(Vec::len), Some(1_000));
}

#[tokio::test]
async fn an_empty_batch_is_answered() {
    let banyan = Banyan::start().await;
    for (kind, body) in [(JSON, "[]"), (NDJSON, ""), (NDJSON, "\n\n")] {
        let answer = banyan.client().post_bytes(kind, body).await;
        assert!([200, 400].contains(&answer.status), "{kind} {body:?}: {}", answer.text());
        assert_eq!(banyan.client().post_bytes(kind, body).await.status, answer.status);
    }
}

fn sequences(session: &Value) -> Vec<i64> {
    let events = session["events"].as_array().expect("events").iter();
    events.map(|event| event["sequence"].as_i64().expect("a sequence")).collect()
}
