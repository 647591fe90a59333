//! `GET /sessions`: sessions, newest first.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use banyan_protocol::{
    limits::PAGE_MAX_ROWS,
    view::{ErrorView, SessionsAnswer},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    error::ApiError,
    params::{FromView, Params},
};
use crate::query::{Query, SessionsRequest};

/// Which sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// At most this many.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<i64>,
    /// Free text and `key:value` terms.
    q: Option<String>,
}

/// Sessions, newest first.
#[utoipa::path(
    get, path = "/sessions", tag = "sessions", params(Page),
    responses((status = 200, body = SessionsAnswer), (status = 400, body = ErrorView))
)]
pub(super) async fn list(
    State(query): State<Query>,
    Params(page): Params<Page>,
) -> Result<Response, ApiError> {
    let limit = page.limit.unwrap_or(100).clamp(1, PAGE_MAX_ROWS);
    let settled = query.settle().await;
    let filter = page.q.clone().filter(|text| !text.trim().is_empty());
    let found = query.sessions(&SessionsRequest { limit, after: page.cursor, filter }).await?;
    let answer = SessionsAnswer {
        sessions: found.sessions,
        next_cursor: found.next.map(|key| key.to_string()),
        capped: found.capped,
    };
    let link = found.next.map(|key| page.link(limit, key));
    let mut response = FromView(settled, answer).into_response();
    if let Some(Ok(link)) = link.map(HeaderValue::try_from) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

impl Page {
    /// The next page, as a `Link` header names it (RFC 8288).
    fn link(&self, limit: u32, key: i64) -> String {
        let filter = self
            .q
            .as_deref()
            .map(|text| format!("&q={}", utf8_percent_encode(text, NON_ALPHANUMERIC)));
        let filter = filter.unwrap_or_default();
        format!("</sessions?limit={limit}&cursor={key}{filter}>; rel=\"next\"")
    }
}
