//! `/sessions/{id}`: one session with its events and alerts; its deletion.

use axum::{Json, extract::State};
use banyan_protocol::view::{DeletedAnswer, ErrorView, SessionAnswer, SessionView};

use super::{error::ApiError, id::SessionId, params::LongFromView};
use crate::{
    ingest::Ingest,
    query::{Events, Lookup, Query, Settled},
};

/// One session with all its events, by sequence, and its alerts.
#[utoipa::path(
    get, path = "/sessions/{id}", tag = "sessions",
    params(("id" = String, Path, description = "The session's id, percent-encoded")),
    responses(
        (status = 200, body = SessionAnswer),
        (status = 404, body = ErrorView, description = "Never heard of it, or it was deleted"),
        (status = 503, body = ErrorView, description = "Not known yet: the view is behind the log"),
    )
)]
pub(super) async fn show(
    State(query): State<Query>,
    SessionId(id): SessionId,
) -> Result<LongFromView<SessionAnswer>, ApiError> {
    let Found { settled, session } = find(&query, &id).await?;
    let Events { events, omitted } = query.events_of(&id).await?.ok_or(ApiError::NoSession)?;
    let alerts = query.alerts_of(&id).await?;
    Ok(LongFromView(settled, SessionAnswer { session, events, events_omitted: omitted, alerts }))
}

/// Deletes a session: recorded as an event of the collector's; late events do not bring it back.
#[utoipa::path(
    delete, path = "/sessions/{id}", tag = "sessions",
    params(("id" = String, Path, description = "The session's id, percent-encoded")),
    responses(
        (status = 200, body = DeletedAnswer),
        (status = 403, body = ErrorView, description = "Asked by a page of another origin"),
        (status = 404, body = ErrorView, description = "Never heard of it"),
        (status = 503, body = ErrorView, description = "Cannot record now"),
    )
)]
pub(super) async fn remove(
    State(query): State<Query>,
    State(ingest): State<Ingest>,
    SessionId(id): SessionId,
) -> Result<Json<DeletedAnswer>, ApiError> {
    let settled = query.settle().await;
    match query.session(&id).await? {
        Lookup::Missing if settled.complete => Err(ApiError::NoSession),
        Lookup::Deleted => Ok(Json(DeletedAnswer { ok: true })),
        // Whoever is not in a view that is behind may well be in the log.
        Lookup::Found(_) | Lookup::Missing => {
            ingest.delete_session(&id).await?;
            Ok(Json(DeletedAnswer { ok: true }))
        }
    }
}

/// A session that is there.
pub(super) struct Found {
    /// How far the view was.
    pub(super) settled: Settled,
    pub(super) session: SessionView,
}

/// The session `id`, once the view covers what the log holds now; or why there is none.
pub(super) async fn find(query: &Query, id: &str) -> Result<Found, ApiError> {
    let settled = query.settle().await;
    match query.session(id).await? {
        Lookup::Found(session) => Ok(Found { settled, session }),
        Lookup::Deleted => Err(ApiError::SessionDeleted),
        Lookup::Missing if settled.complete => Err(ApiError::NoSession),
        Lookup::Missing => Err(ApiError::Behind),
    }
}
