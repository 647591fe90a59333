//! The HTML pages: views from the query room in the frames and templates of the dashboard crate.

mod alerts;
mod asked;
pub(super) mod back;
mod export;
mod forest;
mod params;
mod past;
mod person;
mod quarantine;
mod search;
mod session;
mod settings;
mod subtree;
mod timeline;
mod views;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    response::{Html, IntoResponse as _},
};
use banyan_dashboard::{
    Assets, Chrome, ErrorPage, NoMoment, PageError, Preferences, Template, Times, links,
};
use banyan_protocol::Position;

use super::{
    Site,
    error::{ApiError, Explained},
};

pub(super) use alerts::{list as alerts, show as alert};
pub(super) use export::{html as export_html, jsonl as export_jsonl};
pub(super) use forest::show as forest;
pub(super) use params::{PageParams, filter};
pub(super) use past::moment;
pub(super) use person::Person;
pub(super) use quarantine::show as quarantine;
pub(super) use search::show as search;
pub(super) use session::{
    event, feed_of, show as session, show_by_parameter as session_by_parameter,
};
pub(super) use settings::{save as save_settings, show as settings};
pub(super) use subtree::show as subtree;
pub(super) use timeline::show as timeline;
pub(super) use views::{go as view, save as save_view, show as views};

/// The frame of a page for this reader.
fn chrome(site: &Site, preferences: Preferences, as_of: Option<Position>) -> Chrome {
    let files = site.assets();
    let theme = links::theme(&preferences, site.log().as_str());
    let assets = Assets {
        css: files.path("banyan.css"),
        js: files.path("banyan.js"),
        build: files.build().to_owned(),
        groups: files.path("groups.css"),
        theme: format!("{theme}&v={}", env!("CARGO_PKG_VERSION")),
        icon: files.path("icon.svg"),
        pages_css: files.path("pages.css"),
        past_js: files.path("past.js"),
        timeline_css: files.path("timeline.css"),
        timeline_js: files.path("timeline.js"),
    };
    let open_alerts = site.open_alerts();
    let now = site.now();
    Chrome { assets, preferences, as_of, now, open_alerts, moment: None, notice: None }
}

/// How whoever sent `headers` likes times to be written.
pub(super) fn times(headers: &HeaderMap) -> Times {
    person::preferences(headers).times
}

/// A finished page.
fn render(page: &impl Template) -> Result<axum::response::Response, ApiError> {
    Ok(Html(page.render().map_err(ApiError::Template)?).into_response())
}

/// An error's answer as a page for `person`. Its status stays, except that people are told of a
/// deleted session that it is gone, where the reference has 404 for programs.
pub(super) fn error(
    site: &Site,
    response: Response<Body>,
    explained: &Explained,
    person: &Person,
) -> Response<Body> {
    let incident = explained.incident.clone().unwrap_or_default();
    let id = || person.session_id.clone().unwrap_or_default();
    let error = match explained.view.error.as_str() {
        "Session not found" if explained.deleted => PageError::Deleted(id()),
        "Session not found" => PageError::NoSession(id()),
        "event_not_found" => PageError::NoEvent(id()),
        "bad_moment" => PageError::NoMoment(id(), NoMoment::Unreadable),
        "moment_in_future" => PageError::NoMoment(id(), NoMoment::Future),
        "moment_too_early" => PageError::NoMoment(id(), NoMoment::TooEarly),
        "moment_too_large" => PageError::NoMoment(id(), NoMoment::TooLarge),
        "misdirected" => PageError::Misdirected,
        _ if response.status().is_server_error() && explained.view.retryable => {
            PageError::Unavailable(incident)
        }
        _ if response.status().is_server_error() => PageError::Internal(incident),
        "not_found" => PageError::NoPage,
        "alert_not_found" => PageError::NoAlert,
        "cross_origin" => PageError::CrossOrigin,
        _ => PageError::BadRequest,
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(response.status());
    let page = ErrorPage::new(chrome(site, person.preferences, None), error);
    let Ok(html) = page.render() else { return response };
    let (mut head, _) = response.into_parts();
    if explained.deleted {
        head.status = status;
    }
    // Both describe the body that the page replaces.
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.remove(header::CONTENT_ENCODING);
    let html_type = HeaderValue::from_static("text/html; charset=utf-8");
    head.headers.insert(header::CONTENT_TYPE, html_type);
    Response::from_parts(head, Body::from(html))
}
