//! Moves batches from the log into a view: reads what folding needs, folds, writes.
//!
//! While one batch is written the next one is folded. What the next one may need and the disk
//! does not have yet is in memory: sessions that are being written stay in the working set, and
//! the identities of two batches are remembered ([`super::seen`]).

mod error;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use banyan_protocol::Position;
use sqlx::{Connection as _, SqliteConnection};
use tokio::task::JoinHandle;

use super::{
    again::Given,
    decode::{self, Step},
    fold::Fold,
    nodes::{NODES_MAX, Room},
    poisoned::{Poisoned, fold_all},
    prefetch::prefetch,
    replay::replay,
    rows::Rows,
    search,
    store::{
        meta,
        write::{Times, write},
    },
    tally::Tally,
    teller::Teller,
    translated,
};
use crate::{log::Commit, view::View};

pub(crate) use error::PipelineError;

type Written = (SqliteConnection, Result<Vec<Times>, sqlx::Error>);

/// A view that follows a log.
#[derive(Debug)]
pub(super) struct Pipeline {
    path: PathBuf,
    fold: Fold,
    teller: Teller,
    reader: SqliteConnection,
    writer: Writer,
    folded: Position,
    written: Position,
    searchable: Position,
    /// Events behind this position are counted when they are written.
    counted_behind: Position,
    tally: Tally,
}

#[derive(Debug)]
enum Writer {
    Idle(SqliteConnection),
    Busy(JoinHandle<Written>, Position),
    Lost,
}

impl Writer {
    /// Its connection, when idle: it has the last batch's pages in memory still.
    const fn idle(&mut self) -> Option<&mut SqliteConnection> {
        match self {
            Self::Idle(connection) => Some(connection),
            Self::Busy(..) | Self::Lost => None,
        }
    }
}

impl Pipeline {
    /// Opens or makes the view at `path` and goes on behind its checkpoint.
    pub(super) async fn open(path: &Path) -> Result<Self, PipelineError> {
        Self::open_with(path, NODES_MAX).await
    }

    /// The same with other bounds.
    pub(super) async fn open_with(path: &Path, room: Room) -> Result<Self, PipelineError> {
        Self::over(path, View::writer(path).await?, room).await
    }

    async fn over(
        path: &Path,
        mut writer: SqliteConnection,
        room: Room,
    ) -> Result<Self, PipelineError> {
        let reader = View::reader(path).await?;
        let position = meta::checkpoint(&mut writer, meta::SESSIONS).await?;
        let searchable = meta::checkpoint(&mut writer, meta::SEARCH).await?;
        let (last_no, last_group) = meta::last_numbers(&mut writer).await?;
        Ok(Self {
            path: path.to_owned(),
            fold: Fold::new(last_no, last_group, room),
            teller: Teller::default(),
            reader,
            writer: Writer::Idle(writer),
            folded: position,
            written: position,
            searchable,
            counted_behind: Position::MAX,
            tally: Tally::default(),
        })
    }

    /// Counts what becomes of the entries behind `position`; others are not counted.
    pub(super) fn count_behind(&mut self, position: Position) {
        self.counted_behind = position;
    }

    /// Makes the view at `path`, which is not there, for a part of a log that was folded before.
    pub(super) async fn again(path: &Path, given: Given) -> Result<Self, PipelineError> {
        let pipeline = Self::over(path, View::scratch(path).await?, NODES_MAX).await?;
        Ok(Self { fold: Fold::again(given), ..pipeline })
    }

    /// Everything up to here is taken in, if not written.
    pub(super) fn folded(&self) -> Position {
        self.folded
    }

    /// Everything up to here is committed.
    pub(super) fn written(&self) -> Position {
        self.written
    }

    /// Takes in the entries of `commits` behind [`Self::folded`] and begins to write them.
    /// Returns how many there were.
    pub(super) async fn take(
        &mut self,
        commits: &[Arc<Commit>],
        poisoned: &Poisoned,
    ) -> Result<u32, PipelineError> {
        let entries = decode::entries(commits, self.folded);
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let Some(position) = entries.last().map(|last| last.position) else { return Ok(0) };
        let sound: Vec<Option<Step<'_>>> = entries
            .iter()
            .map(|placed| match poisoned.get(placed.position) {
                Some(failure) => Some(decode::poisoned(placed, failure)),
                None => decode::sound(placed),
            })
            .collect();
        let mend =
            |(placed, step): (_, &Option<_>)| step.is_none().then(|| decode::mend(placed))?;
        let mended: Vec<_> = entries.iter().zip(&sound).map(mend).collect();
        let connection = self.writer.idle().unwrap_or(&mut self.reader);
        let said = self.teller.translate(connection, &entries, poisoned).await?;
        self.fold.translated(said.keys().copied());
        let mut steps = Vec::with_capacity(entries.len());
        for ((placed, step), mended) in entries.iter().zip(sound).zip(&mended) {
            match (step, said.get(&placed.position)) {
                (Some(step), _) => steps.push(step),
                (None, Some(said)) => steps.extend(translated::steps(placed, said)),
                (None, None) => steps.push(decode::unsound(placed, mended.as_deref())),
            }
        }
        self.take_steps(steps, position).await?;
        Ok(count)
    }

    /// Takes in `steps`, which reach to `position`, and begins to write them.
    pub(super) async fn take_steps(
        &mut self,
        steps: Vec<Step<'_>>,
        position: Position,
    ) -> Result<(), PipelineError> {
        if steps.iter().any(|step| matches!(step, Step::Merge(_))) {
            self.settle().await?; // Merging reads events that may be on their way to the disk.
        }
        self.fold.begin();
        let connection = self.writer.idle().unwrap_or(&mut self.reader);
        prefetch(connection, &mut self.fold, &steps).await?;
        fold_all(&mut self.fold, steps)?;
        self.settle().await?;
        self.finish(position).await
    }

    /// Waits until everything that was taken in is committed; returns where that is.
    pub(super) async fn settle(&mut self) -> Result<Position, PipelineError> {
        let (task, position) = match std::mem::replace(&mut self.writer, Writer::Lost) {
            Writer::Busy(task, position) => (task, position),
            idle @ (Writer::Idle(_) | Writer::Lost) => {
                self.writer = idle;
                return Ok(self.written);
            }
        };
        let (connection, times) = task.await.map_err(PipelineError::Writer)?;
        self.writer = Writer::Idle(connection);
        for times in times? {
            if let Ok(node) = self.fold.nodes.get_mut(times.no) {
                (node.sub.first_at, node.sub.last_at) = (times.first_at, times.last_at);
            }
        }
        self.written = position;
        std::mem::take(&mut self.tally).count();
        self.fold.nodes.evict();
        self.teller.evict();
        Ok(position)
    }

    /// Positions that are committed and not indexed.
    pub(super) fn unsearchable(&self) -> Position {
        self.written.saturating_sub(self.searchable)
    }

    /// Indexes some more texts, when everything is written.
    pub(super) async fn advance_search(&mut self) -> Result<(), PipelineError> {
        if let Writer::Idle(connection) = &mut self.writer {
            self.searchable = search::advance(connection, self.written).await?;
        }
        Ok(())
    }

    /// Indexes texts up to `position`, which is written, as fast as it goes.
    pub(super) async fn search_up_to(&mut self, position: Position) -> Result<(), PipelineError> {
        let Writer::Idle(writer) = &mut self.writer else { return Ok(()) };
        search::catch_up(writer, &mut self.reader, self.searchable, position).await?;
        self.searchable = self.searchable.max(position);
        Ok(())
    }

    /// Begins again behind the checkpoint, after an error.
    pub(super) async fn reopen(&mut self) -> Result<(), PipelineError> {
        // The task that writes holds the lock; what became of its batch the checkpoint says.
        if let Writer::Busy(task, _) = std::mem::replace(&mut self.writer, Writer::Lost) {
            drop(task.await);
        }
        *self = Self::open(&self.path).await?;
        Ok(())
    }

    /// Closes the files. Without it they are closed all the same, later.
    pub(super) async fn close(self) {
        if let Err(error) = self.reader.close().await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the view's reader was not closed properly");
        }
        match self.writer {
            Writer::Idle(connection) => View::close(connection, &self.path).await,
            Writer::Busy(..) | Writer::Lost => {}
        }
    }

    /// Rolls up the batch that ends at `position` and begins to write it.
    async fn finish(&mut self, position: Position) -> Result<(), PipelineError> {
        for no in self.fold.late() {
            let fresh = &self.fold.rows().events;
            let replayed = replay(&mut self.reader, no, fresh).await?;
            self.fold.replayed(no, replayed).map_err(PipelineError::Finish)?;
        }
        let mut rows = self.fold.finish(position).map_err(PipelineError::Finish)?;
        rows.told = self.teller.rows().map_err(|e| PipelineError::Finish(e.into()))?;
        let is_awaited = !rows.times_left.is_empty();
        self.folded = position;
        self.begin_write(rows);
        if is_awaited {
            self.settle().await?;
        }
        Ok(())
    }

    fn begin_write(&mut self, rows: Rows) {
        let poison = u64::try_from(rows.poison.len()).unwrap_or(u64::MAX);
        metrics::counter!("banyan_projection_poison_total").increment(poison);
        let position = rows.position;
        self.tally = Tally::of(&rows, self.counted_behind);
        self.writer = match std::mem::replace(&mut self.writer, Writer::Lost) {
            Writer::Idle(mut connection) => {
                let task = async move {
                    let times = write(&mut connection, rows).await;
                    (connection, times)
                };
                Writer::Busy(tokio::spawn(task), position)
            }
            busy @ (Writer::Busy(..) | Writer::Lost) => busy,
        };
    }
}
