//! `GET /quarantine`: refused input, with the reasons.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use banyan_protocol::{
    limits::PAGE_MAX_ROWS,
    view::{ErrorView, QuarantineAnswer},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Site,
    error::ApiError,
    pages::{self, Person},
    params::Params,
};
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
    State(site): State<Site>,
    State(ingest): State<Ingest>,
    Params(page): Params<Page>,
    request: Request,
) -> Result<Response, ApiError> {
    let limit = page.limit.unwrap_or(100).clamp(1, PAGE_MAX_ROWS);
    let quarantine = ingest.quarantined(limit).await?;
    match Person::of(request.method(), request.uri(), request.headers()) {
        Some(person) => pages::quarantine(&site, &person, &quarantine),
        None => Ok(Json(QuarantineAnswer { quarantine }).into_response()),
    }
}
