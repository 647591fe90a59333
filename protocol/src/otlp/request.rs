//! Cuts a request into items: one for each span or log record, with its resource and scope.

use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Encoding, LogRecord, Signal, Span, json, protobuf};
use crate::{
    Violation,
    json::{holds_more_than, is_too_deep},
    limits::{
        OTLP_ITEM_MAX_BYTES, OTLP_ITEM_MAX_VALUES, OTLP_RECORDED_MAX_BYTES, OTLP_REFUSED_MAX_COUNT,
        OTLP_REQUEST_MAX_ITEMS, QUARANTINED_MAX_BYTES,
    },
};

/// A request in pieces.
#[derive(Clone, Debug, Default)]
pub struct Cut {
    /// The items that can be read, in the order in which they should be recorded: a span behind
    /// the one above it, where both are in the request.
    pub items: Vec<Bytes>,
    /// What cannot be read, the first few of it.
    pub refused: Vec<Refused>,
    /// How many cannot be read.
    pub refused_count: usize,
}

/// A span or log record that cannot be recorded.
#[derive(Clone, Debug)]
pub struct Refused {
    /// What is wrong with it.
    pub violations: Vec<Violation>,
    /// Its beginning.
    pub bytes: Bytes,
}

/// Why a request cannot even be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uncut {
    /// It is not an export request.
    Unreadable {
        /// One sentence that does not repeat input.
        message: String,
    },
    /// It holds more than [`OTLP_REQUEST_MAX_ITEMS`] spans or log records.
    TooManyItems,
}

/// The JSON of one item.
#[derive(Debug, Default, Serialize)]
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

impl<'a> Item<'a> {
    /// With the span or log record.
    pub(super) fn with(self, signal: Signal, record: Option<&'a RawValue>) -> Self {
        match signal {
            Signal::Traces => Self { span: record, ..self },
            Signal::Logs => Self { log_record: record, ..self },
        }
    }

    fn record(&self) -> &str {
        self.span.or(self.log_record).map_or("", RawValue::get)
    }

    /// About how large its JSON is.
    fn size_bytes(&self) -> usize {
        [self.resource, self.scope, self.span, self.log_record]
            .into_iter()
            .flatten()
            .map(|part| part.get().len())
            .sum()
    }
}

/// Cuts `body`.
pub fn cut(signal: Signal, encoding: Encoding, body: &Bytes) -> Result<Cut, Uncut> {
    let mut gathered = Gathered::new(signal);
    match encoding {
        Encoding::Json => json::cut(signal, body, &mut gathered)?,
        Encoding::Protobuf => protobuf::cut(signal, body, &mut gathered)?,
    }
    Ok(gathered.finish())
}

pub(super) fn unreadable(message: impl Into<String>) -> Uncut {
    Uncut::Unreadable { message: message.into() }
}

/// Whether a request may hold so many items.
pub(super) const fn fits(items: usize) -> Result<(), Uncut> {
    if OTLP_REQUEST_MAX_ITEMS < items { Err(Uncut::TooManyItems) } else { Ok(()) }
}

/// A rule, and how it was broken.
type Broken = (&'static str, &'static str);
/// More than [`OTLP_ITEM_MAX_VALUES`].
pub(super) const OVERFULL: Broken = ("too_large", "must not hold more than 20,000 values");
const TOO_LARGE: Broken = ("too_large", "must not be larger than 4 MiB");
const TOO_MUCH: Broken = ("too_large", "the request holds more than 64 MiB");
const TOO_DEEP: Broken = ("nesting", "must not nest deeper than 64 levels");

/// Items, as they are gathered.
#[derive(Debug)]
pub(super) struct Gathered {
    signal: Signal,
    /// With the time at which it began, by which parents come before their children.
    items: Vec<(i64, Bytes)>,
    refused: Vec<Refused>,
    refused_count: usize,
    /// Of everything that was looked at.
    bytes: usize,
}

impl Gathered {
    fn new(signal: Signal) -> Self {
        Self { signal, items: Vec::new(), refused: Vec::new(), refused_count: 0, bytes: 0 }
    }

    /// Takes in one item, or says why not.
    pub(super) fn take(&mut self, item: &Item<'_>) {
        let size = item.size_bytes();
        if OTLP_ITEM_MAX_BYTES < size {
            return self.refuse(TOO_LARGE, item.record().as_bytes());
        }
        self.bytes = self.bytes.saturating_add(size);
        if OTLP_RECORDED_MAX_BYTES < self.bytes {
            return self.refuse(TOO_MUCH, item.record().as_bytes());
        }
        let json = serde_json::to_string(item).unwrap_or_default();
        if OTLP_ITEM_MAX_BYTES < json.len() {
            return self.refuse(TOO_LARGE, item.record().as_bytes());
        }
        // An event, which is one level more, must be able to hold it.
        if is_too_deep(&format!("[{json}]")) {
            return self.refuse(TOO_DEEP, json.as_bytes());
        }
        if holds_more_than(&json, OTLP_ITEM_MAX_VALUES) {
            return self.refuse(OVERFULL, json.as_bytes());
        }
        match self.began(&json) {
            Ok(began) => self.items.push((began, json.into())),
            Err(violations) => self.refuse_as(json.as_bytes(), || violations),
        }
    }

    /// Counts one that is not taken.
    pub(super) fn refuse(&mut self, (rule, message): Broken, bytes: &[u8]) {
        self.refuse_as(bytes, || vec![Violation::new("", rule, message)]);
    }

    fn refuse_as(&mut self, bytes: &[u8], violations: impl FnOnce() -> Vec<Violation>) {
        self.refused_count += 1;
        if self.refused.len() < OTLP_REFUSED_MAX_COUNT {
            let head = bytes.get(..QUARANTINED_MAX_BYTES).unwrap_or(bytes);
            let bytes = Bytes::copy_from_slice(head);
            self.refused.push(Refused { violations: violations(), bytes });
        }
    }

    /// When a readable item began.
    fn began(&self, json: &str) -> Result<i64, Vec<Violation>> {
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
        Cut { items, refused: self.refused, refused_count: self.refused_count }
    }
}
