//! Spans in, a view out.

mod agents;
mod orders;
mod places;

use banyan_protocol::otlp::Signal;
use serde_json::{Value, json};

use crate::projection::tests::story::{Entry, Scene, Source};

/// Seconds are those since 2026-01-01.
const BEGIN_NANOS: i64 = 1_767_225_600_000_000_000;

/// A span of the trace `1…1`: its id and that of its parent are a digit, 0 for none.
#[derive(Clone, Debug)]
struct Build {
    id: u8,
    parent: u8,
    /// Seconds.
    start: i64,
    end: i64,
    rest: Value,
}

/// An agent's span.
fn agent(id: u8, parent: u8, name: &str) -> Build {
    said(id, parent, json!({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name}))
}

/// A tool's span.
fn tool(id: u8, parent: u8, name: &str) -> Build {
    said(id, parent, json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}))
}

/// A span of a model's call that took so many tokens.
fn model(id: u8, parent: u8, tokens: u64) -> Build {
    said(
        id,
        parent,
        json!({
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-x",
            "gen_ai.usage.input_tokens": tokens,
            "gen_ai.usage.output_tokens": 1,
        }),
    )
}

/// A span that says nothing of agents.
fn plain(id: u8, parent: u8) -> Build {
    said(id, parent, json!({"http.method": "GET"}))
}

fn said(id: u8, parent: u8, attributes: Value) -> Build {
    let (start, end) = (i64::from(id), 100 - i64::from(id));
    Build { id, parent, start, end, rest: json!({"attributes": pairs(attributes)}) }
}

impl Build {
    /// With further attributes.
    fn and(mut self, attributes: Value) -> Self {
        let Value::Array(more) = pairs(attributes) else { unreachable!("a list") };
        self.rest["attributes"].as_array_mut().unwrap().extend(more);
        self
    }

    fn failed(mut self, message: &str) -> Self {
        self.rest["status"] = json!({"code": 2, "message": message});
        self
    }

    fn entry(&self) -> Entry {
        let id = |digit: u8| format!("{digit:016x}");
        let at = |seconds: i64| (BEGIN_NANOS + seconds * 1_000_000_000).to_string();
        let mut span = json!({
            "traceId": "1".repeat(32),
            "spanId": id(self.id),
            "name": "a span",
            "startTimeUnixNano": at(self.start),
            "endTimeUnixNano": at(self.end),
        });
        let Value::Object(fields) = &mut span else { unreachable!("an object") };
        if self.parent != 0 {
            fields.insert("parentSpanId".to_owned(), id(self.parent).into());
        }
        if let Value::Object(rest) = self.rest.clone() {
            fields.extend(rest);
        }
        let resource = pairs(json!({"service.name": "shop"}));
        let item = json!({"resource": {"attributes": resource}, "span": span});
        Entry { source: Source::Otlp(Signal::Traces), bytes: item.to_string().into() }
    }
}

fn pairs(attributes: Value) -> Value {
    let Value::Object(attributes) = attributes else { unreachable!("an object") };
    let value = |value: Value| match value {
        Value::String(text) => json!({"stringValue": text}),
        Value::Bool(flag) => json!({"boolValue": flag}),
        number => json!({"intValue": number}),
    };
    attributes.into_iter().map(|(key, it)| json!({"key": key, "value": value(it)})).collect()
}

fn entries(spans: &[Build]) -> Vec<Entry> {
    spans.iter().map(Build::entry).collect()
}

/// The places of all known sessions, with `1…1:000…07` written as `7`.
async fn places(scene: &Scene) -> Vec<String> {
    let short =
        |place: &String| place.replace(&format!("{}:{}", "1".repeat(32), "0".repeat(15)), "");
    scene.places().await.iter().map(short).collect()
}
