//! What real exporters posted: the trees that it makes, whatever the order and the batches.

mod split;

use std::fmt::Write as _;

use banyan_tests::harness::{Banyan, Client, compare, path_of};
use hyper::Method;
use serde_json::{Value, json};

macro_rules! exports {
    ($($name:literal),+ $(,)?) => {
        [$(Export {
            name: $name,
            body: include_bytes!(concat!("../../fixtures/otlp/", $name)),
        }),+]
    };
}

struct Export {
    name: &'static str,
    body: &'static [u8],
}

const EXPORTS: [Export; 7] = exports![
    "ai-sdk-7.0.173.traces.json",
    "ai-sdk-7.0.173-legacy.traces.json",
    "langgraph-1.2.22.traces.bin",
    "openai-agents-0.24.0.traces.bin",
    "pydantic-ai-2.68.0.traces.bin",
    "strands-1.62.0.traces.bin",
    "traceloop-0.62.4.traces.bin",
];

impl Export {
    fn is_json(&self) -> bool {
        self.body.starts_with(b"{")
    }

    fn singles(&self) -> Vec<Vec<u8>> {
        if self.is_json() { split::json(self.body) } else { split::protobuf(self.body) }
    }

    async fn post(&self, client: &Client, body: impl Into<bytes::Bytes>) {
        let kind = if self.is_json() { "application/json" } else { "application/x-protobuf" };
        let headers = [("content-type", kind)];
        client.send(Method::POST, "/v1/traces", &headers, body).await.is(200);
    }

    /// A collector that was sent `bodies`.
    async fn sent(&self, bodies: impl IntoIterator<Item = Vec<u8>>) -> Banyan {
        let banyan = Banyan::start().await;
        for body in bodies {
            self.post(&banyan.client(), body).await;
        }
        banyan
    }
}

/// Every tree, and what its sessions did, as text.
async fn told(client: &Client) -> String {
    let mut text = String::new();
    let mut roots = compare::sessions(client).await;
    roots.retain(|session| session["parent_session_id"].is_null());
    roots.sort_by_key(|session| session["started_at"].to_string());
    for root in roots {
        let tree = client.json(&path_of("/sessions", root["id"].as_str().unwrap(), "/tree")).await;
        session(client, &tree, &mut text).await;
    }
    text
}

async fn session(client: &Client, tree: &Value, text: &mut String) {
    let session = &tree["session"];
    let depth = usize::try_from(session["depth"].as_u64().unwrap()).unwrap();
    let indent = "    ".repeat(depth);
    let word = |key: &str| session[key].as_str().unwrap_or("-").to_owned();
    writeln!(
        text,
        "{indent}{} {} {} tokens={} tools={} errors={}",
        word("agent_id"),
        word("status"),
        word("model"),
        session["own"]["tokens"],
        session["own"]["tool_calls"],
        session["own"]["errors"],
    )
    .unwrap();
    for key in ["id", "goal", "final_response", "error"] {
        writeln!(text, "{indent}  {key}: {}", session[key]).unwrap();
    }
    for flag in session["flags"].as_array().into_iter().flatten() {
        writeln!(text, "{indent}  flag: {flag}").unwrap();
    }
    let answer = client.session(session["id"].as_str().unwrap()).await;
    for event in answer["events"].as_array().unwrap() {
        writeln!(text, "{indent}  {} {}", event["type"].as_str().unwrap(), event["payload"])
            .unwrap();
    }
    for child in tree["children"].as_array().unwrap() {
        Box::pin(self::session(client, child, text)).await;
    }
}

#[tokio::test]
async fn captured_exports_are_trees() {
    for export in EXPORTS {
        let banyan = export.sent([export.body.to_vec()]).await;
        insta::assert_snapshot!(export.name, told(&banyan.client()).await);
        banyan.verified().await;
    }
}

#[tokio::test]
async fn any_order_and_any_batches_make_the_same_trees() {
    for export in EXPORTS {
        let at_once = export.sent([export.body.to_vec()]).await;
        let expected = compare::knowledge(&at_once.client()).await;
        let mut singles = export.singles();
        for turn in 0..3 {
            // As they ended, then the other way round, then from the middle outwards and twice.
            match turn {
                0 => {}
                1 => singles.reverse(),
                _ => {
                    let half = singles.len() / 2;
                    singles.rotate_left(half);
                    singles.extend(singles.clone());
                }
            }
            let banyan = export.sent(singles.clone()).await;
            let known = compare::knowledge(&banyan.client()).await;
            let differences = differences(&json!(known), &json!(expected));
            assert_eq!(differences, Vec::<String>::new(), "{} in order {turn}", export.name);
            banyan.verified().await;
        }
    }
}

/// Where two values differ, and in what.
fn differences(one: &Value, other: &Value) -> Vec<String> {
    match (one, other) {
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) => left
            .iter()
            .flat_map(|(key, value)| {
                differences(value, &right[key]).into_iter().map(move |it| format!("/{key}{it}"))
            })
            .collect(),
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => (0..)
            .zip(left.iter().zip(right))
            .flat_map(|(at, (one, other))| {
                differences(one, other).into_iter().map(move |it| format!("/{at}{it}"))
            })
            .collect(),
        _ if one == other => Vec::new(),
        _ => vec![format!(": {one} is not {other}")],
    }
}

#[test]
fn a_request_taken_apart_holds_every_span_once() {
    let counts: Vec<_> = EXPORTS.iter().map(|export| export.singles().len()).collect();
    assert_eq!(counts, [15, 10, 18, 27, 8, 15, 7]);
}
