//! Exporters of OpenTelemetry: what they are answered, and what they see of it.

use std::io::Write as _;

use banyan_tests::harness::{Answer, Banyan, Client, path_of};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use hyper::Method;
use serde_json::{Value, json};

const TRACE: &str = "0102030405060708090a0b0c0d0e0f10";
const LEAD: &str = "a1a1a1a1a1a1a1a1";
const TOOL: &str = "b2b2b2b2b2b2b2b2";
const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

async fn post(client: &Client, path: &str, kind: &str, body: impl Into<Bytes>) -> Answer {
    client.send(Method::POST, path, &[("content-type", kind)], body).await
}

/// Asks until everything that was acknowledged is there, which is at once.
async fn session(client: &Client, span: &str) -> Value {
    client.json(&path_of("/sessions", &format!("{TRACE}:{span}"), "/tree")).await
}

fn attribute(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// An agent that called a tool, the tool first, as exporters have it.
pub(super) fn trace() -> Value {
    let tool = json!({
        "traceId": TRACE, "spanId": TOOL, "parentSpanId": LEAD, "name": "execute_tool search",
        "startTimeUnixNano": "1700000001000000000", "endTimeUnixNano": 1_700_000_002_500_000_000_i64,
        "attributes": [attribute("gen_ai.operation.name", "execute_tool"),
                       attribute("gen_ai.tool.name", "search")],
    });
    let lead = json!({
        "traceId": TRACE, "spanId": LEAD, "name": "invoke_agent lead", "kind": "SPAN_KIND_INTERNAL",
        "startTimeUnixNano": 1_700_000_000_000_000_000_i64, "endTimeUnixNano": "1700000003000000000",
        "attributes": [attribute("gen_ai.operation.name", "invoke_agent"),
                       attribute("gen_ai.agent.name", "lead")],
        "status": {"code": "STATUS_CODE_ERROR", "message": "no answer"},
    });
    json!({"resourceSpans": [{"resource": {"attributes": [attribute("service.name", "shop")]},
                              "scopeSpans": [{"scope": {"name": "s"}, "spans": [tool, lead]}]}]})
}

#[tokio::test]
async fn spans_in_json_are_a_session() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for _ in 0..2 {
        let answer = post(&client, "/v1/traces", JSON, trace().to_string()).await.is(200);
        assert_eq!((answer.header("content-type"), answer.text().as_str()), (JSON, "{}"));
    }
    let lead = session(&client, LEAD).await["session"].clone();
    assert_eq!(lead["agent_id"], "lead");
    assert_eq!((&lead["status"], &lead["error"]), (&json!("failed"), &json!("no answer")));
    assert_eq!((&lead["own"]["events"], &lead["own"]["tool_calls"]), (&json!(4), &json!(1)));
    let told = client.session(&format!("{TRACE}:{LEAD}")).await;
    let kinds: Vec<&str> =
        told["events"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect();
    let expected =
        ["session.started", "operation.tool_start", "operation.tool_end", "session.ended"];
    assert_eq!(kinds, expected, "by their times");
    let start = &told["events"][1];
    assert_eq!(start["otlp"]["span"]["name"], "execute_tool search", "the span is carried");
    assert_eq!(start["sequence"], Value::Null);
    let page = client.page(&path_of("/s", &format!("{TRACE}:{LEAD}"), "")).await.is(200);
    assert!(page.text().contains("search"));
}

/// A message's field: its number, and bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut length = bytes.len();
    let mut field = vec![number << 3 | 2];
    while 0x80 <= length {
        field.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    field.push(u8::try_from(length).unwrap());
    [field, bytes.to_vec()].concat()
}

fn pair(key: &str, value: &str) -> Vec<u8> {
    [field(1, key.as_bytes()), field(2, &field(1, value.as_bytes()))].concat()
}

/// The protobuf of a request with one span for each name.
fn protobuf(ids: &[(&[u8], &str)]) -> Vec<u8> {
    let trace: Vec<u8> = (1..=16).collect();
    let spans = ids.iter().flat_map(|(id, name)| {
        let agent = field(9, &pair("gen_ai.operation.name", "invoke_agent"));
        let named = field(9, &pair("gen_ai.agent.name", name));
        field(2, &[field(1, &trace), field(2, id), agent, named].concat())
    });
    field(1, &field(2, &spans.collect::<Vec<u8>>()))
}

#[tokio::test]
async fn spans_in_protobuf_are_sessions_also_compressed() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let answer = post(&client, "/v1/traces", PROTOBUF, protobuf(&[(&[0xa1; 8], "plain")])).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, PROTOBUF));
    assert_eq!(answer.text(), "");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&protobuf(&[(&[0xb2; 8], "packed")])).unwrap();
    let headers = [("content-type", PROTOBUF), ("content-encoding", "gzip")];
    client.send(Method::POST, "/v1/traces", &headers, gzip.finish().unwrap()).await.is(200);
    for (span, name) in [(LEAD, "plain"), (TOOL, "packed")] {
        assert_eq!(session(&client, span).await["session"]["agent_id"], name);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_counted_and_the_rest_is_taken() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let mut body = trace();
    body["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] = json!("none");
    let answer = post(&client, "/v1/traces", JSON, body.to_string()).await.is(200).json();
    assert_eq!(answer["partialSuccess"]["rejectedSpans"], "1");
    let message = answer["partialSuccess"]["errorMessage"].as_str().unwrap();
    assert!(message.contains("/span/traceId"), "{message}");
    assert_eq!(session(&client, LEAD).await["session"]["own"]["events"], 2);
    let body = protobuf(&[(&[0; 8], "zero"), (&[0xa1; 8], "good")]);
    let answer = post(&client, "/v1/traces", PROTOBUF, body).await.is(200);
    assert!(answer.text().contains("/span/spanId"), "{:?}", answer.text());
}

#[tokio::test]
async fn errors_are_in_the_encoding_that_was_sent() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let large = vec![b' '; 17 * 1024 * 1024];
    for (path, kind, body, status) in [
        ("/v1/traces", JSON, b"rubbish".to_vec(), 400),
        ("/v1/traces", JSON, b"[]".to_vec(), 400),
        ("/v1/logs", JSON, br#"{"resourceLogs":7}"#.to_vec(), 400),
        ("/v1/traces", PROTOBUF, b"rubbish".to_vec(), 400),
        ("/v1/logs", PROTOBUF, vec![0xff; 1_000], 400),
        ("/v1/traces", JSON, large.clone(), 413),
        ("/v1/traces", PROTOBUF, large, 413),
        ("/v1/traces", "text/plain", b"{}".to_vec(), 415),
    ] {
        let answer = post(&client, path, kind, body).await.is(status);
        let told = if kind == PROTOBUF { PROTOBUF } else { JSON };
        assert_eq!(answer.header("content-type"), told, "{path} {kind} {status}");
        if told == JSON {
            let answer = answer.json();
            assert!(answer["code"].is_i64() && answer["message"].is_string(), "{answer}");
        } else {
            // google.rpc.Status: a code, then a message.
            assert!(answer.text().starts_with("\u{8}\u{3}\u{12}"), "{:?}", answer.text());
        }
    }
    assert_eq!(client.json("/sessions").await["sessions"], json!([]));
}

#[tokio::test]
async fn log_records_of_coding_agents_are_their_events() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let record = |name: &str, rest: Value| {
        let mut attributes = vec![attribute("session.id", "cc"), attribute("event.name", name)];
        attributes.extend(rest.as_array().unwrap().iter().cloned());
        json!({"timeUnixNano": "1700000000000000000", "attributes": attributes,
               "body": {"stringValue": format!("claude_code.{name}")}})
    };
    let number = |key: &str, value: f64| json!({"key": key, "value": {"doubleValue": value}});
    let records = [
        record("user_prompt", json!([attribute("prompt", "mend it")])),
        record(
            "api_request",
            json!([
                attribute("model", "m1"),
                attribute("input_tokens", "10"),
                attribute("output_tokens", "5"),
                number("cost_usd", 0.25)
            ]),
        ),
        record("something_new", json!([attribute("key", "value")])),
    ];
    let body = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).to_string();
    for _ in 0..2 {
        post(&client, "/v1/logs", JSON, body.clone()).await.is(200);
    }
    let told = client.session("cc").await;
    let session = &told["session"];
    assert_eq!(
        (&session["goal"], &session["agent_id"]),
        (&json!("mend it"), &json!("claude-code"))
    );
    assert_eq!(session["total_tokens"], 15);
    assert_eq!(session["total_cost_usd"].to_string(), "0.25");
    let kinds: Vec<&Value> =
        told["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["cognition.goal", "operation.external_call", "claude_code.something_new"]);
}

#[tokio::test]
async fn a_window_as_large_as_a_request_is_understood() {
    let banyan = Banyan::start().await;
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(24).unwrap();
    encoder.write_all(trace().to_string().as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    let headers = [("content-type", JSON), ("content-encoding", "zstd")];
    banyan.client().send(Method::POST, "/v1/traces", &headers, body.clone()).await.is(200);
    // Events fit into half of it.
    banyan.client().send(Method::POST, "/events", &headers, body).await.is(400);
}

#[tokio::test]
async fn a_page_to_take_away_has_both_ends_of_a_call() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    post(&client, "/v1/traces", JSON, trace().to_string()).await.is(200);
    let path = path_of("/s", &format!("{TRACE}:{LEAD}"), "/export.html");
    let page = client.get(&path).await.is(200).text();
    assert!(!page.contains("is not in this file"), "{page}");
    let payloads = page.matches("aria-label=\"Payload of event ").count();
    let events = session(&client, LEAD).await["session"]["own"]["events"].clone();
    assert_eq!(json!(payloads), events, "{page}");
}
