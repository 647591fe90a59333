//! Requests in protobuf, and their JSON as the specification of OTLP has it: ids in hex, 64-bit
//! integers as text, enums as numbers, defaults left out.

mod messages;
mod size;

use bytes::Bytes;
use prost::Message as _;
use serde_json::{Map, Value, json, value::RawValue};

#[cfg(test)]
pub(super) use messages::Array;
pub(super) use messages::{
    Any, AnyValue, KeyValue, Link, LogRecord, Request, Resource, Resources, Scope, Scopes, Span,
    SpanEvent, Status,
};

use self::size::{Kind, is_overfull, items};
use super::{
    Signal,
    fields::{base64, hex},
    request::{Gathered, Item, OVERFULL, Uncut, fits, unreadable},
};

/// Cuts a request into items, of which one at a time is decoded. How deep messages may nest is
/// bounded by the decoder.
pub(super) fn cut(signal: Signal, body: &Bytes, gathered: &mut Gathered) -> Result<(), Uncut> {
    fits(items(body))?;
    for resources in Request::decode(body.clone()).map_err(broken)?.resources {
        let Resources { resource, scopes, schema_url } =
            Resources::decode(resources).map_err(broken)?;
        let resource = Common::read::<Resource>(Kind::Resource, resource, of_resource)?;
        let resource_url = raw(&schema_url.into());
        for scopes in scopes {
            let Scopes { scope, records, schema_url } = Scopes::decode(scopes).map_err(broken)?;
            let scope = Common::read::<Scope>(Kind::Scope, scope, of_scope)?;
            let scope_url = raw(&schema_url.into());
            for record in records {
                let is_overfull = resource.is_overfull()
                    || scope.is_overfull()
                    || is_overfull(Kind::of(signal), &record);
                if is_overfull {
                    gathered.refuse(OVERFULL, &record);
                    continue;
                }
                let record = match signal {
                    Signal::Traces => of_span(Span::decode(record).map_err(broken)?),
                    Signal::Logs => of_log(LogRecord::decode(record).map_err(broken)?),
                };
                let around = Item {
                    resource: resource.json(),
                    resource_schema_url: resource_url.as_deref(),
                    scope: scope.json(),
                    schema_url: scope_url.as_deref(),
                    ..Item::default()
                };
                gathered.take(&around.with(signal, raw(&record).as_deref()));
            }
        }
    }
    Ok(())
}

fn broken(_error: prost::DecodeError) -> Uncut {
    unreadable("not the protobuf of an export request")
}

/// What spans or log records have in common: their resource, or their scope.
enum Common {
    Json(Option<Box<RawValue>>),
    /// It holds too much to be decoded.
    Overfull,
}

impl Common {
    fn read<M: prost::Message + Default>(
        kind: Kind,
        bytes: Bytes,
        json: impl FnOnce(M) -> Value,
    ) -> Result<Self, Uncut> {
        if bytes.is_empty() {
            return Ok(Self::Json(None));
        }
        if is_overfull(kind, &bytes) {
            return Ok(Self::Overfull);
        }
        Ok(Self::Json(raw(&json(M::decode(bytes).map_err(broken)?))))
    }

    fn json(&self) -> Option<&RawValue> {
        match self {
            Self::Json(json) => json.as_deref(),
            Self::Overfull => None,
        }
    }

    const fn is_overfull(&self) -> bool {
        matches!(self, Self::Overfull)
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
