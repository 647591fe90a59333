//! Everything that can go wrong on the HTTP surface, and how it is answered.

mod situation;

use std::{
    error::Error as _,
    hash::{BuildHasher as _, Hasher as _, RandomState},
};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use banyan_protocol::{CursorError, Violation, view::ErrorView};
use thiserror::Error;

use situation::Situation;

use crate::{
    as_of::AsOfError,
    ingest::{AppendError, IngestError, LogError},
    query::QueryError,
};

/// Why a request is not answered as asked. Variants are situations; `Display` is for our log.
#[derive(Debug, Error)]
pub(crate) enum ApiError {
    /// No such route.
    #[error("no such route")]
    NoRoute,
    /// The route has other methods.
    #[error("the route does not have this method")]
    MethodNotAllowed,
    /// Never heard of this session.
    #[error("no such session")]
    NoSession,
    /// The session was deleted.
    #[error("the session was deleted")]
    SessionDeleted,
    /// The view is behind the log and does not know the session, which may be in the log.
    #[error("the view is behind and does not know the session")]
    Behind,
    /// The session has no event there.
    #[error("no such event")]
    NoEvent,
    /// No such alert.
    #[error("no such alert")]
    NoAlert,
    /// `at` is not the position of an event.
    #[error("the moment cannot be read")]
    BadMoment,
    /// See the source.
    #[error("the session cannot be shown as it was")]
    Moment(#[source] AsOfError),
    /// The request was not meant for us: DNS rebinding, or a name we were not told of.
    #[error("the Host header names somebody else")]
    Misdirected,
    /// A page of another origin tries to change something.
    #[error("a page of another origin asked for a change")]
    CrossOrigin,
    /// A content type other than JSON and NDJSON.
    #[error("the content type is not supported")]
    ContentType,
    /// A content encoding other than gzip and zstd.
    #[error("the content encoding is not supported")]
    ContentEncoding,
    /// The compressed body is damaged or cut off.
    #[error("the body cannot be decompressed")]
    Undecodable,
    /// A body, or what it decompresses to, is too large.
    #[error("the body is too large")]
    TooLarge,
    /// A content type other than those of OTLP.
    #[error("the content type is none of OTLP's")]
    OtlpContentType,
    /// A request of OTLP, or what it decompresses to, is too large.
    #[error("the export request is too large")]
    OtlpTooLarge,
    /// A request of OTLP holds more spans or log records than one may.
    #[error("the export request holds too many items")]
    OtlpTooMany,
    /// Not a request of OTLP, and why; does not repeat input.
    #[error("the export request is {0}")]
    OtlpUnreadable(String),
    /// The body did not arrive in time.
    #[error("the body did not arrive in time")]
    BodyTimeout,
    /// The client stopped in the middle of the body.
    #[error("the body ended early")]
    BodyCut,
    /// Bodies of others fill the memory set aside for them.
    #[error("too many bodies are in flight")]
    BodiesInFlight,
    /// As many streams as there may be are open.
    #[error("too many streams are open")]
    TooManyStreams,
    /// The collector is stopping.
    #[error("the collector is stopping")]
    Stopping,
    /// A cursor of ours was not understood.
    #[error("the cursor cannot be used")]
    Cursor(#[from] CursorError),
    /// A query parameter has the wrong form.
    #[error("the query of the URL cannot be read")]
    Query,
    /// A query parameter cannot be what it is; the sentence says what it should be.
    #[error("a parameter is wrong: {0}")]
    Parameter(&'static str),
    /// A form was sent as something else.
    #[error("the body is not a form")]
    FormType,
    /// A form cannot be read.
    #[error("the form cannot be read")]
    Form,
    /// A form holds more than any of ours.
    #[error("the form is too large")]
    FormTooLarge,
    /// A page cannot be written.
    #[error("the page cannot be rendered")]
    Template(#[source] askama::Error),
    /// A handler panicked.
    #[error("a handler panicked")]
    Panicked,
    /// See the source.
    #[error("recording failed")]
    Ingest(#[from] IngestError),
    /// See the source.
    #[error("appending failed")]
    Append(#[from] AppendError),
    /// See the source.
    #[error("reading the view failed")]
    View(#[from] QueryError),
    /// See the source.
    #[error("reading the log failed")]
    Log(#[from] LogError),
}

impl ApiError {
    /// Every broken rule, where input was refused. In a batch the pointers begin with the
    /// event's place in it.
    fn violations(&self) -> Vec<Violation> {
        let Self::Ingest(IngestError::Invalid(receipt)) = self else { return Vec::new() };
        if let [only] = receipt.items.as_slice() {
            return only.violations.clone();
        }
        let placed = receipt.items.iter().flat_map(|item| {
            item.violations.iter().map(|violation| Violation {
                pointer: format!("/{}{}", item.index, violation.pointer),
                ..violation.clone()
            })
        });
        placed.collect()
    }

    /// Once, where the error ends.
    fn log(&self, status: StatusCode, incident: Option<&str>) {
        let mut chain = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            chain.push_str(": ");
            chain.push_str(&error.to_string());
            cause = error.source();
        }
        match status {
            StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::error!(incident, error = chain, "a request failed");
            }
            _ if status.is_server_error() => {
                tracing::warn!(incident, error = chain, "a request was turned away");
            }
            _ => tracing::debug!(error = chain, "a request was refused"),
        }
    }
}

/// A name for one failure, shown to whoever saw it and written to the log.
fn incident() -> String {
    format!("{:08x}", RandomState::new().build_hasher().finish() >> 32)
}

/// `mean` spread by ±25 %, so that clients who were turned away together do not return together.
pub(super) fn spread(mean: u64) -> u64 {
    let random = RandomState::new().build_hasher().finish();
    let half = mean / 2;
    (mean - mean / 4).saturating_add(random.checked_rem(half).unwrap_or(0))
}

/// A wait as the header `Retry-After` has it: in whole seconds, never less.
pub(super) fn retry_after(wait_ms: u64) -> HeaderValue {
    HeaderValue::from(wait_ms.div_ceil(1_000).max(1))
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Situation { status, error, message, retry_ms, stored } = Situation::of(&self);
        let incident = status.is_server_error().then(incident);
        self.log(status, incident.as_deref());
        let retry_after_ms = retry_ms.map(spread);
        let view = ErrorView {
            error: error.to_owned(),
            message: message.into_owned(),
            retryable: retry_after_ms.is_some() || status == StatusCode::REQUEST_TIMEOUT,
            retry_after_ms,
            stored,
            violations: self.violations(),
        };
        let mut response = (status, Json(&view)).into_response();
        if let Some(wait_ms) = retry_after_ms {
            response.headers_mut().insert(header::RETRY_AFTER, retry_after(wait_ms));
        }
        let deleted = matches!(self, Self::SessionDeleted);
        response.extensions_mut().insert(Explained { view, incident, deleted });
        response
    }
}

/// Rides along with an error's answer, so that a browser can be given a page instead.
#[derive(Clone, Debug)]
pub(super) struct Explained {
    /// What programs are told.
    pub(super) view: ErrorView,
    /// Its name in our log, if we are to blame.
    pub(super) incident: Option<String>,
    /// There was such a session: its page says so, with a status of its own.
    pub(super) deleted: bool,
}

#[cfg(test)]
mod tests {
    use banyan_protocol::receipt::{Receipt, RejectedItem};

    use super::*;

    fn violation(pointer: &str) -> Violation {
        Violation { pointer: pointer.to_owned(), rule: "required", message: String::new() }
    }

    fn invalid(items: Vec<RejectedItem>) -> ApiError {
        ApiError::Ingest(IngestError::Invalid(Box::new(Receipt {
            ok: false,
            accepted: 0,
            rejected: items.len(),
            cursor: None,
            durable: "fsync",
            idempotent: true,
            outcome: None,
            items,
        })))
    }

    #[test]
    fn waits_are_spread_by_a_quarter() {
        for _ in 0..1_000 {
            assert!((750..1_250).contains(&spread(1_000)));
        }
        assert!(
            (0..100).map(|_| spread(1_000)).collect::<std::collections::HashSet<_>>().len() > 10
        );
    }

    #[test]
    fn whoever_may_try_again_is_told_when() {
        for (error, stored) in [
            (ApiError::BodiesInFlight, None),
            (ApiError::TooManyStreams, None),
            (ApiError::Behind, None),
            (ApiError::View(QueryError::Busy), None),
            (ApiError::Append(AppendError::Overloaded), Some("no")),
            (ApiError::Ingest(AppendError::StorageFull.into()), Some("no")),
            (ApiError::Append(AppendError::StorageFailed), Some("unknown")),
        ] {
            let name = error.to_string();
            let response = error.into_response();
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{name}");
            let seconds: u64 =
                response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
            let Explained { view, .. } = response.extensions().get().unwrap();
            let wait_ms = view.retry_after_ms.unwrap();
            assert!(view.retryable && wait_ms <= seconds * 1_000, "{name}");
            assert_eq!(view.stored, stored, "{name}");
        }
    }

    #[test]
    fn violations_of_a_batch_say_which_event() {
        let one = RejectedItem { index: 0, violations: vec![violation("/type")] };
        assert_eq!(invalid(vec![one.clone()]).violations(), [violation("/type")]);
        let two = RejectedItem { index: 7, violations: vec![violation("/type"), violation("")] };
        assert_eq!(
            invalid(vec![one, two]).violations(),
            [violation("/0/type"), violation("/7/type"), violation("/7")]
        );
    }
}
