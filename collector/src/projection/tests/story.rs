//! What the other tests tell their stories with.

use std::{path::Path, sync::Arc};

use banyan_protocol::{Position, Timestamp, view::AlertRule};
use bytes::Bytes;
use serde_json::{Value, json};
use sqlx::{Row as _, SqliteConnection};
use tempfile::TempDir;

use super::super::{
    decode::Step,
    nodes::{NODES_MAX, Room},
    pipeline::Pipeline,
    poisoned::Poisoned,
    store::dump,
    verify::{compare, misplaced},
};
use crate::{
    log::{AlertName, Commit, LogIdentity, OwnFact},
    view::View,
};

pub(crate) use crate::log::{Entry, Source};

/// When the first entry is received; each later one a second later.
const BEGIN_MICROS: i64 = 1_700_000_000_000_000;

/// An AOP event; `rest` are further keys of the envelope.
pub(crate) fn event(session: &str, sequence: i64, kind: &str, rest: Value) -> Entry {
    let mut event = json!({
        "spec": "aop/1.0",
        "session_id": session,
        "agent_id": format!("agent of {session}"),
        "sequence": sequence,
        "timestamp": format!("2026-01-01T00:{:02}:{:02}Z", sequence / 60 % 60, sequence % 60),
        "type": kind,
    });
    if let (Value::Object(event), Value::Object(rest)) = (&mut event, rest) {
        event.extend(rest);
    }
    raw(event.to_string())
}

/// Bytes as an AOP emitter sent them.
pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Entry {
    Entry { source: Source::Aop, bytes: Bytes::from(bytes.into()) }
}

/// A session speaks, without naming a parent.
pub(crate) fn speak(session: &str, sequence: i64) -> Entry {
    event(session, sequence, "cognition.thought", json!({"payload": {"content": "thinking"}}))
}

/// A session begins and names its parent.
pub(crate) fn child(session: &str, sequence: i64, parent: &str) -> Entry {
    event(session, sequence, "session.started", json!({"parent_session_id": parent}))
}

/// A session says that it spawned another one.
pub(crate) fn spawn(session: &str, sequence: i64, child: &str) -> Entry {
    let payload = json!({"child_session_id": child, "child_agent_id": "spawned", "goal": "help"});
    event(session, sequence, "operation.agent_spawn", json!({"payload": payload}))
}

/// A session ends with a total of tokens.
pub(crate) fn end(session: &str, sequence: i64, tokens: i64) -> Entry {
    let payload = json!({"outcome": "failed", "total_tokens": tokens, "total_cost_usd": 0.25});
    event(session, sequence, "session.ended", json!({"payload": payload}))
}

/// A session is deleted.
pub(crate) fn delete(session: &str) -> Entry {
    OwnFact::SessionDeleted { session_id: session.to_owned() }.to_entry()
}

/// Somebody acknowledges an alert of error cascades.
pub(crate) fn acknowledge(session: &str, first_position: Position) -> Entry {
    OwnFact::AlertAcknowledged(cascade(session, first_position)).to_entry()
}

/// Somebody opens an alert of error cascades again.
pub(crate) fn reopen(session: &str, first_position: Position) -> Entry {
    OwnFact::AlertReopened(cascade(session, first_position)).to_entry()
}

fn cascade(session: &str, first_position: Position) -> AlertName {
    let session_id = session.to_owned();
    AlertName { session_id, rule: AlertRule::ErrorCascade, first_position }
}

/// The log that `entries` make, one commit for each.
pub(crate) fn log(entries: &[Entry]) -> Vec<Arc<Commit>> {
    (1..)
        .zip(entries)
        .map(|(first, entry)| {
            let received_at = Timestamp::from_micros(BEGIN_MICROS + first * 1_000_000);
            Arc::new(Commit { first, received_at, entries: vec![entry.clone()] })
        })
        .collect()
}

/// A view in a directory of its own.
pub(crate) struct Scene {
    directory: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// A view of `entries`, taken in at once.
    pub(crate) async fn of(entries: &[Entry]) -> Self {
        let scene = Self::new();
        scene.take(&[&log(entries)]).await;
        scene
    }

    /// A view of `entries`, each taken in by a batch of its own that finds nothing in memory.
    pub(crate) async fn one_by_one(entries: &[Entry]) -> Self {
        let scene = Self::new();
        let log = log(entries);
        scene.take_forgetful(&log.chunks(1).collect::<Vec<_>>()).await;
        scene
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("view.db")
    }

    /// Takes in `batches`, one after the other, in one run.
    pub(crate) async fn take(&self, batches: &[&[Arc<Commit>]]) -> Position {
        self.take_with(batches, NODES_MAX).await
    }

    /// The same, with room for nothing between the batches.
    pub(crate) async fn take_forgetful(&self, batches: &[&[Arc<Commit>]]) -> Position {
        self.take_with(batches, Room { nodes_count: 0, nodes_bytes: 0 }).await
    }

    /// Takes in `log`, on some of whose entries folding failed before.
    pub(super) async fn take_poisoned(&self, log: &[Arc<Commit>], poisoned: &Poisoned) {
        let mut pipeline = self.open(NODES_MAX).await;
        pipeline.take(log, poisoned).await.unwrap();
        pipeline.settle().await.unwrap();
        pipeline.close().await;
    }

    /// Takes in what entries up to `position` say.
    pub(super) async fn take_steps(&self, steps: Vec<Step<'_>>, position: Position) {
        let mut pipeline = self.open(NODES_MAX).await;
        pipeline.take_steps(steps, position).await.unwrap();
        pipeline.settle().await.unwrap();
        pipeline.close().await;
    }

    async fn open(&self, room: Room) -> Pipeline {
        let log = LogIdentity { id: "test".to_owned(), epoch: 1 };
        super::super::slots::make(&self.path(), &log).await.unwrap();
        Pipeline::open_with(&self.path(), room).await.unwrap()
    }

    async fn take_with(&self, batches: &[&[Arc<Commit>]], room: Room) -> Position {
        let mut pipeline = self.open(room).await;
        for batch in batches {
            pipeline.take(batch, &Poisoned::default()).await.unwrap();
        }
        let position = pipeline.settle().await.unwrap();
        while 0 < pipeline.unsearchable() {
            pipeline.advance_search().await.unwrap();
        }
        pipeline.close().await;
        position
    }

    pub(crate) async fn connect(&self) -> SqliteConnection {
        View::reader(&self.path()).await.unwrap()
    }

    /// Fails with the first difference between this view and `other`.
    #[track_caller]
    pub(crate) fn assert_equals(&self, other: &Self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        let (this, other) = (self.path(), other.path());
        async move {
            let mut this = View::reader(&this).await.unwrap();
            let mut other = View::reader(&other).await.unwrap();
            let difference = compare(&mut this, &mut other).await.unwrap();
            assert_eq!(difference, None, "at {caller}");
        }
    }

    /// The places of all known sessions: `id<parent depth`, `id! depth` for orphans and
    /// `id@ depth` for cut ones; and whether they are what the definition says.
    pub(crate) async fn places(&self) -> Vec<String> {
        let mut connection = self.connect().await;
        assert_eq!(misplaced(&mut connection).await.unwrap(), None);
        let sql = "select session.id || case when parent.id is not null then '<' || parent.id
                       when session.orphan then '!' when session.cycle then '@' else '' end
                       || ' ' || session.depth
                   from session left join session as parent on parent.no = session.parent_no
                   where session.known order by session.id";
        sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
    }

    /// One text column of `sql`.
    pub(crate) async fn texts(&self, sql: &'static str) -> Vec<String> {
        sqlx::query_scalar(sql).fetch_all(&mut self.connect().await).await.unwrap()
    }

    /// The groups: `number root merged_into`.
    pub(crate) async fn groups(&self) -> Vec<String> {
        self.texts(
            "select number || ' ' || id || coalesce(' in ' || merged_into, '')
             from tree_group as g join session on session.no = g.root_no order by number",
        )
        .await
    }

    /// Every row of the view.
    pub(crate) async fn dump(&self) -> String {
        dump_of(&self.path()).await
    }

    /// Fails when the figures of some subtree are not the sum of those of its sessions.
    pub(crate) async fn assert_figures_are_sums(&self) {
        let rows = sqlx::query(include_str!("figures.sql"))
            .fetch_all(&mut self.connect().await)
            .await
            .unwrap();
        for row in rows {
            let id: String = row.get("id");
            for column in ["sessions", "events", "tool_calls", "errors", "alerts", "tokens"] {
                let (rolled, summed) = (format!("sub_{column}"), format!("sum_{column}"));
                let (rolled, summed): (i64, i64) =
                    (row.get(rolled.as_str()), row.get(summed.as_str()));
                assert_eq!(rolled, summed, "{column} of {id}");
            }
            for column in ["first_at", "last_at"] {
                let (rolled, summed) = (format!("sub_{column}"), format!("sum_{column}"));
                let (rolled, summed): (Option<i64>, Option<i64>) =
                    (row.get(rolled.as_str()), row.get(summed.as_str()));
                assert_eq!(rolled, summed, "{column} of {id}");
            }
        }
    }
}

async fn dump_of(path: &Path) -> String {
    use futures_util::TryStreamExt as _;

    let mut connection = View::reader(path).await.unwrap();
    dump::prepare(&mut connection).await.unwrap();
    let mut text = String::new();
    for table in dump::TABLES {
        let lines: Vec<String> =
            dump::lines(&mut connection, table).await.unwrap().try_collect().await.unwrap();
        for line in lines {
            text.extend([table.0, ": ", &line, "\n"]);
        }
    }
    text
}
