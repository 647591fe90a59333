//! Reads of the view: every question one indexed scan.
//!
//! Must not name `log`, `projection`, `ingest` or `http`.

use banyan_protocol::{
    Position,
    receipt::Outcome,
    view::{
        AlertView, EventDetail, EventView, FeedKind, FeedView, ForestView, GroupView, Range,
        RecordedView, SessionView, TreeView,
    },
};
use thiserror::Error;

use crate::{clock::Clock, progress::Progress, view::View};

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
}

/// Why a question could not be answered.
#[derive(Debug, Error)]
pub(crate) enum QueryError {
    /// See the source.
    #[error("the view database failed")]
    Database(#[from] sqlx::Error),
    /// A row of the view cannot be read: a bug, not a fault of the caller.
    #[error("a row of the view is damaged: {0}")]
    Damaged(&'static str),
}

/// How far the view was when a question was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    /// The view covers everything up to here.
    pub as_of: Position,
    /// Whether that is all that was in the log when the request began.
    pub complete: bool,
}

/// What a session id stands for.
#[derive(Clone, Debug)]
pub(crate) enum Lookup<T> {
    /// It is there.
    Found(T),
    /// It was deleted.
    Deleted,
    /// Never heard of.
    Missing,
}

/// Which sessions, and how many.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionsRequest {
    /// At most this many.
    pub limit: u32,
    /// The `next` of the page before.
    pub after: Option<i64>,
    /// Free text and `key:value` terms.
    pub filter: Option<String>,
}

/// A page of sessions, newest first.
#[derive(Clone, Debug)]
pub(crate) struct SessionsPage {
    /// The sessions.
    pub sessions: Vec<SessionView>,
    /// Key of the next page.
    pub next: Option<i64>,
}

/// Which part of the forest a page shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForestRequest {
    /// Key of the page of roots: `older` of the page before.
    pub after: Option<String>,
    /// Row ids of the nodes that are open; `None`: let the collector choose, trouble first.
    pub open: Option<Vec<String>>,
    /// For `kids=row:from`: the window of children shown of one open node.
    pub window: Option<(String, u64)>,
}

/// Which part of a feed a page shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedRequest {
    /// Only this class.
    pub class: Option<FeedKind>,
    /// Only failed calls, errors and flagged events.
    pub errors_only: bool,
    /// `older` of another page.
    pub before: Option<String>,
    /// `newer` of another page.
    pub after: Option<String>,
    /// The page that holds this event.
    pub around: Option<Position>,
}

impl Query {
    /// Reads `view`, judging silence by `clock`.
    pub(crate) fn new(view: View, progress: Progress, clock: Clock, mark: LogMark) -> Self {
        Self { view, progress, clock, mark }
    }

    /// Waits (bounded) until the view covers what the log held when this was called.
    pub(crate) async fn settle(&self) -> Settled {
        todo!()
    }

    /// Waits (bounded) until the view covers `position`; says whether it does.
    pub(crate) async fn settle_at(&self, position: Position) -> bool {
        todo!("{position}")
    }

    /// What the projection made of the `count` positions from `first` on.
    pub(crate) async fn outcome(
        &self,
        first: Position,
        count: usize,
    ) -> Result<Outcome, QueryError> {
        todo!("{first} {count}")
    }

    /// A page of sessions, newest first.
    pub(crate) async fn sessions(
        &self,
        request: &SessionsRequest,
    ) -> Result<SessionsPage, QueryError> {
        todo!("{request:?}")
    }

    /// One session.
    pub(crate) async fn session(&self, id: &str) -> Result<Lookup<SessionView>, QueryError> {
        todo!("{id}")
    }

    /// All events of a session by sequence; `None` when there is no such session.
    pub(crate) async fn events_of(&self, id: &str) -> Result<Option<Vec<EventView>>, QueryError> {
        todo!("{id}")
    }

    /// Alerts of a session, oldest evidence first.
    pub(crate) async fn alerts_of(&self, id: &str) -> Result<Vec<AlertView>, QueryError> {
        todo!("{id}")
    }

    /// A page of a session's events as received, by sequence, for export; `after` is the key
    /// returned with the page before.
    pub(crate) async fn raw_of(
        &self,
        id: &str,
        after: Option<(i64, i64)>,
    ) -> Result<(Vec<String>, Option<(i64, i64)>), QueryError> {
        todo!("{id} {after:?}")
    }

    /// Events in log order behind `after`, each once.
    pub(crate) async fn events_after(
        &self,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedView>, QueryError> {
        todo!("{after} {limit}")
    }

    /// Alerts whose evidence ends in `(after, up_to]`.
    pub(crate) async fn alerts_between(
        &self,
        after: Position,
        up_to: Position,
    ) -> Result<Vec<AlertView>, QueryError> {
        todo!("{after} {up_to}")
    }

    /// A session with its descendants, cut at `depth` levels and `limit` sessions.
    pub(crate) async fn tree(
        &self,
        id: &str,
        depth: u32,
        limit: u32,
    ) -> Result<Option<TreeView>, QueryError> {
        todo!("{id} {depth} {limit}")
    }

    /// Direct children by first mention.
    pub(crate) async fn children(
        &self,
        id: &str,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Option<SessionsPage>, QueryError> {
        todo!("{id} {after:?} {limit}")
    }

    /// From the root down to the parent of this session.
    pub(crate) async fn ancestors(&self, id: &str) -> Result<Vec<SessionView>, QueryError> {
        todo!("{id}")
    }

    /// Ranges of sequence numbers never received.
    pub(crate) async fn missing(&self, id: &str) -> Result<Option<Vec<Range>>, QueryError> {
        todo!("{id}")
    }

    /// Groups by number, behind `after`.
    pub(crate) async fn groups(
        &self,
        after: u32,
        limit: u32,
    ) -> Result<Vec<GroupView>, QueryError> {
        todo!("{after} {limit}")
    }

    /// A page of the forest.
    pub(crate) async fn forest(&self, request: &ForestRequest) -> Result<ForestView, QueryError> {
        todo!("{request:?}")
    }

    /// The tree that `id` belongs to, for the sidebar: the path to it open, siblings around it,
    /// `open` as in [`ForestRequest`].
    pub(crate) async fn tree_around(
        &self,
        id: &str,
        open: Option<&[String]>,
    ) -> Result<Option<ForestView>, QueryError> {
        todo!("{id} {open:?}")
    }

    /// A page of a session's feed; by default the newest.
    pub(crate) async fn feed(
        &self,
        id: &str,
        request: &FeedRequest,
    ) -> Result<Option<FeedView>, QueryError> {
        todo!("{id} {request:?}")
    }

    /// One event of a session, in full.
    pub(crate) async fn event(
        &self,
        id: &str,
        position: Position,
    ) -> Result<Option<EventDetail>, QueryError> {
        todo!("{id} {position}")
    }

    /// The cursor for `position` of this log.
    pub(crate) fn cursor(&self, position: Position) -> banyan_protocol::Cursor {
        banyan_protocol::Cursor { epoch: self.mark.epoch, position, log: self.mark.log }
    }
}
