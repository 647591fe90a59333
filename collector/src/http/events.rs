//! `/events`: record events; read the log in its own order.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use banyan_protocol::{
    limits::PAGE_MAX_ROWS,
    receipt::Receipt,
    view::{ErrorView, EventsAnswer},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    body::EventBody,
    error::ApiError,
    meters::Meters,
    params::{FromView, Params},
};
use crate::{
    ingest::{Ingest, Recorded},
    query::Query,
};

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Records one event or a batch; each event is answered for itself.
#[utoipa::path(
    post, path = "/events", tag = "events",
    params(("Prefer" = Option<String>, Header, description = "`wait`: answer when the events are projected, and say what became of them")),
    request_body(
        description = "One AOP event, an array of up to 1,000, or one event a line",
        content((Object = "application/json"), (String = "application/x-ndjson")),
    ),
    responses(
        (status = 200, body = Receipt, description = "Every event is on disk"),
        (status = 207, body = Receipt, description = "The accepted events are on disk, the others are refused for good"),
        (status = 400, body = ErrorView, description = "Nothing in it can be read"),
        (status = 403, body = ErrorView, description = "Asked by a page of another origin"),
        (status = 408, body = ErrorView, description = "The body did not arrive in time"),
        (status = 413, body = ErrorView, description = "Over a limit"),
        (status = 415, body = ErrorView, description = "Not JSON, or in an encoding other than gzip and zstd"),
        (status = 429, body = ErrorView, description = "A session of it sends too fast; nothing of it was recorded"),
        (status = 503, body = ErrorView, description = "Cannot record now; `stored` says what is known"),
    )
)]
pub(super) async fn post(
    State(ingest): State<Ingest>,
    State(query): State<Query>,
    State(meters): State<Meters>,
    prefer: Wait,
    body: EventBody,
) -> Result<Answer, ApiError> {
    let recorded = meters.time(ingest.record(body.bytes.clone(), body.framing)).await?;
    drop(body);
    match prefer {
        Wait::No => Ok(Answer::of(recorded.receipt)),
        Wait::Yes => wait(&query, recorded).await,
    }
}

/// Adds what the projection made of the events, unless it takes too long.
async fn wait(query: &Query, recorded: Recorded) -> Result<Answer, ApiError> {
    let Recorded { mut receipt, appended } = recorded;
    let Some(appended) = appended else { return Ok(Answer::of(receipt)) };
    let count = i64::try_from(appended.count).unwrap_or(i64::MAX);
    let last = appended.first.saturating_add(count).saturating_sub(1);
    let waited = query.settle_at(last).await;
    if waited {
        receipt.outcome = Some(query.outcome(appended.first, appended.count).await?);
    }
    Ok(Answer { receipt, waited })
}

/// Whether the client wants its events projected before it is answered (RFC 7240).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    Yes,
    No,
}

impl Wait {
    fn of(headers: &HeaderMap) -> Self {
        let mut wishes = headers
            .get_all(PREFER)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split([',', ';']))
            .filter_map(|wish| wish.split('=').next());
        if wishes.any(|wish| wish.trim().eq_ignore_ascii_case("wait")) {
            Self::Yes
        } else {
            Self::No
        }
    }
}

impl<S: Sync> axum::extract::FromRequestParts<S> for Wait {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _state: &S,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

/// A receipt on its way out.
#[derive(Debug)]
pub(super) struct Answer {
    receipt: Receipt,
    waited: bool,
}

impl Answer {
    /// Without waiting for the projection.
    pub(super) const fn of(receipt: Receipt) -> Self {
        Self { receipt, waited: false }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status =
            if self.receipt.rejected == 0 { StatusCode::OK } else { StatusCode::MULTI_STATUS };
        let mut response = (status, Json(&self.receipt)).into_response();
        if self.waited {
            let applied = HeaderValue::from_static("wait");
            response.headers_mut().insert(PREFERENCE_APPLIED, applied);
        }
        response
    }
}

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Behind {
    /// Events behind this cursor; from the first one when absent.
    after: Option<String>,
    /// At most this many, and the other events that the last one's entry of the log tells of: they
    /// share its cursor.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<u32>,
}

/// The log itself, in order, each event once. `next` never lies between events of one cursor.
#[utoipa::path(
    get, path = "/events", tag = "events", params(Behind),
    responses(
        (status = 200, body = EventsAnswer),
        (status = 400, body = ErrorView, description = "A parameter cannot be read"),
        (status = 410, body = ErrorView, description = "The cursor belongs to another log: start again without it"),
    )
)]
pub(super) async fn list(
    State(query): State<Query>,
    Params(behind): Params<Behind>,
) -> Result<FromView<EventsAnswer>, ApiError> {
    let after = match behind.after.as_deref() {
        None | Some("") => 0,
        Some(cursor) => query.position(cursor)?,
    };
    let limit = behind.limit.unwrap_or(100).clamp(1, PAGE_MAX_ROWS);
    let settled = query.settle().await;
    let events = query.events_after(after, limit).await?;
    let next = match events.last() {
        Some(last) => last.cursor.to_string(),
        None => query.cursor(after).to_string(),
    };
    Ok(FromView(settled, EventsAnswer { events, next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_ask_to_wait_by_rfc_7240() {
        for (value, expected) in [
            ("wait", Wait::Yes),
            ("wait=5", Wait::Yes),
            ("return=minimal, Wait", Wait::Yes),
            ("respond-async; wait=10", Wait::Yes),
            ("respond-async", Wait::No),
            ("waiting", Wait::No),
            ("", Wait::No),
        ] {
            let headers = HeaderMap::from_iter([(PREFER, HeaderValue::from_static(value))]);
            assert_eq!(Wait::of(&headers), expected, "{value}");
        }
        assert_eq!(Wait::of(&HeaderMap::new()), Wait::No);
    }
}
