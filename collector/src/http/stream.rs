//! `GET /stream`: events and alerts as they are projected, to any number of readers.
//!
//! One hub reads and serialises each event once; a reader is a cursor into what the hub keeps,
//! and reads the view itself when it is further behind. Events come in log order, each once, and
//! a reader that comes back with the last `id` goes on exactly there. An alert comes right
//! before the event that completes its evidence, and the `id` with the last of the events that one
//! entry of the log tells of, so that a cut in between repeats them instead of losing one.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

mod frames;
mod hub;
mod reader;
mod ring;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Response},
};
use banyan_protocol::{CursorError, Position, view::ErrorView};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{error::ApiError, params::Params, sse};
use crate::query::Query;

pub(crate) use hub::Hub;
use reader::Start;

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Behind {
    /// Behind this cursor; from now on when absent. `Last-Event-ID` goes before it.
    after: Option<String>,
}

/// Events and alerts as they come, as server-sent events.
#[utoipa::path(
    get, path = "/stream", tag = "events",
    params(Behind, ("Last-Event-ID" = Option<String>, Header, description = "The last `id` that was seen")),
    responses(
        (status = 200, body = String, content_type = "text/event-stream", description = "First `{\"type\":\"connected\"}`, then `{\"kind\":\"event\"}` with its cursor as `id`, and `{\"kind\":\"alert\"}`; of several events that one entry of the log tells of, the last carries the `id`; `event: reset` when events were skipped"),
        (status = 400, body = ErrorView, description = "`after` is no cursor"),
        (status = 503, body = ErrorView, description = "Too many streams"),
    )
)]
pub(super) async fn get(
    State(hub): State<Hub>,
    State(query): State<Query>,
    Params(behind): Params<Behind>,
    headers: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let last_seen = sse::last_event_id(&headers);
    let start = start(last_seen, behind.after.as_deref(), |cursor| query.position(cursor))?;
    let reader = hub.subscribe(start)?;
    Ok(sse::answer(reader))
}

/// A browser that comes back cannot take back its `Last-Event-ID`: one that we cannot use starts
/// over. Whoever writes a URL by hand is told that it is wrong.
fn start(
    last_seen: Option<&str>,
    after: Option<&str>,
    position: impl Fn(&str) -> Result<Position, CursorError>,
) -> Result<Start, ApiError> {
    let given = last_seen.or(after).filter(|cursor| !cursor.is_empty());
    match given.map(position) {
        None => Ok(Start::Now),
        Some(Ok(position)) => Ok(Start::After(position)),
        Some(Err(CursorError::Foreign)) => Ok(Start::Reset),
        Some(Err(CursorError::Malformed)) if last_seen.is_some() => Ok(Start::Reset),
        Some(Err(error @ CursorError::Malformed)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_starts_where_it_was() {
        let position = |cursor: &str| match cursor {
            "foreign" => Err(CursorError::Foreign),
            number => number.parse().map_err(|_no_number| CursorError::Malformed),
        };
        for (last_seen, after, expected) in [
            (None, None, Some(Start::Now)),
            (Some(""), None, Some(Start::Now)),
            (None, Some("7"), Some(Start::After(7))),
            (Some("9"), Some("7"), Some(Start::After(9))),
            (Some("foreign"), Some("7"), Some(Start::Reset)),
            (None, Some("foreign"), Some(Start::Reset)),
            (Some("what"), None, Some(Start::Reset)),
            (None, Some("what"), None),
        ] {
            assert_eq!(start(last_seen, after, position).ok(), expected, "{last_seen:?} {after:?}");
        }
    }
}
