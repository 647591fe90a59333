//! `GET /quarantine`: refused input, with the reasons.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

use axum::{Json, extract::State};
use banyan_protocol::{
    limits::PAGE_MAX_ROWS,
    view::{ErrorView, QuarantineAnswer},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{error::ApiError, params::Params};
use crate::ingest::Ingest;

/// How much of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// At most this many.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<u32>,
}

/// Refused input, newest first.
#[utoipa::path(
    get, path = "/quarantine", tag = "events", params(Page),
    responses((status = 200, body = QuarantineAnswer), (status = 400, body = ErrorView))
)]
pub(super) async fn list(
    State(ingest): State<Ingest>,
    Params(page): Params<Page>,
) -> Result<Json<QuarantineAnswer>, ApiError> {
    let limit = page.limit.unwrap_or(100).clamp(1, PAGE_MAX_ROWS);
    Ok(Json(QuarantineAnswer { quarantine: ingest.quarantined(limit).await? }))
}
