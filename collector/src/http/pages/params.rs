//! The parameters of pages. A link that is partly wrong still shows a page: what cannot be read
//! counts as absent.

use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use banyan_dashboard::FeedFilter;
use serde::Deserialize;

/// What pages can be asked for; each page reads its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::http) struct PageParams {
    /// Row ids of open nodes, joined by dots; empty: none is open.
    pub(super) open: Option<String>,
    /// `row:from`, the window of children shown of one open node.
    kids: Option<String>,
    /// Key of the page.
    pub(super) after: Option<String>,
    /// Key of the page, the other way.
    pub(super) before: Option<String>,
    /// Position of the event behind which things are shown as they were.
    pub(super) at: Option<String>,
    /// Filter of the feed.
    k: Option<String>,
    /// A query.
    pub(super) q: Option<String>,
    /// The order of the forest.
    pub(super) sort: Option<String>,
    /// Whether it asks for events or for sessions.
    #[serde(rename = "in")]
    pub(super) scope: Option<String>,
    /// A session, where the path cannot hold its id.
    pub(super) id: Option<String>,
    /// An event of it.
    pub(super) e: Option<String>,
    /// `tree` or `timeline`: another page of it.
    pub(super) page: Option<String>,
    /// What a timeline shows begins here.
    pub(super) from: Option<String>,
    /// … and ends here.
    pub(super) to: Option<String>,
    /// Whether a timeline folds long silences.
    pub(super) gaps: Option<String>,
    /// Whether it draws the critical path.
    pub(super) crit: Option<String>,
    /// Whether it marks where calls failed.
    pub(super) errors: Option<String>,
    /// Whether it draws waiting.
    pub(super) waits: Option<String>,
    /// Whether it is a table.
    pub(super) view: Option<String>,
    /// Whether it shows the subtree only.
    pub(super) only: Option<String>,
}

impl PageParams {
    /// The open nodes; `None` lets the collector choose.
    pub(super) fn open(&self) -> Option<Vec<String>> {
        let rows = self.open.as_deref()?;
        Some(rows.split('.').filter(|row| !row.is_empty()).map(str::to_owned).collect())
    }

    /// The window of children.
    pub(super) fn window(&self) -> Option<(String, u64)> {
        let (row, from) = self.kids.as_deref()?.split_once(':')?;
        Some((row.to_owned(), from.parse().ok()?))
    }

    /// The filter of the feed.
    pub(super) fn filter(&self) -> FeedFilter {
        filter(self.k.as_deref())
    }
}

/// The filter that `k=` names.
pub(in crate::http) fn filter(k: Option<&str>) -> FeedFilter {
    k.and_then(FeedFilter::parse).unwrap_or_default()
}

impl<S: Sync> FromRequestParts<S> for PageParams {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Query::try_from_uri(&parts.uri).map_or_else(|_| Self::default(), |Query(params)| params))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> PageParams {
        let uri = format!("/?{query}").parse().unwrap();
        Query::try_from_uri(&uri).map_or_else(|_| PageParams::default(), |Query(params)| params)
    }

    #[test]
    fn what_cannot_be_read_counts_as_absent() {
        let rows = |text: &str| read(text).open();
        assert_eq!(rows(""), None);
        assert_eq!(rows("open="), Some(vec![]));
        assert_eq!(rows("open=3f.9a"), Some(vec!["3f".to_owned(), "9a".to_owned()]));
        assert_eq!(read("kids=3f:200").window(), Some(("3f".to_owned(), 200)));
        assert_eq!(read("kids=3f:x").window(), None);
        assert_eq!(read("kids=3f").window(), None);
        assert_eq!(read("k=err").filter(), FeedFilter::Errors);
        assert_eq!(read("k=what").filter(), FeedFilter::All);
    }
}
