//! `GET /sessions/{id}/tree`: a session with all its descendants, nested.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

use axum::extract::State;
use banyan_protocol::{
    limits::TREE_MAX_SESSIONS,
    view::{ErrorView, TreeView},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    error::ApiError,
    id::SessionId,
    params::{LongFromView, Params},
    session::{Found, find},
};
use crate::query::Query;

/// Nesting that readers can still parse: a level of the tree is two of JSON.
const DEPTH_MAX_LEVELS: u32 = 50;

/// How much of the tree.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Cut {
    /// Levels below the session.
    #[param(minimum = 0, maximum = 50, default = 50)]
    depth: Option<u32>,
    /// Sessions in all.
    #[param(minimum = 1, maximum = 10_000, default = 10_000)]
    limit: Option<u32>,
}

/// The session with its descendants, each with own and subtree figures; `omitted` counts the
/// children that were cut off.
#[utoipa::path(
    get, path = "/sessions/{id}/tree", tag = "sessions",
    params(("id" = String, Path, description = "The session's id, percent-encoded"), Cut),
    responses(
        (status = 200, body = TreeView),
        (status = 404, body = ErrorView, description = "Never heard of it, or it was deleted"),
    )
)]
pub(super) async fn get(
    State(query): State<Query>,
    SessionId(id): SessionId,
    Params(cut): Params<Cut>,
) -> Result<LongFromView<TreeView>, ApiError> {
    let depth = cut.depth.unwrap_or(DEPTH_MAX_LEVELS).min(DEPTH_MAX_LEVELS);
    let limit = cut.limit.unwrap_or(TREE_MAX_SESSIONS).clamp(1, TREE_MAX_SESSIONS);
    let Found { settled, .. } = find(&query, &id).await?;
    let tree = query.tree(&id, depth, limit).await?.ok_or(ApiError::NoSession)?;
    Ok(LongFromView(settled, tree))
}
