//! The one mapping from what can go wrong to what a client is told. No text repeats input.

use std::borrow::Cow;

use axum::http::StatusCode;
use banyan_protocol::CursorError;

use super::ApiError;
use crate::{
    as_of::AsOfError,
    ingest::{AppendError, IngestError},
    query::QueryError,
};

/// What a client is told.
pub(super) struct Situation {
    pub(super) status: StatusCode,
    /// A stable name, or the reference's sentence where it has one.
    pub(super) error: &'static str,
    /// One sentence for people.
    pub(super) message: Cow<'static, str>,
    /// Mean wait before the same request can succeed.
    pub(super) retry_ms: Option<u64>,
    /// For writes: `no`, or `unknown`.
    pub(super) stored: Option<&'static str>,
}

impl Situation {
    /// The one mapping.
    pub(super) fn of(error: &ApiError) -> Self {
        use ApiError as E;
        use StatusCode as S;
        match error {
            E::NoRoute => no(S::NOT_FOUND, "not_found", "There is nothing here; see GET /."),
            E::MethodNotAllowed => {
                no(S::METHOD_NOT_ALLOWED, "method_not_allowed", "See the Allow header.")
            }
            E::NoSession => no(S::NOT_FOUND, NO_SESSION, "It was never heard of."),
            E::SessionDeleted => no(S::NOT_FOUND, NO_SESSION, "It was deleted."),
            E::Behind => later("behind", "It is not known yet: the view is behind.", 2_000),
            E::NoEvent => no(S::NOT_FOUND, "event_not_found", "The session has no event there."),
            E::NoAlert => no(S::NOT_FOUND, "alert_not_found", "It was never raised."),
            E::BadMoment => no(S::BAD_REQUEST, "bad_moment", "at must be an event's position."),
            E::Moment(error) => moment(error),
            E::Misdirected => {
                no(S::MISDIRECTED_REQUEST, "misdirected", "Host must name us; see --allow-host.")
            }
            E::CrossOrigin => {
                no(S::FORBIDDEN, "cross_origin", "Pages of other origins may change nothing.")
            }
            E::ContentType => {
                let message = "Send application/json or application/x-ndjson.";
                no(S::UNSUPPORTED_MEDIA_TYPE, "content_type", message)
            }
            E::ContentEncoding => {
                no(S::UNSUPPORTED_MEDIA_TYPE, BAD_ENCODING, "Send it plain, gzip or zstd.")
            }
            E::Undecodable => no(S::BAD_REQUEST, BAD_ENCODING, "It is damaged or cut off."),
            E::TooLarge => {
                no(S::PAYLOAD_TOO_LARGE, TOO_LARGE, "At most 8 MiB, also when decompressed.")
            }
            E::OtlpContentType => {
                let message = "Send application/x-protobuf or application/json.";
                no(S::UNSUPPORTED_MEDIA_TYPE, "content_type", message)
            }
            E::OtlpTooLarge => {
                no(S::PAYLOAD_TOO_LARGE, TOO_LARGE, "At most 16 MiB, also when decompressed.")
            }
            E::OtlpTooMany => {
                no(S::PAYLOAD_TOO_LARGE, "too_many_items", "At most 50,000 in one request.")
            }
            E::OtlpUnreadable(_) => {
                no(S::BAD_REQUEST, "invalid", "It is no export request of OTLP.")
            }
            E::BodyTimeout => no(S::REQUEST_TIMEOUT, "body_timeout", "It must come within 10 s."),
            E::BodyCut => no(S::BAD_REQUEST, "body_cut", "The body ended too early."),
            E::BodiesInFlight => later("overloaded", "Too much is being received.", 500),
            E::TooManyStreams => later("too_many_streams", "No more streams can open.", 5_000),
            E::Stopping => later("stopping", STOPPING, 2_000),
            E::Cursor(CursorError::Malformed) => {
                no(S::BAD_REQUEST, "bad_cursor", "No such cursor was handed out here.")
            }
            E::Cursor(CursorError::Foreign) => {
                no(S::GONE, "foreign_cursor", "It is of another log; start without it.")
            }
            E::Query => no(S::BAD_REQUEST, "bad_query", "A parameter has the wrong form."),
            E::Parameter(message) => no(S::BAD_REQUEST, "bad_query", message),
            E::FormType => {
                let message = "Send application/x-www-form-urlencoded.";
                no(S::UNSUPPORTED_MEDIA_TYPE, "content_type", message)
            }
            E::Form => no(S::BAD_REQUEST, "bad_form", "A field came twice or is damaged."),
            E::FormTooLarge => no(S::PAYLOAD_TOO_LARGE, TOO_LARGE, "At most 4 KiB."),
            E::View(error) => view(error),
            E::Panicked | E::Template(_) | E::Log(_) => internal(),
            E::Ingest(error) => ingest(error),
            E::Append(error) => append(*error),
        }
    }
}

fn moment(error: &AsOfError) -> Situation {
    use StatusCode as S;
    match error {
        AsOfError::Missing => no(S::NOT_FOUND, NO_SESSION, "It was never heard of."),
        AsOfError::Deleted => no(S::NOT_FOUND, NO_SESSION, "It was deleted."),
        AsOfError::Future => no(S::NOT_FOUND, "moment_in_future", "The log has fewer events."),
        AsOfError::TooEarly => {
            no(S::NOT_FOUND, "moment_too_early", "The session was not known then.")
        }
        AsOfError::TooLarge => {
            no(S::UNPROCESSABLE_ENTITY, "moment_too_large", "The tree has too many events.")
        }
        AsOfError::Busy => later("overloaded", "Too many moments are being folded.", 1_000),
        AsOfError::Database(_)
        | AsOfError::View(_)
        | AsOfError::Fold(_)
        | AsOfError::Place(_)
        | AsOfError::CutOff(_) => internal(),
    }
}

fn view(error: &QueryError) -> Situation {
    match error {
        QueryError::Filter(error) => Situation {
            // It says where and what, and never what was written there.
            message: Cow::Owned(format!("{error}.")),
            ..no(StatusCode::BAD_REQUEST, "bad_query", "")
        },
        QueryError::Busy => later("overloaded", "Too much is being read.", 1_000),
        QueryError::Database(_) | QueryError::Row(_) | QueryError::Damaged(_) => internal(),
    }
}

fn internal() -> Situation {
    let message = "The collector failed; see its log.";
    no(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
}

const NO_SESSION: &str = "Session not found";
const BAD_ENCODING: &str = "content_encoding";
const TOO_LARGE: &str = "too_large";
const STOPPING: &str = "The collector is stopping.";

fn ingest(error: &IngestError) -> Situation {
    match error {
        IngestError::Invalid(receipt) => {
            let mut broken = receipt.items.iter().flat_map(|item| &item.violations);
            if broken.all(|violation| violation.rule == "too_large") {
                no(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE, "One event may have 1 MiB.")
            } else {
                no(StatusCode::BAD_REQUEST, "invalid", "Nothing in it can be read as an event.")
            }
        }
        IngestError::TooManyEvents { .. } => {
            no(StatusCode::PAYLOAD_TOO_LARGE, "too_many_events", "At most 1,000 in one request.")
        }
        IngestError::TooFast { wait_ms } => Situation {
            status: StatusCode::TOO_MANY_REQUESTS,
            stored: Some("no"),
            ..later("session_rate", "A session of it sends more than 20,000 events/s.", *wait_ms)
        },
        IngestError::Append(error) => append(*error),
    }
}

fn append(error: AppendError) -> Situation {
    let (situation, stored) = match error {
        AppendError::Overloaded => (later("overloaded", "The writer's queue is full.", 500), "no"),
        AppendError::TooLarge => {
            (no(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE, "More than a commit may hold."), "no")
        }
        AppendError::StorageLow => (later("storage_low", "The disk is almost full.", 30_000), "no"),
        AppendError::StorageFull => (later("storage_full", "The disk is full.", 30_000), "no"),
        AppendError::Busy => (later("busy", "Another process holds the log.", 2_000), "no"),
        AppendError::Closing => (later("stopping", STOPPING, 2_000), "no"),
        AppendError::StorageFailed => {
            (later("storage_error", "The log cannot be written.", 30_000), "unknown")
        }
    };
    Situation { stored: Some(stored), ..situation }
}

/// The same request will never succeed.
const fn no(status: StatusCode, error: &'static str, message: &'static str) -> Situation {
    let message = Cow::Borrowed(message);
    Situation { status, error, message, retry_ms: None, stored: None }
}

/// The same request can succeed in about `retry_ms`.
const fn later(error: &'static str, message: &'static str, retry_ms: u64) -> Situation {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let message = Cow::Borrowed(message);
    Situation { status, error, message, retry_ms: Some(retry_ms), stored: None }
}
