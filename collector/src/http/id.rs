//! The session id in a URL: the segment behind `/sessions/` or `/s/`, percent-decoded once.
//!
//! Cut from the path as it was sent, so that an id may hold `/`, `%2F`, `?` and `#`: on the wire
//! they are `%2F`, `%252F`, `%3F` and `%23`.

use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};
use percent_encoding::percent_decode_str;

use super::error::ApiError;

/// A session id from the path. Not empty; whether there is such a session is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SessionId(pub(super) String);

impl<S: Sync> FromRequestParts<S> for SessionId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::in_uri(&parts.uri).ok_or(ApiError::NoSession)
    }
}

impl SessionId {
    /// The id that an address names, if it is the address of something about a session.
    pub(super) fn in_uri(uri: &Uri) -> Option<Self> {
        in_path(uri.path())
    }
}

/// Bytes that are not UTF-8 name no session, since no such id is ever accepted.
fn in_path(path: &str) -> Option<SessionId> {
    let mut prefixes = ["/sessions/", "/s/", "/import/claude-code/"].into_iter();
    let rest = prefixes.find_map(|prefix| path.strip_prefix(prefix))?;
    let segment = rest.split('/').next().filter(|segment| !segment.is_empty())?;
    let id = percent_decode_str(segment).decode_utf8().ok()?;
    Some(SessionId(id.into_owned()))
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;

    #[test]
    fn every_id_survives_the_path() {
        for id in [
            "plain",
            "a/b",
            "a//b",
            "/",
            "%2F",
            "%252F",
            "a?b=c",
            "a#b",
            "agent:main:subagent:1",
            "urn:x.y/1",
            "with spaces",
            "+",
            "🦀🌳",
            "שלום",
            "..",
            ".",
            "a\u{202e}b",
            "\"<'&>",
            &"é".repeat(128),
        ] {
            let encoded = utf8_percent_encode(id, NON_ALPHANUMERIC);
            for path in [format!("/sessions/{encoded}"), format!("/s/{encoded}/e/17")] {
                assert_eq!(in_path(&path), Some(SessionId(id.to_owned())), "{path}");
            }
        }
    }

    #[test]
    fn what_is_not_an_id_names_no_session() {
        for path in ["/sessions/", "/sessions//export", "/sessions", "/sessions/%ff", "/static/a"] {
            assert_eq!(in_path(path), None, "{path}");
        }
    }
}
