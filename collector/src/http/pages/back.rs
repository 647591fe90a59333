//! Where a form sends its reader afterwards.

use axum::http::HeaderValue;

/// How the addresses of pages begin that have forms.
const OURS: [&str; 4] = ["/alerts?", "/alerts/", "/s/", "/s?"];

/// The page that the form names if it is one of ours, else `usual`.
pub(in crate::http) fn to(named: Option<&str>, usual: &'static str) -> HeaderValue {
    let named = named.filter(|to| is_ours(to)).and_then(|to| to.parse().ok());
    named.unwrap_or(HeaderValue::from_static(usual))
}

/// A path of this site, and nothing that a browser could take for another one.
fn is_ours(to: &str) -> bool {
    (to == "/alerts" || OURS.iter().any(|begin| to.starts_with(begin)))
        && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_to_our_own_pages_only() {
        for (to, expected) in [
            ("/alerts", true),
            ("/alerts?state=all&rule=loop", true),
            ("/alerts/3f-loop-7", true),
            ("/s/a%2Fb?k=err", true),
            ("/s?id=..", true),
            ("", false),
            ("/", false),
            ("//evil.example/", false),
            ("https://evil.example/alerts", false),
            ("/alertsevil", false),
            ("/alerts?\r\nset-cookie: a=b", false),
            ("/s/\\evil.example", false),
        ] {
            assert_eq!(is_ours(to), expected, "{to}");
        }
    }
}
