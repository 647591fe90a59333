//! Whom a fragment asks: the view as it is now, or a tree as it was at the moment that its page
//! shows.

use axum::http::HeaderMap;
use banyan_dashboard::{Now, Sight};
use banyan_protocol::{Position, Timestamp};

use super::{Site, error::ApiError, pages};
use crate::query::{Query, RowNo};

/// A view, and the moment that it is of.
#[derive(Debug)]
pub(super) struct Then {
    /// Answers.
    pub(super) query: Query,
    /// The reader's time; that of the moment, when the page looks back.
    pub(super) now: Timestamp,
    at: Option<Position>,
}

impl Then {
    /// The tree of session `id` at `at`, as an address spells it; how things are now without one.
    pub(super) async fn of_session(
        site: &Site,
        query: &Query,
        (id, at): (&str, Option<&str>),
    ) -> Result<Self, ApiError> {
        let Some(at) = at.filter(|at| !at.is_empty()) else {
            query.settle().await;
            return Ok(Self { query: query.clone(), now: site.now(), at: None });
        };
        let then = pages::moment(site, query, (id, at)).await?;
        Ok(Self { query: then.query, now: then.time, at: Some(then.at) })
    }

    /// The same, of the tree in which a row stands: rows keep their numbers at every moment.
    pub(super) async fn of_row(
        site: &Site,
        query: &Query,
        (row, at): (Option<RowNo>, Option<&str>),
    ) -> Result<Self, ApiError> {
        let id = match (row, at.filter(|at| !at.is_empty())) {
            (Some(row), Some(_)) => {
                query.settle().await;
                query.id_of(row).await?.ok_or(ApiError::NoSession)?
            }
            (_, _) => String::new(),
        };
        Self::of_session(site, query, (&id, at)).await
    }

    /// How whoever sent `headers` sees it.
    pub(super) fn sight(&self, headers: &HeaderMap) -> Sight {
        let times = pages::times(headers);
        Sight { now: Now { at: self.now, times }, at: self.at }
    }
}
