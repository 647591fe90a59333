//! Cuts a request into items: one for each span or log record, with its resource and scope.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Encoding, LogRecord, Signal, Span, protobuf};
use crate::{
    Violation,
    json::{is_too_deep, lone_surrogate},
    limits::{
        NESTING_MAX_LEVELS, OTLP_ITEM_MAX_BYTES, OTLP_RECORDED_MAX_BYTES, OTLP_REQUEST_MAX_ITEMS,
    },
    repair::repair,
};

/// A request in pieces.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    /// The items that can be read, in the order in which they should be recorded: a span behind
    /// the one above it, where both are in the request.
    pub items: Vec<Bytes>,
    /// What cannot be read.
    pub refused: Vec<Refused>,
}

/// A span or log record that cannot be recorded.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What is wrong with it.
    pub violations: Vec<Violation>,
    /// As much of it as there is.
    pub bytes: Bytes,
}

/// Why a request cannot even be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// One sentence that does not repeat input.
    pub message: String,
}

/// The JSON of one item.
#[derive(Debug, Serialize)]
pub(super) struct Item<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<&'a RawValue>,
    #[serde(rename = "resourceSchemaUrl", skip_serializing_if = "Option::is_none")]
    pub resource_schema_url: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'a RawValue>,
    #[serde(rename = "schemaUrl", skip_serializing_if = "Option::is_none")]
    pub schema_url: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<&'a RawValue>,
    #[serde(rename = "logRecord", skip_serializing_if = "Option::is_none")]
    pub log_record: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(
        borrow,
        default,
        alias = "resourceSpans",
        alias = "resource_spans",
        alias = "resourceLogs",
        alias = "resource_logs"
    )]
    resources: Option<Vec<Resources<'a>>>,
}

#[derive(Deserialize)]
struct Resources<'a> {
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "schemaUrl", alias = "schema_url")]
    schema_url: Option<&'a RawValue>,
    #[serde(
        borrow,
        default,
        alias = "scopeSpans",
        alias = "scope_spans",
        alias = "scopeLogs",
        alias = "scope_logs"
    )]
    scopes: Option<Vec<Scopes<'a>>>,
}

#[derive(Deserialize)]
struct Scopes<'a> {
    #[serde(borrow, default)]
    scope: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "schemaUrl", alias = "schema_url")]
    schema_url: Option<&'a RawValue>,
    #[serde(borrow, default, alias = "spans", alias = "logRecords", alias = "log_records")]
    records: Option<Vec<&'a RawValue>>,
}

/// Cuts `body`.
pub fn cut(signal: Signal, encoding: Encoding, body: &[u8]) -> Result<Cut, Unreadable> {
    let mut gathered = Gathered::new(signal);
    match encoding {
        Encoding::Json => cut_json(body, &mut gathered)?,
        Encoding::Protobuf => protobuf::cut(signal, body, &mut gathered)?,
    }
    Ok(gathered.finish())
}

fn cut_json(body: &[u8], gathered: &mut Gathered) -> Result<(), Unreadable> {
    let text = std::str::from_utf8(body)
        .map_err(|error| unreadable(format!("not UTF-8 from byte {} on", error.valid_up_to())))?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err(unreadable("not one JSON object"));
    }
    let repaired = lone_surrogate(text).and_then(|_| repair(text));
    let text = repaired.as_deref().unwrap_or(text);
    let request: Request<'_> = serde_json::from_str(text).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        unreadable(format!("not the JSON of an export request, at {place}"))
    })?;
    let signal = gathered.signal;
    for resources in request.resources.unwrap_or_default() {
        for scopes in resources.scopes.unwrap_or_default() {
            for record in scopes.records.unwrap_or_default() {
                let (span, log_record) = match signal {
                    Signal::Traces => (Some(record), None),
                    Signal::Logs => (None, Some(record)),
                };
                gathered.take(&Item {
                    resource: resources.resource,
                    resource_schema_url: resources.schema_url,
                    scope: scopes.scope,
                    schema_url: scopes.schema_url,
                    span,
                    log_record,
                });
            }
        }
    }
    Ok(())
}

pub(super) fn unreadable(message: impl Into<String>) -> Unreadable {
    Unreadable { message: message.into() }
}

/// Items, as they are gathered.
#[derive(Debug)]
pub(super) struct Gathered {
    signal: Signal,
    /// With the time at which it began, by which parents come before their children.
    items: Vec<(i64, Bytes)>,
    refused: Vec<Refused>,
    bytes: usize,
}

impl Gathered {
    fn new(signal: Signal) -> Self {
        Self { signal, items: Vec::new(), refused: Vec::new(), bytes: 0 }
    }

    /// Takes in one item, or says why not.
    pub(super) fn take(&mut self, item: &Item<'_>) {
        let json = serde_json::to_string(item).unwrap_or_default();
        match self.judge(&json) {
            Ok(began) => {
                self.bytes += json.len();
                self.items.push((began, json.into()));
            }
            Err(violations) => self.refused.push(Refused { violations, bytes: json.into() }),
        }
    }

    /// When an acceptable item began.
    fn judge(&self, json: &str) -> Result<i64, Vec<Violation>> {
        let refuse = |rule, message: String| Err(vec![Violation::new("", rule, message)]);
        if OTLP_ITEM_MAX_BYTES < json.len() {
            let limit = OTLP_ITEM_MAX_BYTES;
            return refuse("too_large", format!("must not be larger than {limit} bytes"));
        }
        if OTLP_REQUEST_MAX_ITEMS <= self.items.len()
            || OTLP_RECORDED_MAX_BYTES < self.bytes.saturating_add(json.len())
        {
            return refuse("too_large", "the request holds too much".to_owned());
        }
        // An event, which is one level more, must be able to hold it.
        if is_too_deep(&format!("[{json}]")) {
            let limit = NESTING_MAX_LEVELS;
            return refuse("nesting", format!("must not nest deeper than {limit} levels"));
        }
        match self.signal {
            Signal::Traces => {
                let span = Span::read(json)?;
                Ok(span.start.or(span.end).map_or(0, crate::Timestamp::micros))
            }
            Signal::Logs => LogRecord::read(json).map(|_readable| 0),
        }
    }

    fn finish(mut self) -> Cut {
        // Whoever is above begins first. What begins together stays the other way round: ends
        // are told from the innermost on.
        self.items.reverse();
        self.items.sort_by_key(|(began, _)| *began);
        if self.signal == Signal::Logs {
            self.items.reverse();
        }
        let items = self.items.into_iter().map(|(_, item)| item).collect();
        Cut { items, refused: self.refused }
    }
}
