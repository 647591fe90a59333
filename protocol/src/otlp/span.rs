//! A span, read back from its item.

use serde_json::Value;

use super::{
    SPAN_ID_BYTES, TRACE_ID_BYTES,
    attributes::Attributes,
    fields::{id, list, member, micros, text, word},
};
use crate::{Timestamp, Violation};

/// A readable span with its resource and scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// 32 digits of lower-case hex.
    pub trace_id: String,
    /// 16 digits of lower-case hex.
    pub span_id: String,
    /// The span above it, 16 digits of lower-case hex; none for the root of a trace.
    pub parent_span_id: Option<String>,
    /// Empty when it has none.
    pub name: String,
    /// When it began.
    pub start: Option<Timestamp>,
    /// When it ended; none while it runs.
    pub end: Option<Timestamp>,
    /// What it says of itself.
    pub attributes: Attributes,
    /// What happened on the way, in order.
    pub events: Vec<SpanEvent>,
    /// How it went.
    pub status: SpanStatus,
    /// What made it: `service.name` …
    pub resource: Attributes,
    /// Which instrumentation made it.
    pub scope: Scope,
}

/// Something that happened while a span ran.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanEvent {
    /// `exception`, `gen_ai.user.message` …
    pub name: String,
    /// When.
    pub time: Option<Timestamp>,
    /// What.
    pub attributes: Attributes,
}

/// How a span went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanStatus {
    /// It does not say.
    Unset,
    /// Well.
    Ok,
    /// Not well, and why, when it says so.
    Error(Option<String>),
}

/// An instrumentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// `pydantic-ai`, `ai` …; empty when it does not say.
    pub name: String,
    /// As it says.
    pub version: Option<String>,
}

impl Span {
    /// Reads an item, naming everything that is wrong with it.
    pub fn read(item: &str) -> Result<Self, Vec<Violation>> {
        let item: Value = serde_json::from_str(item)
            .map_err(|_broken| vec![Violation::new("", "json", "must be one JSON object")])?;
        let Some(span) = item.get("span").filter(|span| span.is_object()) else {
            return Err(vec![Violation::new("/span", "required", "must be an object")]);
        };
        let trace_id = id(member(span, ["traceId", "trace_id"]), TRACE_ID_BYTES);
        let span_id = id(member(span, ["spanId", "span_id"]), SPAN_ID_BYTES);
        let (Some(trace_id), Some(span_id)) = (&trace_id, &span_id) else {
            let missing =
                [("/span/traceId", trace_id.is_none()), ("/span/spanId", span_id.is_none())];
            let missing = missing.into_iter().filter(|(_, is_missing)| *is_missing);
            return Err(missing.map(|(pointer, _)| no_id(pointer)).collect());
        };
        let parent = id(member(span, ["parentSpanId", "parent_span_id"]), SPAN_ID_BYTES);
        Ok(Self {
            trace_id: trace_id.clone(),
            // Nobody is above itself.
            parent_span_id: parent.filter(|parent| parent != span_id),
            span_id: span_id.clone(),
            name: text(span, ["name", "name"]).unwrap_or_default(),
            start: micros(span, ["startTimeUnixNano", "start_time_unix_nano"])
                .map(Timestamp::from_micros),
            end: micros(span, ["endTimeUnixNano", "end_time_unix_nano"])
                .map(Timestamp::from_micros),
            attributes: Attributes::of(span),
            events: list(span, ["events", "events"]).iter().map(event).collect(),
            status: status(member(span, ["status", "status"])),
            resource: item.get("resource").map(Attributes::of).unwrap_or_default(),
            scope: Scope::of(item.get("scope")),
        })
    }

    /// Microseconds from its start to its end, when both are known.
    pub fn duration_micros(&self) -> Option<i64> {
        Some(self.end?.since(self.start?).max(0))
    }

    /// What went wrong, when something did: the message of the status, else of the latest
    /// exception, else a sentence.
    pub fn error(&self) -> Option<String> {
        let SpanStatus::Error(message) = &self.status else { return None };
        let exception = || {
            let of = |event: &SpanEvent| {
                let text = event.attributes.first_text(&["exception.message", "exception.type"]);
                text.map(ToOwned::to_owned)
            };
            self.events.iter().rev().filter(|event| event.name == "exception").find_map(of)
        };
        let kind = || self.attributes.text("error.type").map(ToOwned::to_owned);
        message.clone().or_else(exception).or_else(kind).or_else(|| Some("it failed".to_owned()))
    }
}

impl Scope {
    pub(super) fn of(scope: Option<&Value>) -> Self {
        let Some(scope) = scope else { return Self::default() };
        Self {
            name: text(scope, ["name", "name"]).unwrap_or_default(),
            version: text(scope, ["version", "version"]),
        }
    }
}

fn no_id(pointer: &str) -> Violation {
    Violation::new(pointer, "required", "must be an id, not zero, in hex or base64")
}

fn event(event: &Value) -> SpanEvent {
    SpanEvent {
        name: text(event, ["name", "name"]).unwrap_or_default(),
        time: micros(event, ["timeUnixNano", "time_unix_nano"]).map(Timestamp::from_micros),
        attributes: Attributes::of(event),
    }
}

fn status(status: Option<&Value>) -> SpanStatus {
    let Some(status) = status else { return SpanStatus::Unset };
    match word(member(status, ["code", "code"]), &["UNSET", "OK", "ERROR"]) {
        Some(1) => SpanStatus::Ok,
        Some(2) => SpanStatus::Error(text(status, ["message", "message"])),
        Some(_) | None => SpanStatus::Unset,
    }
}
