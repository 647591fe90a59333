//! Who asks for a page, as far as the page depends on it.

use axum::http::{HeaderMap, Method, Uri, header};
use banyan_dashboard::Preferences;

use crate::http::{guard::wants_html, id::SessionId};

/// A reader in a browser.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Person {
    /// What the cookie says; what it does not say is as it is by default.
    pub(in crate::http) preferences: Preferences,
    /// The session that the address names, if it names one.
    pub(in crate::http) session_id: Option<String>,
}

impl Person {
    /// `None` for programs, and for anything but looking.
    pub(in crate::http) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        if !matches!(*method, Method::GET | Method::HEAD) || !wants_html(headers) {
            return None;
        }
        let session_id = SessionId::in_uri(uri).map(|SessionId(id)| id);
        Some(Self { preferences: preferences(headers), session_id })
    }
}

/// The first cookie of our name; cookies of other programs on this host are passed over.
pub(super) fn preferences(headers: &HeaderMap) -> Preferences {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| name.trim() == Preferences::COOKIE)
        .map_or_else(Preferences::default, |(_, value)| {
            Preferences::parse(value.trim().trim_matches('"'))
        })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use banyan_dashboard::Theme;

    use super::*;

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
