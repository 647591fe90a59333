//! Trees at an earlier moment: the events of one tree up to a position, folded again into a view
//! that is thrown away, and the same questions asked of it.
//!
//! What is shown is what a collector would show that had received the log only up to there, with
//! two exceptions: a deleted session is gone at every moment, and silence is judged at the time
//! when the last event up to the moment was received.
//!
//! A composition like [`crate::app`]: it may name `projection` (which folds), `query` (which
//! answers), `view`, `progress` and `clock`. Must not name `log`, `ingest` or `http`.

mod part;
mod bounds;
mod kept;

use std::sync::Arc;

use banyan_protocol::{Position, Timestamp};
use thiserror::Error;
use tokio::{
    runtime::Handle,
    sync::{Mutex, Semaphore},
};

use crate::{
    projection::{Again, PipelineError},
    query::Query,
    view::{View, ViewError},
};

pub(crate) use bounds::Bounds;

use kept::{Frozen, Kept};
use part::Part;

/// Events of a tree that is folded again at most: about a second of work.
pub(crate) const AS_OF_EVENTS_MAX_COUNT: usize = 50_000;
/// Bytes of these events.
pub(crate) const AS_OF_EVENTS_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Requests that fold a tree or wait until they may.
const FOLDS_MAX_COUNT: usize = 8;
/// Events folded at once.
const BATCH_EVENTS: usize = 2_000;

/// Shows trees at earlier moments. Clones share what they keep.
#[derive(Clone, Debug)]
pub(crate) struct AsOf(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    view: View,
    query: Query,
    kept: Kept,
    /// Held while a tree is folded: one at a time.
    folding: Mutex<()>,
    /// Who may wait for that.
    waiting: Semaphore,
}

/// A tree at an earlier moment.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// Answers as it did then.
    pub query: Query,
    /// The last position that it covers: what was asked for.
    pub at: Position,
    /// When the last event up to there was received, by our clock.
    pub time: Timestamp,
    /// Where one can go from here.
    pub bounds: Bounds,
}

/// Why a moment cannot be shown.
#[derive(Debug, Error)]
pub(crate) enum AsOfError {
    /// Never heard of this session.
    #[error("no such session")]
    Missing,
    /// The session was deleted.
    #[error("the session was deleted")]
    Deleted,
    /// The log does not reach that far.
    #[error("the moment has not come yet")]
    Future,
    /// The session is known, and was not yet at that moment.
    #[error("the session was not known at that moment")]
    TooEarly,
    /// More events, or bytes of events, than are folded again.
    #[error("the tree is too large to be folded again")]
    TooLarge,
    /// As many as may wait for a tree do.
    #[error("too many are waiting for a tree to be folded again")]
    Busy,
    /// See the source.
    #[error("the view cannot be read")]
    Database(#[from] sqlx::Error),
    /// See the source.
    #[error("the view of the moment cannot be opened")]
    View(#[from] ViewError),
    /// See the source.
    #[error("the tree cannot be folded again")]
    Fold(#[from] PipelineError),
    /// See the source.
    #[error("there is no place for the view of the moment")]
    Place(#[source] std::io::Error),
    /// The task that folds was lost.
    #[error("folding was cut off")]
    CutOff(#[source] tokio::task::JoinError),
}

/// A session of the view as it is now.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Now {
    no: i64,
    known: bool,
    deleted: bool,
    /// How many sessions have been deleted so far: what was folded before knows fewer.
    deletions: i64,
    /// Everything up to here is projected.
    head: Position,
}

impl AsOf {
    /// Reads `view`, of which `query` asks.
    pub(crate) fn new(view: View, query: Query) -> Self {
        let (kept, folding) = (Kept::default(), Mutex::default());
        let waiting = Semaphore::new(FOLDS_MAX_COUNT);
        Self(Arc::new(Shared { view, query, kept, folding, waiting }))
    }

    /// The tree of session `id` right behind the event at `at`.
    pub(crate) async fn moment(&self, id: &str, at: Position) -> Result<Moment, AsOfError> {
        let now = self.now(id).await?;
        if now.head < at {
            return Err(AsOfError::Future);
        }
        let frozen = match self.0.kept.find(now, at) {
            Some(frozen) => frozen,
            None => self.fold(id, at).await?,
        };
        let bounds = frozen.bounds(&self.0.view, now.no).await?;
        let (query, time) = (frozen.query.clone(), frozen.time);
        Ok(Moment { query, at, time, bounds })
    }

    async fn now(&self, id: &str) -> Result<Now, AsOfError> {
        let now: Option<Now> = sqlx::query_as(
            "select no, known, deleted,
                    (select count(*) from session where deleted = 1) as deletions,
                    (select position from checkpoint where projection = 'sessions') as head
             from session
             where id = ?",
        )
        .bind(id)
        .fetch_optional(&self.0.view.readers())
        .await?;
        match now {
            Some(Now { deleted: true, .. }) => Err(AsOfError::Deleted),
            Some(now @ Now { known: true, .. }) => Ok(now),
            Some(_) | None => Err(AsOfError::Missing),
        }
    }

    /// Folds the tree, unless somebody else just did.
    async fn fold(&self, id: &str, at: Position) -> Result<Arc<Frozen>, AsOfError> {
        let _waiting = self.0.waiting.try_acquire().map_err(|_full| AsOfError::Busy)?;
        let _folding = self.0.folding.lock().await;
        let now = self.now(id).await?;
        if let Some(frozen) = self.0.kept.find(now, at) {
            return Ok(frozen);
        }
        let part = Part::read(&self.0.view, now.no, at).await?;
        let directory = tempfile::Builder::new().prefix("banyan-as-of-").tempdir();
        let directory = directory.map_err(AsOfError::Place)?;
        let path = directory.path().join("view.db");
        let (sessions, time) = (part.sessions.clone(), part.time);
        let runtime = Handle::current();
        let folded = path.clone();
        // Folding takes a processor for as long as a second, which the tasks that answer other
        // requests must not wait for.
        let work = move || runtime.block_on(fold(part, &folded, at));
        tokio::task::spawn_blocking(work).await.map_err(AsOfError::CutOff)??;
        let view = View::open_finished(&path).await?;
        let query = self.0.query.of_moment(view.clone(), at, time);
        let frozen = Arc::new(Frozen { sessions, at, deletions: now.deletions, view, query, time });
        self.0.kept.keep(Arc::clone(&frozen));
        Ok(frozen)
    }
}

async fn fold(part: Part, path: &std::path::Path, at: Position) -> Result<(), PipelineError> {
    let mut again = Again::begin(path, part.given, part.deleted).await?;
    for batch in part.events.chunks(BATCH_EVENTS) {
        again.take(batch, at).await?;
    }
    again.finish(&part.remarks, at).await
}

#[cfg(test)]
mod tests;
