//! `/openapi.json` against what the collector really answers.

use std::collections::BTreeSet;

use banyan_tests::harness::{
    Banyan, Client,
    events::{Dialect, With as _, child, spawn, started, thought},
};
use hyper::Method;
use serde_json::{Value, json};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// Answers that carry keys of the agents' own.
const OPEN: [&str; 1] = ["EventView"];

/// The schema of an answer, with the document's components beside it; objects have no properties
/// but the documented ones.
fn schema(document: &Value, path: &str, method: &str, status: u16) -> Value {
    let responses = &document["paths"][path][method]["responses"];
    let answer = &responses[status.to_string()];
    assert!(!answer.is_null(), "{method} {path} does not document {status}: {responses}");
    let schema = &answer["content"]["application/json"]["schema"];
    assert!(schema.is_object(), "{method} {path} {status} has no JSON schema: {answer}");
    let mut schema = strict(schema, document);
    let components = document["components"]["schemas"].as_object().expect("schemas");
    for (name, component) in components {
        let open = OPEN.contains(&name.as_str());
        let component = if open { component.clone() } else { strict(component, document) };
        schema["components"]["schemas"][name] = component;
    }
    schema
}

/// Closes every object, also those that are put together of several.
fn strict(schema: &Value, document: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let parts = object.contains_key("allOf");
            let is_object = parts || object.contains_key("properties");
            let mut closed: Value = object
                .iter()
                .map(|(key, value)| {
                    let value = if parts && key == "allOf" {
                        loose(value, document)
                    } else {
                        strict(value, document)
                    };
                    (key.clone(), value)
                })
                .collect();
            if is_object {
                closed["unevaluatedProperties"] = json!(false);
            }
            closed
        }
        Value::Array(list) => list.iter().map(|item| strict(item, document)).collect(),
        other => other.clone(),
    }
}

/// Parts of a whole: references replaced by what they name, nothing closed but what is inside.
fn loose(parts: &Value, document: &Value) -> Value {
    match parts {
        Value::Object(object) => {
            if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                let named = document.pointer(target.trim_start_matches('#')).expect("a component");
                return loose(named, document);
            }
            let part = |(key, value): (&String, &Value)| match key.as_str() {
                "allOf" | "oneOf" | "anyOf" => (key.clone(), loose(value, document)),
                _ => (key.clone(), strict(value, document)),
            };
            object.iter().map(part).collect()
        }
        Value::Array(list) => list.iter().map(|item| loose(item, document)).collect(),
        other => other.clone(),
    }
}

fn validator(schema: &Value) -> jsonschema::Validator {
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
    options.build(schema).unwrap_or_else(|error| panic!("not a schema: {error}"))
}

#[track_caller]
fn check(document: &Value, path: &str, method: &str, status: u16, body: &Value) {
    let validator = validator(&schema(document, path, method, status));
    let wrong: Vec<_> = validator
        .iter_errors(body)
        .map(|error| format!("{error:.300} at {}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{method} {path} {status}: {wrong:#?} in {body:#}");
}

async fn filled(client: &Client) {
    let mut extra = thought("root", 3, "with keys of its own");
    extra["trace"] = json!({"id": 7});
    client
        .post(&json!([
            started("root", 1, "plan"),
            spawn("root", 2, "ghost"),
            extra,
            child("leaf", "root", "do").with("agent_version", "1.2"),
            Dialect::Docs.tool_start("leaf", 2, "bash", "c1"),
            Dialect::Docs.tool_end("leaf", 3, "bash", "c1"),
            Dialect::Docs.ended("leaf", 7, "failed", "gave up").saying("total_cost_usd", 0.25),
            child("stray", "nobody", "wait"),
            thought("root", 9, "no time").without("timestamp"),
            started("doomed", 1, "go away"),
        ]))
        .await;
    let loops: Vec<_> =
        (10..30).map(|n| Dialect::Docs.tool_start("leaf", n, "bash", "same")).collect();
    client.post(&json!(loops)).await;
    client.offer(&json!([thought("root", 1, "x").with("spec", "aop/2")])).await.is(400);
    client.delete("/sessions/doomed").await.is(200);
}

#[tokio::test]
async fn answers_are_as_documented() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    filled(&client).await;
    let document = client.json("/openapi.json").await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
    let mut checked = BTreeSet::new();
    let alert = an_alert(&client).await;
    for (path, asked, status) in [
        ("/sessions", "/sessions", 200),
        ("/sessions", "/sessions?limit=1", 200),
        ("/sessions", "/sessions?limit=x", 400),
        ("/sessions", "/sessions?q=knd:x", 400),
        ("/sessions/{id}", "/sessions/root", 200),
        ("/sessions/{id}", "/sessions/leaf", 200),
        ("/sessions/{id}", "/sessions/ghost", 200),
        ("/sessions/{id}", "/sessions/never", 404),
        ("/sessions/{id}/tree", "/sessions/root/tree", 200),
        ("/sessions/{id}/tree", "/sessions/never/tree", 404),
        ("/sessions/{id}/children", "/sessions/root/children", 200),
        ("/sessions/{id}/missing", "/sessions/leaf/missing", 200),
        ("/events", "/events", 200),
        ("/events", "/events?after=nonsense", 400),
        ("/groups", "/groups", 200),
        ("/alerts", "/alerts", 200),
        ("/alerts", "/alerts?state=all&rule=loop&limit=x", 400),
        ("/alerts/{id}", &alert, 200),
        ("/alerts/{id}", "/alerts/never", 404),
        ("/quarantine", "/quarantine", 200),
        ("/import/claude-code/{id}", "/import/claude-code/root", 200),
        ("/health", "/health", 200),
        ("/readyz", "/readyz", 200),
        ("/openapi.json", "/openapi.json", 200),
        ("/", "/", 200),
    ] {
        check(&document, path, "get", status, &client.get(asked).await.is(status).json());
        checked.insert(("get".to_owned(), path.to_owned()));
    }
    for (body, prefer, status) in [
        (thought("more", 1, "x").to_string(), "", 200),
        (thought("more", 1, "x").to_string(), "wait", 200),
        (json!([thought("more", 2, "x"), 7]).to_string(), "wait", 207),
        ("{".to_owned(), "", 400),
        (" ".repeat(9 * 1024 * 1024), "", 413),
    ] {
        let headers = [("content-type", "application/json"), ("prefer", prefer)];
        let answer = client.send(Method::POST, "/events", &headers, body).await.is(status);
        check(&document, "/events", "post", status, &answer.json());
    }
    let text = client.post_bytes("text/plain", "x").await.is(415).json();
    check(&document, "/events", "post", 415, &text);
    let deleted = client.delete("/sessions/stray").await.is(200);
    check(&document, "/sessions/{id}", "delete", 200, &deleted.json());
    for deed in ["ack", "reopen"] {
        let said = client.send(Method::POST, &format!("{alert}/{deed}"), &[], "").await.is(200);
        let path = format!("/alerts/{{id}}/{deed}");
        check(&document, &path, "post", 200, &said.json());
        checked.insert(("post".to_owned(), path));
    }
    for path in ["/hooks/claude-code", "/hooks/codex"] {
        let answer = client.send(Method::POST, path, &JSON, "{}").await.is(200);
        check(&document, path, "post", 200, &answer.json());
        checked.insert(("post".to_owned(), path.to_owned()));
    }
    lines_are_answered_as_documented(&client, &document).await;
    exports_are_answered_as_documented(&client, &document).await;
    for path in ["/events", "/import/claude-code", "/v1/traces", "/v1/logs"] {
        checked.insert(("post".to_owned(), path.to_owned()));
    }
    checked.insert(("delete".to_owned(), "/sessions/{id}".to_owned()));
    every_json_route_was_checked(&document, &checked);
}

async fn lines_are_answered_as_documented(client: &Client, document: &Value) {
    let line = json!({"session_id": "s", "line": 1, "entry": {"type": "user"}});
    for (body, status) in [
        (line.to_string(), 200),
        (json!([line, {"line": 0}]).to_string(), 207),
        ("{".to_owned(), 400),
    ] {
        let headers = [("content-type", "application/json")];
        let path = "/import/claude-code";
        let answer = client.send(Method::POST, path, &headers, body).await.is(status);
        check(document, path, "post", status, &answer.json());
    }
}

/// Of a `google.rpc.Status`, too.
async fn exports_are_answered_as_documented(client: &Client, document: &Value) {
    for path in ["/v1/traces", "/v1/logs"] {
        for (body, status) in [("{}", 200), ("[]", 400)] {
            let answer = client.send(Method::POST, path, &JSON, body).await.is(status);
            check(document, path, "post", status, &answer.json());
        }
    }
}

/// The path of an alert.
async fn an_alert(client: &Client) -> String {
    let alerts = client.json("/alerts").await["alerts"].clone();
    format!("/alerts/{}", alerts[0]["id"].as_str().expect("an alert"))
}

/// A new JSON route must be added to the table above.
fn every_json_route_was_checked(document: &Value, checked: &BTreeSet<(String, String)>) {
    let mut forgotten = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let json = !operation["responses"]["200"]["content"]["application/json"].is_null();
            if json && !checked.contains(&(method.clone(), path.clone())) {
                forgotten.push(format!("{method} {path}"));
            }
        }
    }
    assert_eq!(forgotten, Vec::<String>::new());
}

#[tokio::test]
async fn every_documented_route_exists_and_the_index_names_them() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    filled(&client).await;
    let document = client.json("/openapi.json").await;
    let alert = an_alert(&client).await;
    let index = client.json("/").await["routes"].to_string();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys() {
            if path != "/stream" && method == "get" {
                let path = path.replace("/alerts/{id}", &alert).replace("{id}", "root");
                let answer = client.get(&path).await;
                assert_eq!(answer.status, 200, "{method} {path}");
            }
            let named = format!("{} {path}", method.to_uppercase());
            assert!(index.contains(&named), "the index does not name {named}: {index}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_its_schema_is_caught() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    filled(&client).await;
    let document = client.json("/openapi.json").await;
    let good = client.json("/sessions/root").await;
    let schema = schema(&document, "/sessions/{id}", "get", 200);
    let validator = validator(&schema);
    assert!(validator.is_valid(&good));
    for (pointer, value) in [
        ("/session/status", json!("dancing")),
        ("/session/id", json!(7)),
        ("/session/own/tokens", json!("many")),
        ("/events", json!({})),
        ("/session", json!({"id": "only"})),
        ("/session/own/first_activity_at", json!([])),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} in {good}")) = value;
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
    for pointer in ["/session", "/session/own", "/alerts/0", "/events/0/banyan"] {
        let mut bad = client.json("/sessions/leaf").await;
        assert!(validator.is_valid(&bad));
        let place = bad.pointer_mut(pointer).expect(pointer);
        place["undocumented"] = json!(1);
        assert!(!validator.is_valid(&bad), "{pointer}");
    }
}
