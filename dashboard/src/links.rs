//! Every link that pages contain, and how ids travel in them.
//!
//! All state of a page is in its URL, so every page can be shared. Any accepted session id works,
//! because everything but letters, digits, `-`, `_`, `.`, `~` and `:` is percent-encoded.

use std::fmt::Write as _;

use banyan_protocol::{EventKey, Position};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::preferences::Preferences;

/// What is encoded in paths and in query values alike.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// Where `/theme/…` for this reader and log is.
pub fn theme(preferences: &Preferences, log_id: &str) -> String {
    let Preferences { accent, mine, .. } = preferences;
    let log = utf8_percent_encode(log_id, ENCODED);
    format!("/theme/{}-{}-{mine}.css?log={log}", accent.hue(), accent.chroma())
}

/// The export of a session's events as received.
pub(crate) fn export(id: &str) -> String {
    format!("/sessions/{}/export", utf8_percent_encode(id, ENCODED))
}

/// A link under construction: a path, then query parameters in the order they are added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link(String);

impl Link {
    /// The forest.
    pub(crate) fn forest() -> Self {
        Self("/".to_owned())
    }

    /// The alerts.
    pub(crate) fn alerts() -> Self {
        Self("/alerts".to_owned())
    }

    /// One alert, or what can be done with it.
    pub(crate) fn alert(id: &str, deed: &str) -> Self {
        Self(format!("/alerts/{}{deed}", utf8_percent_encode(id, ENCODED)))
    }

    /// The forest of what a query finds, in some order.
    pub(crate) fn forest_of(query: &str, sort: Option<&str>) -> Self {
        Self::forest().with_some("q", Some(query).filter(|q| !q.is_empty())).with_some("sort", sort)
    }

    /// A session's page.
    pub(crate) fn session(id: &str) -> Self {
        // Browsers resolve these two as steps up the path, however they are encoded.
        match id {
            "." | ".." => Self("/s".to_owned()).with("id", id),
            _ => Self(format!("/s/{}", utf8_percent_encode(id, ENCODED))),
        }
    }

    /// One event on its session's page.
    pub(crate) fn event(id: &str, key: EventKey) -> Self {
        match id {
            "." | ".." => Self::session(id).with("e", &key.to_string()),
            _ => Self(format!("{}/e/{key}", Self::session(id).0)),
        }
    }

    /// Rows of a session's feed, for a page that is open.
    pub(crate) fn rows(id: &str) -> Self {
        Self("/f/events".to_owned()).with("s", id)
    }

    /// The payload of an event, whole, as text.
    pub(crate) fn payload(id: &str, key: EventKey) -> Self {
        Self(format!("/f/payload/{key}")).with("s", id)
    }

    /// Only the tree below a session.
    pub(crate) fn subtree(id: &str) -> Self {
        Self::view(id, "tree")
    }

    /// The timeline of a session's tree.
    pub(crate) fn timeline(id: &str) -> Self {
        Self::view(id, "timeline")
    }

    /// A search.
    pub(crate) fn search(query: &str, scope: Option<&str>) -> Self {
        Self("/search".to_owned()).with("q", query).with_some("in", scope)
    }

    /// The file of everything that a query finds.
    pub(crate) fn every(kind: &str, query: &str, scope: &str) -> Self {
        let query = Some(query).filter(|query| !query.is_empty());
        Self(format!("/search.{kind}")).with("in", scope).with_some("q", query)
    }

    /// The file `name` of what a session and those below it said.
    pub(crate) fn file(id: &str, name: &str) -> Self {
        Self::view(id, name)
    }

    fn view(id: &str, name: &str) -> Self {
        match id {
            "." | ".." => Self::session(id).with("page", name),
            _ => Self(format!("{}/{name}", Self::session(id).0)),
        }
    }

    /// Adds a parameter.
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        let joint = if self.0.contains('?') { '&' } else { '?' };
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{joint}{key}={}", utf8_percent_encode(value, ENCODED));
        self
    }

    /// Adds a parameter if there is something to add.
    pub(crate) fn with_some(self, key: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds the moment that the page shows, when it looks back.
    pub(crate) fn at(self, at: Option<Position>) -> Self {
        match at {
            Some(at) => self.with("at", &at.to_string()),
            None => self,
        }
    }

    /// The link as a form sends it: where to, and its parameters.
    pub(crate) fn form(self) -> (String, Vec<(String, String)>) {
        let Some((action, query)) = self.0.split_once('?') else { return (self.0, Vec::new()) };
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let pairs = pairs.map(|(key, value)| (decode(key), decode(value))).collect();
        (action.to_owned(), pairs)
    }

    /// The finished link, pointing at `fragment` of the page if that is not empty.
    pub(crate) fn to(mut self, fragment: &str) -> String {
        if !fragment.is_empty() {
            self.0.push('#');
            self.0.extend(utf8_percent_encode(fragment, ENCODED));
        }
        self.0
    }

    /// The finished link.
    pub(crate) fn done(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn awkward_ids_make_one_segment() {
        let cases = [
            ("01J", "/s/01J"),
            ("agent:main:sub", "/s/agent:main:sub"),
            ("a/b", "/s/a%2Fb"),
            ("a%2Fb", "/s/a%252Fb"),
            ("q?x#y z", "/s/q%3Fx%23y%20z"),
            ("🌳", "/s/%F0%9F%8C%B3"),
            ("שלום", "/s/%D7%A9%D7%9C%D7%95%D7%9D"),
            ("\"><script>", "/s/%22%3E%3Cscript%3E"),
            ("...", "/s/..."),
            ("..", "/s?id=.."),
            (".", "/s?id=."),
        ];
        for (id, expected) in cases {
            assert_eq!(Link::session(id).done(), expected);
        }
        let key = EventKey::first(7);
        assert_eq!(Link::event("a/b", key).with("k", "act").to("e-7"), "/s/a%2Fb/e/7?k=act#e-7");
        assert_eq!(Link::event("..", key).done(), "/s?id=..&e=7");
        let part = EventKey { part: 2, ..key };
        assert_eq!(Link::event("a", part).to("e-7.2"), "/s/a/e/7.2#e-7.2");
        assert_eq!(Link::subtree("a/b").done(), "/s/a%2Fb/tree");
        assert_eq!(Link::timeline("..").done(), "/s?id=..&page=timeline");
    }

    proptest! {
        #[test]
        fn any_id_comes_back(id in ".{1,64}") {
            prop_assume!(id != "." && id != "..");
            let link = Link::session(&id).done();
            let segment = link.strip_prefix("/s/").unwrap();
            prop_assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~:%".contains(&byte)));
            prop_assert_eq!(percent_decode_str(segment).decode_utf8().unwrap(), id);
        }
    }
}
