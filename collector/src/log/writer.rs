//! The writer: one task that owns the only writing connection.
//!
//! Natural group commit: while one commit is being fsynced appends collect, the next takes them
//! all. It never lingers for more. The order after a commit is fixed: keep it in memory, publish
//! the head, answer the waiting – so whoever was answered finds the head moved.

use std::{sync::Arc, time::Instant};

use banyan_protocol::{Position, Timestamp};
use tokio::sync::mpsc::{Receiver, UnboundedReceiver};

use super::{
    AppendError, Commit, DataDirectory, Shared,
    fault::Fault,
    frame::{self, COMMIT_MAX_ENTRIES, Packer},
    quarantine::{self, BATCH_MAX_ROWS},
    queue::{Gauge, Message, Waiting},
    space::Ballast,
    sqlite,
};
use crate::clock::Clock;

/// A commit takes no further append beyond this many bytes.
const COMMIT_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Under steady load refused input is written once in so many commits.
const COMMITS_PER_QUARANTINE: u32 = 8;

/// The task's state.
pub(super) struct Writer {
    pub(super) engine: sqlite::Writer,
    pub(super) shared: Arc<Shared>,
    pub(super) inbox: Inbox,
    pub(super) clock: Clock,
    pub(super) packer: Packer,
    pub(super) ballast: Ballast,
    /// The last position that is durable.
    pub(super) head: Position,
    pub(super) last_received_at: Timestamp,
    /// Held until the files are closed.
    pub(super) directory: DataDirectory,
}

/// What others want from the writer.
pub(super) struct Inbox {
    pub(super) appends: UnboundedReceiver<Message>,
    pub(super) refused: Receiver<quarantine::Row>,
    /// Did not fit into the last commit.
    carried: Option<Waiting>,
    commits_since_quarantine: u32,
    waiting: Gauge,
}

enum Work {
    Commit(Vec<Waiting>),
    Quarantine(Vec<quarantine::Row>),
    Stop,
}

impl Inbox {
    pub(super) const fn new(
        appends: UnboundedReceiver<Message>,
        refused: Receiver<quarantine::Row>,
        waiting: Gauge,
    ) -> Self {
        Self { appends, refused, carried: None, commits_since_quarantine: 0, waiting }
    }

    async fn next(&mut self) -> Work {
        if COMMITS_PER_QUARANTINE <= self.commits_since_quarantine
            && let Ok(row) = self.refused.try_recv()
        {
            return self.gather_refused(row);
        }
        if let Some(first) = self.carried.take() {
            return self.gather(first);
        }
        loop {
            tokio::select! {
                biased;
                message = self.appends.recv() => match message {
                    Some(Message::Append(first)) => return self.gather(first),
                    Some(Message::Close) => self.appends.close(),
                    None => return Work::Stop,
                },
                Some(row) = self.refused.recv() => return self.gather_refused(row),
            }
        }
    }

    /// Everything that waits and fits into one commit.
    fn gather(&mut self, first: Waiting) -> Work {
        self.commits_since_quarantine = self.commits_since_quarantine.saturating_add(1);
        let (mut entries, mut bytes) = (first.entries.len(), first.bytes);
        let mut batch = vec![first];
        while let Ok(message) = self.appends.try_recv() {
            match message {
                Message::Close => self.appends.close(),
                Message::Append(next) => {
                    entries += next.entries.len();
                    bytes += next.bytes;
                    if COMMIT_MAX_ENTRIES < entries || COMMIT_MAX_BYTES < bytes {
                        self.carried = Some(next);
                        break;
                    }
                    batch.push(next);
                }
            }
        }
        Work::Commit(batch)
    }

    fn gather_refused(&mut self, first: quarantine::Row) -> Work {
        self.commits_since_quarantine = 0;
        let mut rows = vec![first];
        while rows.len() < BATCH_MAX_ROWS
            && let Ok(row) = self.refused.try_recv()
        {
            rows.push(row);
        }
        Work::Quarantine(rows)
    }
}

/// The writer cannot go on; already logged.
struct Stopped;

impl Writer {
    /// Runs until it is told to close, nobody is left who could append, or the disk fails.
    pub(super) async fn run(mut self) {
        // Also when this task is dropped or panics: nobody may wait for a writer that is gone.
        let end = self.shared.ended.clone().drop_guard();
        let failed = self.shared.failed.clone().drop_guard();
        loop {
            let done = match self.inbox.next().await {
                Work::Commit(batch) => self.commit(batch).await,
                Work::Quarantine(rows) => self.quarantine(rows).await,
                Work::Stop => break,
            };
            if done.is_err() {
                return;
            }
        }
        self.finish().await;
        drop(failed.disarm());
        drop(end);
    }

    async fn commit(&mut self, batch: Vec<Waiting>) -> Result<(), Stopped> {
        let started = Instant::now();
        // The entries now share one buffer: what is kept in memory is not the (much larger)
        // buffers that the requests came in.
        let (plain, entries) = frame::join(batch.iter().flat_map(|waiting| &waiting.entries));
        let packed = self.packer.pack(&plain);
        let count = entries.len();
        let first = self.head + 1;
        let received_at = self.clock.now().max(self.last_received_at);
        let stored = self.engine.insert(first, positions(count), received_at, packed).await;
        if let Err(fault) = stored {
            return self.refuse(batch, fault).await;
        }
        self.shared.keep(Arc::new(Commit { first, received_at, entries }));
        self.head += positions(count);
        self.last_received_at = received_at;
        self.shared.head.send_replace(self.head);
        let mut next = first;
        for waiting in batch {
            let count = waiting.entries.len();
            waiting.stored(next);
            next += positions(count);
        }
        metrics::counter!("banyan_log_commits_total").increment(1);
        metrics::counter!("banyan_log_entries_total")
            .increment(u64::try_from(count).unwrap_or(u64::MAX));
        metrics::histogram!("banyan_log_commit_entries").record(float(count));
        metrics::histogram!("banyan_log_commit_seconds").record(started.elapsed());
        metrics::gauge!("banyan_log_queue_bytes").set(float(self.inbox.waiting.bytes()));
        self.ballast.restore(&self.shared.space);
        Ok(())
    }

    /// Nothing of `batch` was stored: says so to everyone who waits for it.
    async fn refuse(&mut self, batch: Vec<Waiting>, fault: Fault) -> Result<(), Stopped> {
        let (error, going_on) = match fault.probed(self.directory.path()) {
            Fault::Full => {
                tracing::error!("the disk is full; the log takes nothing until there is room");
                self.ballast.release();
                self.engine.checkpoint().await;
                (AppendError::StorageFull, Ok(()))
            }
            Fault::Busy => {
                tracing::error!("another process locks the log");
                (AppendError::Busy, Ok(()))
            }
            Fault::Fatal(error) => {
                tracing::error!(%error, "the log cannot be written; the writer stops for good");
                self.shared.failed.cancel();
                (AppendError::StorageFailed, Err(Stopped))
            }
        };
        metrics::counter!("banyan_log_failed_commits_total", "why" => error.name()).increment(1);
        for waiting in batch {
            waiting.refused(error);
        }
        going_on
    }

    async fn quarantine(&mut self, rows: Vec<quarantine::Row>) -> Result<(), Stopped> {
        let now = self.clock.now();
        match quarantine::insert(&mut self.engine.connection, now, rows).await {
            Ok(()) => Ok(()),
            Err(fault) => self.refuse(Vec::new(), fault).await,
        }
    }

    async fn finish(mut self) {
        while let Ok(row) = self.inbox.refused.try_recv() {
            let Work::Quarantine(rows) = self.inbox.gather_refused(row) else { break };
            if self.quarantine(rows).await.is_err() {
                return;
            }
        }
        self.engine.checkpoint().await;
        self.shared.reader.pool.close().await;
        self.engine.close().await;
        drop(self.directory);
    }
}

/// A number of entries as a distance between positions.
fn positions(count: usize) -> Position {
    Position::try_from(count).unwrap_or(Position::MAX)
}

/// For measurements, which are floating-point.
fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
