//! Spans for the tests of dialects.

use banyan_protocol::otlp::Span;
use serde_json::{Value, json};

/// A span with `attributes`, an object.
pub(super) fn span(name: &str, attributes: &Value) -> Span {
    with_events(name, attributes, &[])
}

/// The same, and what happened on the way.
pub(super) fn with_events(name: &str, attributes: &Value, events: &[(&str, Value)]) -> Span {
    let event = |(name, said): &(&str, Value)| json!({"name": name, "attributes": pairs(said)});
    let item = json!({"span": {
        "traceId": "1".repeat(32),
        "spanId": "2".repeat(16),
        "name": name,
        "attributes": pairs(attributes),
        "events": events.iter().map(event).collect::<Value>(),
    }});
    Span::read(&item.to_string()).unwrap()
}

fn pairs(attributes: &Value) -> Value {
    let pair = |(key, value): (&String, &Value)| json!({"key": key, "value": any(value)});
    attributes.as_object().unwrap().iter().map(pair).collect()
}

fn any(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => json!({"doubleValue": number}),
        Value::Number(number) => json!({"intValue": number}),
        Value::Bool(flag) => json!({"boolValue": flag}),
        Value::String(text) => json!({"stringValue": text}),
        Value::Null | Value::Array(_) | Value::Object(_) => panic!("no attribute: {value}"),
    }
}
