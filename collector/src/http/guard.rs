//! Who may ask, and for what: the `Host` allow-list against DNS rebinding, and the origin check
//! against pages of other sites. There are no CORS headers: nobody else's page can read us.

use std::{net::SocketAddr, sync::Arc};

use axum::http::{HeaderMap, HeaderName, Method, Uri, header, uri::Authority};

use super::error::ApiError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The names by which one listener may be called.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    port: u16,
    names: Arc<[String]>,
}

impl Guard {
    /// Allows the loopback names, the address that is listened on, and `names`.
    pub(crate) fn new(listening: SocketAddr, names: &[String]) -> Self {
        let own = match listening {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        let loopback = LOOPBACK_NAMES.into_iter().map(str::to_owned);
        let configured = names.iter().map(|name| name.to_ascii_lowercase());
        Self { port: listening.port(), names: loopback.chain([own]).chain(configured).collect() }
    }

    /// Whether the request may go on to the router.
    pub(super) fn check(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), ApiError> {
        let host = self.host(uri, headers).ok_or(ApiError::Misdirected)?;
        if method.is_safe() || same_origin(host, headers) {
            Ok(())
        } else {
            Err(ApiError::CrossOrigin)
        }
    }

    /// The one name that the request calls us by, when it is one of ours. The target's own
    /// authority, which proxies send, must be ours too.
    fn host<'a>(&self, uri: &Uri, headers: &'a HeaderMap) -> Option<&'a str> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next()?.to_str().ok()?;
        let target = uri.authority().map(Authority::as_str);
        let ours = hosts.next().is_none()
            && self.allows(host)
            && target.is_none_or(|target| self.allows(target));
        ours.then_some(host)
    }

    fn allows(&self, host: &str) -> bool {
        let (name, port) = split_port(host);
        let right_port =
            port.is_none_or(|port| port.parse() == Ok(self.port) && !port.starts_with('+'));
        right_port && self.names.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }
}

/// `[::1]:80` → `[::1]`, `80`.
fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        Some(_) | None => (host, None),
    }
}

/// Whether a change comes from our own page or from something that is not a browser.
fn same_origin(host: &str, headers: &HeaderMap) -> bool {
    let site_agrees =
        headers.get_all(SEC_FETCH_SITE).iter().all(|site| site == "same-origin" || site == "none");
    let origin_agrees = headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        origin.is_some_and(|origin| origin.eq_ignore_ascii_case(host))
    });
    site_agrees && origin_agrees
}

/// Whether the request was sent by a browser: only they send these headers, and pages cannot
/// leave them out.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(SEC_FETCH_SITE) || headers.contains_key(header::ORIGIN)
}

/// Whether the answer is for a person: a browser that navigates asks for HTML.
pub(super) fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .flat_map(|accept| accept.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/html"))
}

#[cfg(test)]
pub(super) mod tests;
