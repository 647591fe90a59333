//! `GET /sessions/{id}/missing`: ranges of sequence numbers never received.

use axum::extract::State;
use banyan_protocol::view::{ErrorView, MissingAnswer};

use super::{
    error::ApiError,
    id::SessionId,
    params::FromView,
    session::{Found, find},
};
use crate::query::Query;

/// Ranges of sequence numbers never received, ascending.
#[utoipa::path(
    get, path = "/sessions/{id}/missing", tag = "sessions",
    params(("id" = String, Path, description = "The session's id, percent-encoded")),
    responses(
        (status = 200, body = MissingAnswer),
        (status = 404, body = ErrorView, description = "Never heard of it, or it was deleted"),
    )
)]
pub(super) async fn list(
    State(query): State<Query>,
    SessionId(id): SessionId,
) -> Result<FromView<MissingAnswer>, ApiError> {
    let Found { settled, .. } = find(&query, &id).await?;
    let missing = query.missing(&id).await?.ok_or(ApiError::NoSession)?;
    Ok(FromView(settled, MissingAnswer { missing }))
}
