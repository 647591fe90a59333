//! Requests in protobuf, and their JSON as the specification of OTLP has it: ids in hex, 64-bit
//! integers as text, enums as numbers, defaults left out.

mod messages;

use prost::Message as _;
use serde_json::{Map, Value, json, value::RawValue};

#[cfg(test)]
pub(super) use messages::Array;
pub(super) use messages::{
    Any, AnyValue, KeyValue, Link, LogRecord, Logs, Resource, ResourceLogs, ResourceSpans, Scope,
    ScopeLogs, ScopeSpans, Span, SpanEvent, Status, Traces,
};

use super::{
    Signal,
    fields::{base64, hex},
    request::{Gathered, Item, Unreadable, unreadable},
};

/// Cuts a request into items. How deep messages may nest is bounded by the decoder.
pub(super) fn cut(signal: Signal, body: &[u8], gathered: &mut Gathered) -> Result<(), Unreadable> {
    match signal {
        Signal::Traces => {
            for ResourceSpans { resource, scope_spans, schema_url } in
                Traces::decode(body).map_err(broken)?.resource_spans
            {
                let (resource, url) = (resource.map(of_resource), raw(&schema_url.into()));
                for ScopeSpans { scope, spans, schema_url } in scope_spans {
                    let around =
                        Around::new([resource.as_ref(), scope.map(of_scope).as_ref()], &schema_url);
                    for span in spans {
                        let span = raw(&of_span(span));
                        gathered
                            .take(&Item { span: span.as_deref(), ..around.item(url.as_deref()) });
                    }
                }
            }
        }
        Signal::Logs => {
            for ResourceLogs { resource, scope_logs, schema_url } in
                Logs::decode(body).map_err(broken)?.resource_logs
            {
                let (resource, url) = (resource.map(of_resource), raw(&schema_url.into()));
                for ScopeLogs { scope, log_records, schema_url } in scope_logs {
                    let around =
                        Around::new([resource.as_ref(), scope.map(of_scope).as_ref()], &schema_url);
                    for record in log_records {
                        let log_record = raw(&of_log(record));
                        let log_record = log_record.as_deref();
                        gathered.take(&Item { log_record, ..around.item(url.as_deref()) });
                    }
                }
            }
        }
    }
    Ok(())
}

fn broken(_error: prost::DecodeError) -> Unreadable {
    unreadable("not the protobuf of an export request")
}

/// What the spans or log records of one scope have in common.
struct Around {
    resource: Option<Box<RawValue>>,
    scope: Option<Box<RawValue>>,
    schema_url: Option<Box<RawValue>>,
}

impl Around {
    fn new([resource, scope]: [Option<&Value>; 2], schema_url: &str) -> Self {
        Self {
            resource: resource.and_then(raw),
            scope: scope.and_then(raw),
            schema_url: raw(&schema_url.into()),
        }
    }

    fn item<'a>(&'a self, resource_schema_url: Option<&'a RawValue>) -> Item<'a> {
        Item {
            resource: self.resource.as_deref(),
            resource_schema_url,
            scope: self.scope.as_deref(),
            schema_url: self.schema_url.as_deref(),
            span: None,
            log_record: None,
        }
    }
}

/// A value as text; nothing for an empty text.
fn raw(value: &Value) -> Option<Box<RawValue>> {
    if value.as_str() == Some("") {
        return None;
    }
    RawValue::from_string(value.to_string()).ok()
}

/// An object without the fields that have their defaults.
fn object(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let is_said = |value: &Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Number(number) => number.as_i64() != Some(0),
        Value::Bool(_) | Value::Object(_) => true,
    };
    let fields = fields.into_iter().filter(|(_, value)| is_said(value));
    Value::Object(fields.map(|(key, value)| (key.to_owned(), value)).collect())
}

/// A 64-bit integer; 0 is nothing.
fn long(number: u64) -> Value {
    if number == 0 { Value::Null } else { number.to_string().into() }
}

fn of_resource(Resource { attributes, dropped_attributes_count }: Resource) -> Value {
    object([
        ("attributes", pairs(attributes)),
        ("droppedAttributesCount", dropped_attributes_count.into()),
    ])
}

fn of_scope(Scope { name, version, attributes, dropped_attributes_count }: Scope) -> Value {
    object([
        ("name", name.into()),
        ("version", version.into()),
        ("attributes", pairs(attributes)),
        ("droppedAttributesCount", dropped_attributes_count.into()),
    ])
}

fn of_span(span: Span) -> Value {
    let Status { message, code } = span.status.unwrap_or_default();
    object([
        ("traceId", hex(&span.trace_id).into()),
        ("spanId", hex(&span.span_id).into()),
        ("traceState", span.trace_state.into()),
        ("parentSpanId", hex(&span.parent_span_id).into()),
        ("flags", span.flags.into()),
        ("name", span.name.into()),
        ("kind", span.kind.into()),
        ("startTimeUnixNano", long(span.start_time_unix_nano)),
        ("endTimeUnixNano", long(span.end_time_unix_nano)),
        ("attributes", pairs(span.attributes)),
        ("droppedAttributesCount", span.dropped_attributes_count.into()),
        ("events", span.events.into_iter().map(of_event).collect()),
        ("droppedEventsCount", span.dropped_events_count.into()),
        ("links", span.links.into_iter().map(of_link).collect()),
        ("droppedLinksCount", span.dropped_links_count.into()),
        ("status", object([("message", message.into()), ("code", code.into())])),
    ])
}

fn of_event(event: SpanEvent) -> Value {
    object([
        ("timeUnixNano", long(event.time_unix_nano)),
        ("name", event.name.into()),
        ("attributes", pairs(event.attributes)),
        ("droppedAttributesCount", event.dropped_attributes_count.into()),
    ])
}

fn of_link(link: Link) -> Value {
    object([
        ("traceId", hex(&link.trace_id).into()),
        ("spanId", hex(&link.span_id).into()),
        ("traceState", link.trace_state.into()),
        ("attributes", pairs(link.attributes)),
        ("droppedAttributesCount", link.dropped_attributes_count.into()),
        ("flags", link.flags.into()),
    ])
}

fn of_log(record: LogRecord) -> Value {
    object([
        ("timeUnixNano", long(record.time_unix_nano)),
        ("observedTimeUnixNano", long(record.observed_time_unix_nano)),
        ("severityNumber", record.severity_number.into()),
        ("severityText", record.severity_text.into()),
        ("eventName", record.event_name.into()),
        ("body", record.body.map_or(Value::Null, any)),
        ("attributes", pairs(record.attributes)),
        ("droppedAttributesCount", record.dropped_attributes_count.into()),
        ("flags", record.flags.into()),
        ("traceId", hex(&record.trace_id).into()),
        ("spanId", hex(&record.span_id).into()),
    ])
}

fn pairs(pairs: Vec<KeyValue>) -> Value {
    let pair = |KeyValue { key, value }| {
        let value = value.map_or_else(|| Value::Object(Map::new()), any);
        json!({"key": key, "value": value})
    };
    pairs.into_iter().map(pair).collect()
}

fn any(AnyValue { value }: AnyValue) -> Value {
    match value {
        None => json!({}),
        Some(Any::String(text)) => json!({"stringValue": text}),
        Some(Any::Bool(flag)) => json!({"boolValue": flag}),
        Some(Any::Int(number)) => json!({"intValue": number.to_string()}),
        Some(Any::Double(number)) if number.is_finite() => json!({"doubleValue": number}),
        Some(Any::Double(number)) => {
            let sign = if number.is_sign_negative() { "-" } else { "" };
            let word = if number.is_nan() { "NaN".to_owned() } else { format!("{sign}Infinity") };
            json!({"doubleValue": word})
        }
        Some(Any::Array(array)) => {
            let values: Value = array.values.into_iter().map(any).collect();
            json!({"arrayValue": {"values": values}})
        }
        Some(Any::Pairs(list)) => json!({"kvlistValue": {"values": pairs(list.values)}}),
        Some(Any::Bytes(bytes)) => json!({"bytesValue": base64(&bytes)}),
    }
}
