//! Reads of the view: every question one indexed scan.
//!
//! One file a question; what they share: [`look`] (a consistent moment), [`session_row`] and
//! [`figures`] (a session as stored), [`attention`] and [`stalled`] (what the reader's clock adds).
//!
//! Must not name `log`, `projection`, `ingest` or `http`.

mod imported;
mod look;
mod session_row;
mod chunks;
mod cast;
mod figures;
mod row_id;
mod attention;
mod stalled;
mod settle;
mod outcome;
mod session;
mod sessions;
mod events;
mod wire;
mod changes;
mod alerts;
mod alert_list;
mod missing;
mod tree;
mod ancestors;
mod groups;
mod filter;
mod search;
mod turns;
mod counts;
mod forest;
mod tree_around;
mod subtree;
mod branches;
mod trouble;
mod timeline;
mod feed;
mod calls;
mod event;
mod pretty;
mod portable;
#[cfg(test)]
mod fixture;
#[cfg(test)]
pub(crate) mod plans;

use banyan_protocol::{Cursor, CursorError, Position, Timestamp};
use thiserror::Error;
use tokio::sync::watch;

#[cfg(test)]
pub(crate) use self::changes::Change;
pub(crate) use self::{
    alert_list::{AlertDetail, AlertsPage, AlertsRequest},
    branches::Neighbours,
    changes::{Changes, Standing},
    events::Events,
    feed::{FeedRequest, FreshRequest, Skip},
    filter::FilterError,
    forest::{ForestRequest, ForestSort},
    groups::Group,
    portable::{Portable, Share},
    row_id::{RowKey, RowNo},
    search::{Every, EveryEvent, Scope as SearchScope, SearchRequest, misread},
    session::Lookup,
    sessions::SessionsRequest,
    subtree::{Scope, TreeRequest},
    trouble::Direction,
};
use self::{counts::Kept, turns::Turns};

use crate::{clock::Clock, progress::Progress, view::View};

/// The names of all keys that filters know.
pub(crate) fn filter_keys() -> impl Iterator<Item = &'static str> {
    filter::Key::names()
}

/// Who the log is that the view follows; makes cursors.
#[derive(Clone, Debug)]
pub(crate) struct LogMark {
    /// 32 bits of the log's id.
    pub log: u32,
    /// The log's epoch.
    pub epoch: u32,
}

/// Reads the view.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    view: View,
    progress: Progress,
    clock: Clock,
    mark: LogMark,
    counts: Kept,
    turns: Turns,
}

/// Why a question could not be answered.
#[derive(Debug, Error)]
pub(crate) enum QueryError {
    /// See the source.
    #[error("the view database failed")]
    Database(#[source] sqlx::Error),
    /// Others use all readers, and went on doing so.
    #[error("no reader of the view became free")]
    Busy,
    /// The reader's filter cannot be understood: a fault of the caller.
    #[error("the filter cannot be understood")]
    Filter(#[from] FilterError),
    /// A row of the view is not what it should be: a bug, not a fault of the caller.
    #[error("a row of the view cannot be read")]
    Row(#[source] serde_json::Error),
    /// The same, where there is no better source than a sentence.
    #[error("a row of the view is damaged: {0}")]
    Damaged(&'static str),
}

impl From<sqlx::Error> for QueryError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            error => Self::Database(error),
        }
    }
}

/// How far the view was when a question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    /// The view covers everything up to here.
    pub as_of: Position,
    /// Whether that is all that was in the log when the request began.
    pub complete: bool,
}

impl Query {
    /// Reads `view`, judging silence by `clock`.
    pub(crate) fn new(view: View, progress: Progress, clock: Clock, mark: LogMark) -> Self {
        Self { view, progress, clock, mark, counts: Kept::default(), turns: Turns::new() }
    }

    /// Stays with the view that is read now, for as long as this is asked: for answers that are
    /// read in pages, and for numbers of sessions, which mean nothing in another view.
    pub(crate) fn held(&self) -> Self {
        Self { view: self.view.held(), ..self.clone() }
    }

    /// Asks the same of `view`, which holds a part of the log up to `at` and stays as it is; it is
    /// always `now` there.
    pub(crate) fn of_moment(&self, view: View, at: Position, now: Timestamp) -> Self {
        let (_, head) = watch::channel(at);
        let progress = Progress::new(head, at);
        Self::new(view, progress, Clock::stopped(now), self.mark.clone())
    }

    /// The position that a cursor of this log stands for.
    pub(crate) fn position(&self, cursor: &str) -> Result<Position, CursorError> {
        let cursor = Cursor::parse(cursor, self.mark.epoch, self.mark.log)?;
        // What was handed out of a log that had more events is of no use in this one.
        if self.progress.head() < cursor.position {
            return Err(CursorError::Foreign);
        }
        Ok(cursor.position)
    }

    /// The cursor for `position` of this log.
    pub(crate) fn cursor(&self, position: Position) -> Cursor {
        Cursor { epoch: self.mark.epoch, position, log: self.mark.log }
    }
}
