//! Hosts and origins, ours and theirs.

use axum::http::HeaderValue;

use super::*;

fn guard() -> Guard {
    Guard::new("127.0.0.1:4317".parse().unwrap(), &["Banyan.Lan".to_owned()])
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

/// Hosts that are us.
pub(in crate::http) const OURS: [&str; 10] = [
    "localhost",
    "localhost:4317",
    "LOCALHOST:4317",
    "127.0.0.1",
    "127.0.0.1:4317",
    "[::1]",
    "[::1]:4317",
    "banyan.lan",
    "banyan.lan:4317",
    "BANYAN.LAN",
];

/// Hosts that are not.
pub(in crate::http) const THEIRS: [&str; 34] = [
    "",
    " ",
    "evil.example",
    "evil.example:4317",
    "localhost:80",
    "localhost:",
    "localhost:+4317",
    "localhost:04317x",
    "localhost:4317:4317",
    "localhost.",
    "localhost.evil.example",
    "evil.localhost",
    "xlocalhost",
    "127.0.0.1.evil.example",
    "127.0.0.1:80",
    "127.0.0.2",
    "127.1",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "0.0.0.0",
    "0.0.0.0:4317",
    "[::]",
    "[::1]:80",
    "[::1",
    "::1",
    "[::1]x",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:0:0:1]",
    "user@localhost",
    "localhost@evil.example",
    "localhost,evil.example",
    "http://localhost",
    "xn--lcalhost-12a",
];

#[test]
fn only_our_names_are_ours() {
    for host in OURS {
        assert!(
            guard()
                .check(&Method::GET, &Uri::from_static("/"), &headers(&[("host", host)]))
                .is_ok(),
            "{host}"
        );
    }
    for host in THEIRS {
        assert!(
            guard()
                .check(&Method::GET, &Uri::from_static("/"), &headers(&[("host", host)]))
                .is_err(),
            "{host}"
        );
    }
}

#[test]
fn one_host_is_needed_and_the_target_must_agree() {
    let get = |uri: &'static str, lines: &[(&'static str, &str)]| {
        guard().check(&Method::GET, &Uri::from_static(uri), &headers(lines)).is_ok()
    };
    assert!(!get("/", &[]));
    assert!(!get("/", &[("host", "localhost"), ("host", "evil.example")]));
    assert!(!get("/", &[("host", "localhost"), ("host", "localhost")]));
    assert!(!get("http://evil.example/", &[("host", "localhost:4317")]));
    assert!(get("http://localhost:4317/", &[("host", "localhost:4317")]));
}

/// Headers with which a write is a drive-by.
pub(in crate::http) const FOREIGN: [&[(&str, &str)]; 11] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "")],
    &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:4317")],
    &[("sec-fetch-site", "none"), ("origin", "http://evil.example")],
    &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
    &[("origin", "http://evil.example")],
    &[("origin", "http://localhost")],
    &[("origin", "http://localhost:8080")],
    &[("origin", "https://localhost:4317")],
    &[("origin", "null")],
];

#[test]
fn changes_come_from_our_page_or_from_no_browser() {
    let post = |lines: &[(&'static str, &str)]| {
        let mut all = headers(lines);
        all.insert("host", HeaderValue::from_static("localhost:4317"));
        guard().check(&Method::POST, &Uri::from_static("/events"), &all).is_ok()
    };
    assert!(post(&[]));
    assert!(post(&[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:4317")]));
    assert!(post(&[("sec-fetch-site", "none")]));
    assert!(post(&[("origin", "http://LOCALHOST:4317")]));
    for lines in FOREIGN {
        assert!(!post(lines), "{lines:?}");
    }
}

#[test]
fn html_is_for_those_who_ask_for_it() {
    let asks = |accept: &str| wants_html(&headers(&[("accept", accept)]));
    assert!(asks("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
    assert!(asks("application/xml, TEXT/HTML;q=0.9"));
    assert!(!asks("*/*"));
    assert!(!asks("application/json"));
    assert!(!wants_html(&HeaderMap::new()));
}
