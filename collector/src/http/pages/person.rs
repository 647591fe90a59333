//! Who asks for a page, as far as the page depends on it.

use axum::http::{HeaderMap, Method, Uri, header};
use banyan_dashboard::{Preferences, SavedViews};

use crate::http::{guard::wants_html, id::SessionId};

/// A reader in a browser.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Person {
    /// What the cookie says; what it does not say is as it is by default.
    pub(in crate::http) preferences: Preferences,
    /// The queries that the reader saved.
    pub(in crate::http) views: SavedViews,
    /// The session that the address names, if it names one.
    pub(in crate::http) session_id: Option<String>,
}

impl Person {
    /// `None` for programs, and for anything but looking and sending forms.
    pub(in crate::http) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let looks = matches!(*method, Method::GET | Method::HEAD);
        let sends = *method == Method::POST && is_form(headers);
        if !(looks || sends) || !wants_html(headers) {
            return None;
        }
        let session_id = SessionId::in_uri(uri).map(|SessionId(id)| id);
        Some(Self { preferences: preferences(headers), views: views(headers), session_id })
    }
}

/// Programs that post events say otherwise, whatever they accept.
fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|content| content.as_bytes().starts_with(b"application/x-www-form-urlencoded"))
}

/// What the reader likes.
pub(super) fn preferences(headers: &HeaderMap) -> Preferences {
    cookie(headers, Preferences::COOKIE).map_or_else(Preferences::default, Preferences::parse)
}

/// What the reader saved.
pub(super) fn views(headers: &HeaderMap) -> SavedViews {
    cookie(headers, SavedViews::COOKIE).map_or_else(SavedViews::default, SavedViews::parse)
}

/// The first cookie of that name; cookies of other programs on this host are passed over.
fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| name.trim() == wanted)
        .map(|(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use banyan_dashboard::Theme;

    use super::*;

    #[test]
    fn people_look_and_send_forms() {
        const FORM: &str = "application/x-www-form-urlencoded";
        for (method, accept, content_type, expected) in [
            (Method::GET, "text/html", None, true),
            (Method::HEAD, "text/html", None, true),
            (Method::GET, "*/*", None, false),
            (Method::POST, "text/html", Some(FORM), true),
            (Method::POST, "*/*", Some(FORM), false),
            (Method::POST, "text/html", Some("application/json"), false),
            (Method::POST, "text/html", None, false),
            (Method::DELETE, "text/html", None, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            if let Some(content_type) = content_type {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            }
            let person = Person::of(&method, &Uri::from_static("/"), &headers);
            assert_eq!(person.is_some(), expected, "{method} {accept} {content_type:?}");
        }
    }

    #[test]
    fn cookies_are_read_as_far_as_they_can_be() {
        for (line, theme) in [
            ("ui=v1.t:dark", Theme::Dark),
            ("other=1; ui=v1.t:light; ui=v1.t:dark", Theme::Light),
            ("ui=\"v1.t:dark\"", Theme::Dark),
            (";;=;ui;ui=v1.t:dark", Theme::Dark),
            ("gui=v1.t:dark", Theme::Auto),
            ("ui=", Theme::Auto),
            ("", Theme::Auto),
        ] {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]);
            assert_eq!(preferences(&headers).theme, theme, "{line}");
        }
    }
}
