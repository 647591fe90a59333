//! The task that follows the log and keeps the view up to date, whatever happens.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use banyan_protocol::Position;
use thiserror::Error;
use tokio::{runtime::Handle, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{
    pace::Pace,
    pipeline::{Pipeline, PipelineError},
    poisoned::Poisoned,
    slots,
    store::meta,
};
use crate::{
    log::{Log, LogError},
    progress::Progress,
    view::{View, ViewError},
};

/// About how many events one transaction takes.
pub(super) const BATCH_EVENTS: usize = 2_000;
/// How long to wait before trying again after the database failed.
const RETRY: Duration = Duration::from_secs(1);

/// Follows the log.
#[derive(Debug)]
pub(crate) struct Projector {
    log: Log,
    view: View,
    progress: Progress,
    current: PathBuf,
    outdated: Option<PathBuf>,
    poisoned: Poisoned,
    /// Where the log ended when this process opened it.
    found: Position,
}

/// Why projecting was interrupted.
#[derive(Debug, Error)]
pub(crate) enum ProjectorError {
    /// See the source.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// See the source.
    #[error("a batch cannot be projected")]
    Pipeline(#[from] PipelineError),
    /// See the source.
    #[error("the view cannot be opened")]
    View(#[from] ViewError),
    /// See the source.
    #[error("the view cannot be read or written")]
    Database(#[from] sqlx::Error),
}

impl ProjectorError {
    /// Whether the view's file is damaged, so that trying again is of no use.
    fn is_damage(&self) -> bool {
        // The codes of SQLite for a malformed file, and for one that is no database.
        const DAMAGED: [u32; 2] = [11, 26];
        let database = match self {
            Self::Database(error) | Self::Pipeline(PipelineError::Database(error)) => Some(error),
            Self::View(error) | Self::Pipeline(PipelineError::View(error)) => error.database(),
            Self::Log(_) | Self::Pipeline(_) => None,
        };
        let code = database.and_then(|error| error.as_database_error()?.code());
        // The lowest byte is the error, the others say more of it.
        let code = code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
        code.is_some_and(|code| DAMAGED.contains(&code))
    }
}

impl Projector {
    /// Opens or makes the view of `log` in `directory`, which the log holds.
    ///
    /// A view by another version of the projection is read on until a new one has caught up. A
    /// view of another log, or one that cannot be read, is deleted.
    pub(crate) async fn open(directory: &Path, log: Log) -> Result<Self, ProjectorError> {
        let slots = slots::choose(directory, log.identity(), log.head()).await?;
        let read = slots.outdated.as_ref().unwrap_or(&slots.current);
        let position = meta::checkpoint(&mut View::reader(read).await?, meta::SESSIONS).await?;
        let view = View::open(read).await?;
        let progress = Progress::new(log.changed(), position);
        let (current, outdated) = (slots.current, slots.outdated);
        let (poisoned, found) = (Poisoned::default(), log.head());
        Ok(Self { log, view, progress, current, outdated, poisoned, found })
    }

    /// The view, for readers.
    pub(crate) fn view(&self) -> View {
        self.view.clone()
    }

    /// How far the log and the view have come, for readers.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Follows the log until `stop`, on a thread of its own: folding a batch takes a processor
    /// for milliseconds, which the tasks that answer requests must not wait for.
    pub(crate) fn start(self, stop: CancellationToken) -> JoinHandle<()> {
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || runtime.block_on(self.run(stop)))
    }

    async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let Err(error) = self.follow(&stop).await else { return };
            if let ProjectorError::Pipeline(PipelineError::Entry { position, reason }) = error {
                tracing::error!(position, reason, "the entry at {position} is poison");
                self.poisoned.note(position, reason);
                continue;
            }
            let cause: &dyn std::error::Error = &error;
            tracing::error!(error = cause, "projecting was interrupted and will be tried again");
            metrics::counter!("banyan_projection_failures_total").increment(1);
            if error.is_damage()
                && let Err(error) = self.start_over().await
            {
                let cause: &dyn std::error::Error = &error;
                tracing::error!(error = cause, "the damaged view cannot be built again yet");
            }
            // Stopping ends the wait.
            drop(timeout(RETRY, stop.cancelled()).await);
        }
    }

    /// Leaves the damaged view to its readers, as long as it lasts, and begins a new one.
    async fn start_over(&mut self) -> Result<(), ProjectorError> {
        let fresh = slots::other(&self.current);
        if self.outdated.as_ref() == Some(&fresh) {
            View::delete(&self.current)?;
            slots::make(&self.current, self.log.identity()).await?;
            return Ok(());
        }
        View::delete(&fresh)?;
        slots::make(&fresh, self.log.identity()).await?;
        self.outdated = Some(std::mem::replace(&mut self.current, fresh));
        Ok(())
    }

    async fn follow(&mut self, stop: &CancellationToken) -> Result<(), ProjectorError> {
        let mut pipeline = Pipeline::open(&self.current).await?;
        pipeline.count_behind(self.found);
        let followed = self.follow_with(&mut pipeline, stop).await;
        // A batch that is being written must not be left behind: its connection holds the lock.
        let settled = pipeline.settle().await;
        followed?;
        self.publish(settled?);
        if self.log.failed().is_cancelled() {
            View::distrust(&self.current);
        }
        pipeline.close().await;
        Ok(())
    }

    async fn follow_with(
        &mut self,
        pipeline: &mut Pipeline,
        stop: &CancellationToken,
    ) -> Result<(), ProjectorError> {
        let mut head = self.log.changed();
        let mut pace = Pace::default();
        while !stop.is_cancelled() {
            let commits = self.log.read_after(pipeline.folded(), BATCH_EVENTS).await?;
            if !commits.is_empty() {
                let begun = Instant::now();
                let count = pipeline.take(&commits, &self.poisoned).await?;
                metrics::histogram!("banyan_projection_batch_events").record(count);
                metrics::histogram!("banyan_projection_batch_seconds").record(begun.elapsed());
                self.publish(pipeline.written());
                continue;
            }
            self.publish(pipeline.settle().await?);
            if pipeline.folded() < self.log.head() {
                continue;
            }
            self.move_readers().await?;
            self.publish(pipeline.written());
            if pace.is_due(pipeline.unsearchable()) {
                pipeline.advance_search().await?;
                continue;
            }
            let folded = pipeline.folded();
            tokio::select! {
                () = stop.cancelled() => {}
                () = pace.due() => {}
                moved = head.wait_for(|head| folded < *head) => {
                    if moved.is_err() {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// Lets readers see the view that has caught up, if they still read an outdated one.
    async fn move_readers(&mut self) -> Result<(), ProjectorError> {
        let Some(outdated) = self.outdated.take() else { return Ok(()) };
        if let Err(error) = self.view.replace(&self.current).await {
            self.outdated = Some(outdated);
            return Err(error.into());
        }
        View::delete(&outdated)?;
        tracing::info!("the view was built again");
        Ok(())
    }

    fn publish(&self, position: Position) {
        if self.outdated.is_none() {
            self.progress.publish_projected(position);
        }
    }
}
