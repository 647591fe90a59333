//! The task that keeps the view up to date, or nobody in its place.

use std::path::Path;

use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Fatal;
use crate::{log::Log, progress::Progress, projection::Projector, view::View};

/// Whoever follows the log.
#[derive(Debug)]
pub(super) struct Follower {
    /// What readers read.
    pub(super) view: View,
    /// How far it is.
    pub(super) progress: Progress,
    /// Cancelled when following has ended although nobody asked for it.
    pub(super) failed: CancellationToken,
    /// Following ends with this value.
    stop: DropGuard,
    task: Option<JoinHandle<()>>,
    _scratch: Option<TempDir>,
}

impl Follower {
    /// Follows `log` with the view in `directory`.
    pub(super) async fn follow(directory: &Path, log: &Log) -> Result<Self, Fatal> {
        let projector = Projector::open(directory, log.clone()).await?;
        let (view, progress) = (projector.view(), projector.progress());
        let (stop, failed) = (CancellationToken::new(), CancellationToken::new());
        let running = projector.start(stop.clone());
        let (stopped, ended) = (stop.clone(), failed.clone());
        let task = tokio::spawn(async move {
            let result = running.await;
            if !stopped.is_cancelled() {
                let error = result.err().map(|error| error.to_string());
                tracing::error!(error, "the projector has ended; the view stands still");
                ended.cancel();
            }
        });
        Ok(Self {
            view,
            progress,
            failed,
            stop: stop.drop_guard(),
            task: Some(task),
            _scratch: None,
        })
    }

    /// An empty view that stays empty, of a log that seems empty: nobody waits for it.
    pub(super) async fn none() -> Result<Self, Fatal> {
        let scratch = tempfile::tempdir().map_err(Fatal::Runtime)?;
        let path = scratch.path().join("view.db");
        drop(View::scratch(&path).await?);
        let view = View::open(&path).await?;
        let (_, head) = watch::channel(0);
        Ok(Self {
            view,
            progress: Progress::new(head, 0),
            failed: CancellationToken::new(),
            stop: CancellationToken::new().drop_guard(),
            task: None,
            _scratch: Some(scratch),
        })
    }

    /// Stops after the batch that is being written.
    pub(super) async fn stop(self) {
        drop(self.stop);
        if let Some(task) = self.task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the projector did not stop in order");
        }
    }
}
