//! A small view, filled by hand, for the tests of this room.
//!
//! Rows are written as the projection writes them, with their figures rolled up.

mod index;
mod part;

use std::sync::{Arc, atomic::AtomicI64};

use banyan_protocol::{Position, view::Status};
use sqlx::{SqliteConnection, query, query_scalar};
use tokio::sync::watch;

use super::{LogMark, Query};
use crate::{clock::Clock, progress::Progress, view::View};

/// The clock of every fixture: 2026-11-20T10:00:00Z.
pub(super) const NOW: i64 = 1_795_168_800_000_000;

/// A view of its own, and what is asked of it.
pub(super) struct Fixture {
    pub query: Query,
    pub writer: SqliteConnection,
    pub head: watch::Sender<Position>,
    pub progress: Progress,
    position: Position,
    _directory: tempfile::TempDir,
}

/// A session to be written.
pub(super) struct Draft {
    pub status: Status,
    pub agent_id: String,
    pub goal: Option<String>,
    pub last_seen_at: Option<i64>,
    pub tokens: Option<i64>,
    pub cost: Option<i64>,
    pub spoke: bool,
}

/// An event to be written.
pub(super) struct EventDraft {
    pub sequence: Option<i64>,
    pub kind: &'static str,
    pub payload: &'static str,
    pub received_at: i64,
    pub variant: i64,
    pub tool: Option<&'static str>,
    pub call_id: Option<&'static str>,
    pub ok: Option<bool>,
    pub more: &'static str,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("view.db");
        let mut writer = View::scratch(&path).await.unwrap();
        let view = View::open(&path).await.unwrap();
        let head = watch::Sender::new(0);
        let progress = Progress::new(head.subscribe(), 0);
        let clock = Clock::Fixed(Arc::new(AtomicI64::new(NOW)));
        query(index::SAID).execute(&mut writer).await.unwrap();
        let mark = LogMark { log: 1, epoch: 1 };
        let query = Query::new(view, progress.clone(), clock, mark);
        Self { query, writer, head, progress, position: 0, _directory: directory }
    }

    /// A running session heard of now.
    pub(super) async fn session(&mut self, id: &str, parent: Option<&str>) {
        self.session_with(id, parent, |_| {}).await;
    }

    /// A session below `parent`, which must have been written.
    pub(super) async fn session_with(
        &mut self,
        id: &str,
        parent: Option<&str>,
        edit: impl FnOnce(&mut Draft),
    ) {
        let mut draft = Draft {
            status: Status::Running,
            agent_id: "coder".to_owned(),
            goal: None,
            last_seen_at: Some(NOW),
            tokens: None,
            cost: None,
            spoke: true,
        };
        edit(&mut draft);
        self.position += 1;
        query(INSERT)
            .bind(id)
            .bind(parent)
            .bind(draft.agent_id)
            .bind(draft.goal)
            .bind(stored(draft.status))
            .bind(draft.last_seen_at)
            .bind(draft.tokens)
            .bind(draft.cost)
            .bind(self.position)
            .bind(draft.spoke)
            .execute(&mut self.writer)
            .await
            .unwrap();
        self.roll_up().await;
    }

    /// Sessions `s1` … `s{length}`, each the child of the one before, all running and silent for
    /// a week, without rolled-up figures.
    pub(super) async fn chain(&mut self, length: i64) {
        query(BULK).bind(length).bind(NOW).execute(&mut self.writer).await.unwrap();
        self.run(
            "update session
             set parent_no = nullif(no - 1, 0), claimed_parent_no = nullif(no - 1, 0), root_no = 1,
                 depth = no - 1, children = no < (select max(no) from session)",
        )
        .await;
    }

    /// Sessions `s1` … `s{count}` in trees of `size`: a root and its children.
    pub(super) async fn trees(&mut self, count: i64, size: i64) {
        query(BULK).bind(count).bind(NOW).execute(&mut self.writer).await.unwrap();
        query(
            "update session
             set root_no = (no - 1) / ?1 * ?1 + 1, depth = 1, parent_no = (no - 1) / ?1 * ?1 + 1,
                 children = 0",
        )
        .bind(size)
        .execute(&mut self.writer)
        .await
        .unwrap();
        query(
            "update session
             set depth = 0, parent_no = null, children = ?1 - 1, group_no = no / ?1 + 1
             where root_no = no",
        )
        .bind(size)
        .execute(&mut self.writer)
        .await
        .unwrap();
        self.roll_up().await;
    }

    /// Brings the figures of all subtrees up to date.
    pub(super) async fn roll_up(&mut self) {
        query(ROLL_UP).execute(&mut self.writer).await.unwrap();
    }

    /// An event of `session` at the next position; its sequence counts on.
    pub(super) async fn event(
        &mut self,
        session: &str,
        edit: impl FnOnce(&mut EventDraft),
    ) -> Position {
        let last: i64 = query_scalar(
            "select coalesce(max(sequence), 0)
             from event
             where session_no = (select no from session where id = ?1)",
        )
        .bind(session)
        .fetch_one(&mut self.writer)
        .await
        .unwrap();
        let mut draft = EventDraft {
            sequence: Some(last + 1),
            kind: "cognition.thought",
            payload: r#"{"reasoning":"hm"}"#,
            received_at: NOW,
            variant: 0,
            tool: None,
            call_id: None,
            ok: None,
            more: "",
        };
        edit(&mut draft);
        let position: i64 = query_scalar("select coalesce(max(key) / 256, 0) + 1 from event")
            .fetch_one(&mut self.writer)
            .await
            .unwrap();
        let sequence = draft.sequence.map_or(String::new(), |at| format!(r#""sequence":{at},"#));
        let raw = format!(
            r#"{{"spec":"aop/1.0","session_id":"{session}","agent_id":"coder",{sequence}"type":"{}","payload":{}{}}}"#,
            draft.kind, draft.payload, draft.more
        );
        query(
            "insert into event (key, session_no, sequence, kind, at, received_at, variant, flags,
                                digest, tool, call_id, ok, raw)
             values (?1 * 256, (select no from session where id = ?2), ?3, ?4, ?5, ?5, ?6, 0,
                     x'00', ?7, ?8, ?9, ?10)",
        )
        .bind(position)
        .bind(session)
        .bind(draft.sequence)
        .bind(draft.kind)
        .bind(draft.received_at)
        .bind(draft.variant)
        .bind(draft.tool)
        .bind(draft.call_id)
        .bind(draft.ok)
        .bind(raw)
        .execute(&mut self.writer)
        .await
        .unwrap();
        position
    }

    /// Runs any statement.
    pub(super) async fn run(&mut self, statement: &'static str) {
        query(statement).execute(&mut self.writer).await.unwrap();
    }
}

/// The number under which `status` is stored.
pub(super) fn stored(status: Status) -> i64 {
    let at = Status::ALL.iter().position(|one| *one == status).unwrap();
    i64::try_from(at).unwrap()
}

/// A session without its figures.
const INSERT: &str = "
    insert into session (
        no, id, known, deleted, agent_id, goal, status, last_seen_at, total_tokens, total_cost,
        complete, missing_count, flags, claimed_parent_no, parent_no, root_no, depth, orphan, cycle,
        children, own_events, own_tool_calls, own_errors, own_alerts, sub_sessions, sub_running,
        sub_waiting, sub_failed, sub_live, sub_events, sub_tool_calls, sub_errors, sub_alerts,
        sub_tokens, sub_cost, sub_tokens_said, sub_cost_said, sub_tokens_mute, sub_cost_mute,
        first_position, own_last_position, sub_last_position, state)
    select n.no, ?1, 1, 0, ?3, ?4, ?5, ?6, ?7, ?8,
           0, 0, 0, p.no, p.no, coalesce(p.root_no, n.no), coalesce(p.depth + 1, 0), 0, 0,
           0, 0, 0, 0, 0, 0, 0,
           0, 0, 0, 0, 0, 0, 0,
           0, 0, 0, 0, 0, 0,
           case ?10 when 1 then ?9 end, ?9, ?9, '{}'
    from (select coalesce(max(no), 0) + 1 as no from session) n
    left join session p on p.id = ?2";

/// Sessions `s1` … `s{?1}`, running, heard of a week before `?2`.
const BULK: &str = "
    with recursive
        numbers(n) as (
            select 1
            union all
            select n + 1
            from numbers
            where n < ?1)
    insert into session (
        no, id, known, deleted, agent_id, goal, status, last_seen_at, complete, missing_count,
        flags, root_no, depth, orphan, cycle, children, own_events, own_tool_calls, own_errors,
        own_alerts, sub_sessions, sub_running, sub_waiting, sub_failed, sub_live, sub_events,
        sub_tool_calls, sub_errors, sub_alerts, sub_tokens, sub_cost, sub_tokens_said,
        sub_cost_said, sub_tokens_mute, sub_cost_mute, first_position, own_last_position,
        sub_last_position, state)
    select n, 's' || n, 1, 0, 'coder', 'a goal of the usual length, or so', 1,
           ?2 - 7 * 86400 * 1000000, 0, 0,
           0, n, 0, 0, 0, 0, 12, 3, 0,
           0, 1, 1, 0, 0, 1, 0,
           0, 0, 0, 0, 0, 0,
           0, 0, 0, n, n,
           n, '{\"a\":\"what the fold remembers\"}'
    from numbers";

/// The figures of all subtrees.
const ROLL_UP: &str = "
    with recursive
        up(no, above) as (
            select no, no from session
            union all
            select up.no, s.parent_no
            from up
            join session s on s.no = up.above
            where s.parent_no is not null),
        figures as (
            select up.above,
                   count(*) as sessions,
                   sum(s.status in (1, 2)) as running,
                   sum(s.status = 3) as waiting,
                   sum(s.status in (5, 7)) as failed,
                   sum(s.status < 4) as live,
                   sum(coalesce(s.total_tokens, 0)) as tokens,
                   sum(coalesce(s.total_cost, 0)) as cost,
                   sum(s.total_tokens is not null) as tokens_said,
                   sum(s.total_cost is not null) as cost_said,
                   sum(s.total_tokens is null and s.status > 3) as tokens_mute,
                   sum(s.total_cost is null and s.status > 3) as cost_mute,
                   max(s.own_last_position) as last_position
            from up
            join session s on s.no = up.no
            where s.known = 1
            group by up.above)
    update session
    set sub_sessions = f.sessions, sub_running = f.running, sub_waiting = f.waiting,
        sub_failed = f.failed, sub_live = f.live, sub_tokens = f.tokens, sub_cost = f.cost,
        sub_tokens_said = f.tokens_said, sub_cost_said = f.cost_said,
        sub_tokens_mute = f.tokens_mute, sub_cost_mute = f.cost_mute,
        sub_last_position = f.last_position,
        children = (select count(*) from session c where c.parent_no = session.no)
    from figures f
    where f.above = session.no";
