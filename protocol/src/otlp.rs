//! OpenTelemetry's protocol (OTLP/HTTP), as far as it tells what agents do: spans and log records.
//!
//! A request is cut into items, one for each span or log record ([`cut`]): an item is the OTLP
//! JSON of the span with its resource and scope, as received where that was JSON, written as the
//! specification says where it was protobuf. It is what the log records.
//!
//! [`Span`] and [`LogRecord`] read an item back, leniently: ids in hex or base64, 64-bit integers
//! as text or number, enums as number or name, either spelling of keys; what is unknown is
//! ignored, what is missing is absent. Only what says whose it is must be there.
//!
//! [`Reply`] is what exporters are answered.
//!
//! Reading order: this file, [`request`], [`json`], [`protobuf`], [`attributes`], [`span`], [`log_record`],
//! [`reply`].

mod attributes;
mod fields;
mod json;
mod log_record;
mod protobuf;
mod reply;
mod request;
mod span;
#[cfg(test)]
mod tests;

pub use attributes::Attributes;
pub use log_record::LogRecord;
pub use reply::Reply;
pub use request::{Cut, Refused, Uncut, cut};
pub use span::{Scope, Span, SpanEvent, SpanStatus};

/// What a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signal {
    /// `/v1/traces`: spans.
    Traces,
    /// `/v1/logs`: log records.
    Logs,
}

/// How a request, and the answer to it, is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`
    Json,
    /// `application/x-protobuf`
    Protobuf,
}

impl Signal {
    /// `traces`, `logs`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Logs => "logs",
        }
    }
}

impl Encoding {
    /// The content type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/x-protobuf",
        }
    }
}

/// How many bytes ids have.
const TRACE_ID_BYTES: usize = 16;
/// How many bytes ids have.
const SPAN_ID_BYTES: usize = 8;
