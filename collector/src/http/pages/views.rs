//! `/views` and `/v/{name}`: queries that a reader saved, kept in a cookie.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use banyan_dashboard::{SavedPage, SavedPlace, SavedView, SavedViews};
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::{
    chrome,
    person::{preferences, views},
    render,
    settings::kept,
};
use crate::http::{Site, error::ApiError, form::Form};

/// The form's fields: a view to save, or the name of one to forget.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Fields {
    name: String,
    q: String,
    /// `cost`, `in-events`: see [`SavedPlace::parse`].
    place: Option<String>,
    forget: Option<String>,
}

/// `GET /views`
pub(in crate::http) async fn show(
    State(site): State<Site>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let chrome = chrome(&site, preferences(&headers), None);
    render(&SavedPage::new(chrome, &views(&headers)))
}

/// `POST /views`: saves a view and goes there, or forgets one.
pub(in crate::http) async fn save(
    State(site): State<Site>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, ApiError> {
    let Fields { name, q, place, forget } = fields;
    let mut all = views(&headers);
    if let Some(slug) = forget {
        all.forget(&slug);
        return Ok(saved(&all, "/views"));
    }
    let view = SavedView { name, q, place: SavedPlace::parse(place.as_deref()) };
    match all.save(&view) {
        Ok(()) => Ok(saved(&all, &view.link())),
        Err(wrong) => {
            let chrome = chrome(&site, preferences(&headers), None);
            let page = SavedPage::refused(chrome, &all, (&view, wrong));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

/// `GET /v/{name}`: leads to the view of that name.
pub(in crate::http) async fn go(uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let name = uri.path().strip_prefix("/v/").unwrap_or_default();
    let name = percent_decode_str(name).decode_utf8_lossy();
    let all = views(&headers);
    let view = all.find(&name).ok_or(ApiError::NoRoute)?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, address(&view.link()))]).into_response())
}

fn saved(all: &SavedViews, to: &str) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, address(to))]).into_response();
    if let Some(cookie) = kept(SavedViews::COOKIE, &all.cookie()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Links are made of what headers may hold.
fn address(link: &str) -> HeaderValue {
    HeaderValue::try_from(link).unwrap_or(HeaderValue::from_static("/views"))
}
