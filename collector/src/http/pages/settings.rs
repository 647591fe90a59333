//! `/settings`: shown, changed, and kept in a cookie.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use banyan_dashboard::{Preferences, SettingsChange, SettingsPage};
use serde::Deserialize;

use super::{back, chrome, person::preferences, render};
use crate::http::{Site, error::ApiError, form::Form, params::Params};

/// How long a browser keeps the cookie: a year.
const COOKIE_MAX_AGE_S: u32 = 365 * 24 * 60 * 60;

/// What the page can be asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Asked {
    /// Whether something was saved just now.
    saved: Option<String>,
}

/// The form's fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct Fields {
    theme: Option<String>,
    preset: Option<String>,
    hue: Option<String>,
    density: Option<String>,
    times: Option<String>,
    keys: Option<String>,
    group: Option<String>,
    /// Where the reader goes on.
    to: Option<String>,
}

/// `GET /settings`
pub(in crate::http) async fn show(
    State(site): State<Site>,
    Params(asked): Params<Asked>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let chrome = chrome(&site, preferences(&headers), None);
    render(&SettingsPage::new(chrome, asked.saved.is_some()))
}

/// `POST /settings`: keeps what is right and says what is wrong.
pub(in crate::http) async fn save(
    State(site): State<Site>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, ApiError> {
    let now = preferences(&headers);
    let Fields { theme, preset, hue, density, times, keys, group, to } = fields;
    let change = SettingsChange { theme, preset, hue, density, times, keys, group };
    match change.apply(now) {
        Ok(next) => Ok(saved(&next, to.as_deref())),
        Err(wrong) => {
            let page = SettingsPage::refused(chrome(&site, now, None), &change, wrong);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)?).into_response())
        }
    }
}

fn saved(next: &Preferences, to: Option<&str>) -> Response {
    let to = back::to(to, "/settings?saved=1");
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    if let Some(cookie) = kept(Preferences::COOKIE, &next.cookie()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The cookie called `name`, as a browser is told to keep it.
pub(super) fn kept(name: &str, value: &str) -> Option<HeaderValue> {
    let cookie = format!("{name}={value}; Path=/; Max-Age={COOKIE_MAX_AGE_S}; SameSite=Lax");
    HeaderValue::try_from(cookie).ok()
}
