//! `GET /sessions/{id}/children`: direct children with status, activity, final response, errors.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

use axum::extract::State;
use banyan_protocol::{
    limits::PAGE_MAX_ROWS,
    view::{ChildrenAnswer, ErrorView},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    error::ApiError,
    id::SessionId,
    params::{FromView, Params},
    session::{Found, find},
};
use crate::query::Query;

/// Which children.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// At most this many.
    #[param(minimum = 1, maximum = 1_000, default = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    cursor: Option<i64>,
}

/// Direct children, by first mention.
#[utoipa::path(
    get, path = "/sessions/{id}/children", tag = "sessions",
    params(("id" = String, Path, description = "The session's id, percent-encoded"), Page),
    responses(
        (status = 200, body = ChildrenAnswer),
        (status = 404, body = ErrorView, description = "Never heard of it, or it was deleted"),
    )
)]
pub(super) async fn list(
    State(query): State<Query>,
    SessionId(id): SessionId,
    Params(page): Params<Page>,
) -> Result<FromView<ChildrenAnswer>, ApiError> {
    let limit = page.limit.unwrap_or(200).clamp(1, PAGE_MAX_ROWS);
    let Found { settled, .. } = find(&query, &id).await?;
    let children = query.children(&id, page.cursor, limit).await?.ok_or(ApiError::NoSession)?;
    let next_cursor = children.next.map(|key| key.to_string());
    Ok(FromView(settled, ChildrenAnswer { children: children.sessions, next_cursor }))
}
