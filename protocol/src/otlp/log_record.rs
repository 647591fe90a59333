//! A log record, read back from its item.

use serde_json::Value;

use super::{
    SPAN_ID_BYTES, TRACE_ID_BYTES,
    attributes::{Attributes, plain},
    fields::{id, integer, member, micros, text},
    span::Scope,
};
use crate::{Timestamp, Violation};

/// A readable log record with its resource and scope.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRecord {
    /// When it happened, else when it was observed.
    pub time: Option<Timestamp>,
    /// What kind of event it is: its own field, unless that names a place in source code, else the
    /// attribute `event.name`, else the body where that is nothing but a name with a dot.
    pub event_name: Option<String>,
    /// 1–24: 9 is information, 13 a warning, 17 an error; 0 when it does not say.
    pub severity: i64,
    /// What it says; null when nothing.
    pub body: Value,
    /// What it says of itself.
    pub attributes: Attributes,
    /// The trace in which it happened.
    pub trace_id: Option<String>,
    /// The span in which it happened.
    pub span_id: Option<String>,
    /// What made it: `service.name` …
    pub resource: Attributes,
    /// Which instrumentation made it.
    pub scope: Scope,
}

impl LogRecord {
    /// Reads an item, naming everything that is wrong with it.
    pub fn read(item: &str) -> Result<Self, Vec<Violation>> {
        let item: Value = serde_json::from_str(item)
            .map_err(|_broken| vec![Violation::new("", "json", "must be one JSON object")])?;
        let Some(record) = item.get("logRecord").filter(|record| record.is_object()) else {
            return Err(vec![Violation::new("/logRecord", "required", "must be an object")]);
        };
        let attributes = Attributes::of(record);
        let body = member(record, ["body", "body"]).map_or(Value::Null, plain);
        let time = micros(record, ["timeUnixNano", "time_unix_nano"])
            .or_else(|| micros(record, ["observedTimeUnixNano", "observed_time_unix_nano"]));
        let is_name = |text: &&str| text.contains('.') && !text.contains(char::is_whitespace);
        let event_name = text(record, ["eventName", "event_name"])
            .filter(|name| !is_callsite(name))
            .or_else(|| attributes.text("event.name").map(ToOwned::to_owned))
            .or_else(|| body.as_str().filter(is_name).map(ToOwned::to_owned));
        Ok(Self {
            time: time.map(Timestamp::from_micros),
            event_name,
            severity: member(record, ["severityNumber", "severity_number"])
                .and_then(integer)
                .unwrap_or(0),
            body,
            trace_id: id(member(record, ["traceId", "trace_id"]), TRACE_ID_BYTES),
            span_id: id(member(record, ["spanId", "span_id"]), SPAN_ID_BYTES),
            attributes,
            resource: item.get("resource").map(Attributes::of).unwrap_or_default(),
            scope: Scope::of(item.get("scope")),
        })
    }
}

/// What tracing's bridge to OpenTelemetry calls an event that has no name: `event src/x.rs:17`.
fn is_callsite(name: &str) -> bool {
    let line = name.strip_prefix("event ").and_then(|place| place.rsplit_once(':'));
    line.is_some_and(|(_, line)| line.parse::<u32>().is_ok())
}
