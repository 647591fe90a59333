//! `/hooks/…`: coding agents post their hooks here, as they are.
//!
//! A hook blocks the agent that sends it, and what the answer says steers it. So whatever comes is
//! answered `{}` with 200 as soon as the body is here; what went wrong is counted.

use axum::{Json, extract::State};
use banyan_protocol::{hook::Harness, view::ErrorView};
use serde_json::{Map, Value};

use super::{body::EventBody, error::ApiError, meters::Meters};
use crate::ingest::Ingest;

/// Takes a hook of Claude Code.
#[utoipa::path(
    post, path = "/hooks/claude-code", tag = "events",
    request_body(
        description = "The hook, as Claude Code posts it",
        content((Object = "application/json")),
    ),
    responses(
        (status = 200, body = Object, description = "An empty object, whatever came"),
        (status = 403, body = ErrorView, description = "Asked by a page of another origin"),
    )
)]
pub(super) async fn claude_code(
    State(ingest): State<Ingest>,
    State(meters): State<Meters>,
    body: Result<EventBody, ApiError>,
) -> Json<Map<String, Value>> {
    take(&ingest, &meters, Harness::ClaudeCode, body).await
}

/// Takes a hook of Codex.
#[utoipa::path(
    post, path = "/hooks/codex", tag = "events",
    request_body(
        description = "The hook, as Codex gives it to a command",
        content((Object = "application/json")),
    ),
    responses(
        (status = 200, body = Object, description = "An empty object, whatever came"),
        (status = 403, body = ErrorView, description = "Asked by a page of another origin"),
    )
)]
pub(super) async fn codex(
    State(ingest): State<Ingest>,
    State(meters): State<Meters>,
    body: Result<EventBody, ApiError>,
) -> Json<Map<String, Value>> {
    take(&ingest, &meters, Harness::Codex, body).await
}

async fn take(
    ingest: &Ingest,
    meters: &Meters,
    harness: Harness,
    body: Result<EventBody, ApiError>,
) -> Json<Map<String, Value>> {
    match body {
        Ok(body) => meters.time(ingest.record_hook(harness, body.bytes.clone())).await,
        Err(_unread) => Ingest::lose_hook(harness),
    }
    Json(Map::new())
}
