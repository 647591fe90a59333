//! `GET /`: the dashboard for people, a list of routes for programs.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use banyan_protocol::view::IndexAnswer;

use super::{
    Site,
    error::ApiError,
    openapi,
    pages::{self, PageParams, Person},
};
use crate::query::Query;

const VARY_ACCEPT: (HeaderName, HeaderValue) = (header::VARY, HeaderValue::from_static("accept"));

/// What there is, for programs; browsers get the dashboard.
#[utoipa::path(get, path = "/", tag = "collector", responses((status = 200, body = IndexAnswer)))]
pub(super) async fn get(
    State(site): State<Site>,
    State(query): State<Query>,
    params: PageParams,
    request: Request,
) -> Result<Response, ApiError> {
    let person = Person::of(request.method(), request.uri(), request.headers());
    let mut response = match person {
        Some(person) => pages::forest(&site, &query, &person, params).await?,
        None => Json(routes()).into_response(),
    };
    let (name, value) = VARY_ACCEPT;
    response.headers_mut().append(name, value);
    Ok(response)
}

fn routes() -> IndexAnswer {
    IndexAnswer {
        service: "banyan",
        version: env!("CARGO_PKG_VERSION"),
        spec: "aop/1.0",
        routes: openapi::routes(),
    }
}

/// Where the reference has its dashboard.
pub(super) async fn old() -> Response {
    (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, "/")]).into_response()
}
