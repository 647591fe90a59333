//! The row of a session, and how it becomes what readers get.
//!
//! A row travels as one JSON array: sqlx copies every value of a row on its own, so 70 columns
//! cost four times what SQLite needs to write them into one text and serde to read it.

use std::ops::ControlFlow;

use banyan_protocol::{
    Flags, MicroDollars, Timestamp,
    view::{Activity, SessionView, Status},
};
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::{
    QueryError,
    attention::{Judge, Signs},
    chunks,
    figures::{OWN_COLUMNS, OwnCounters, SUBTREE_COLUMNS, Said, SubtreeCounters, count},
    row_id,
};

/// Sessions of one text of a long answer. A session may hold 150 kB of text.
const CHUNK_ROWS: u32 = 250;

/// A session as stored. Fields in the order of [`FIELDS`], own and subtree behind them.
#[derive(Debug, Deserialize)]
pub(super) struct SessionRow {
    pub no: i64,
    pub id: String,
    pub parent_no: Option<i64>,
    pub root_no: i64,
    pub depth: u32,
    pub children: i64,
    pub status: u8,
    pub last_seen_at: Option<i64>,
    pub sub_last_position: i64,
    agent_id: String,
    agent_version: Option<String>,
    model: Option<String>,
    goal: Option<String>,
    current_goal: Option<String>,
    next_intent: Option<String>,
    final_response: Option<String>,
    error: Option<String>,
    activity_kind: Option<String>,
    activity_text: Option<String>,
    activity_at: Option<i64>,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    total_steps: Option<i64>,
    total_tokens: Option<i64>,
    total_cost: Option<i64>,
    complete: u8,
    missing_count: i64,
    flags: u32,
    orphan: u8,
    cycle: u8,
    first_position: Option<i64>,
    parent_id: Option<String>,
    root_id: String,
    group_no: Option<u32>,
    own: OwnCounters,
    pub subtree: SubtreeCounters,
}

/// The fields of [`SessionRow`], of `s`, a session; [`KIN`] stands behind them.
const FIELDS: &str = "
    s.no, s.id, s.parent_no, s.root_no, s.depth, s.children, s.status, s.last_seen_at,
    s.sub_last_position, s.agent_id, s.agent_version, s.model, s.goal, s.current_goal,
    s.next_intent, s.final_response, s.error, s.activity_kind, s.activity_text,
    s.activity_at, s.started_at, s.ended_at, s.total_steps, s.total_tokens, s.total_cost,
    s.complete, s.missing_count, s.flags, s.orphan, s.cycle, s.first_position, ";

/// The ids of its parent and root, and the number of its group.
const KIN: &str = "
    (select p.id
     from session p
     where p.no = case s.orphan when 1 then s.claimed_parent_no else s.parent_no end),
    r.id, r.group_no, ";
/// In their place, where whoever asks knows them.
const NO_KIN: &str = "null, '', null, ";

/// Where sessions come from.
const FROM: &str = " from session s join session r on r.no = s.root_no ";

/// Begins a question about sessions: `s` is the session, `r` its root; the caller adds what
/// stands behind `from`, beginning with `where`.
pub(super) fn select() -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("select ");
    push_record(&mut query, KIN);
    query.push(FROM);
    query
}

fn push_record(query: &mut QueryBuilder<Sqlite>, kin: &'static str) {
    query.push("json_array(").push(FIELDS).push(kin);
    query.push(OWN_COLUMNS).push(", ").push(SUBTREE_COLUMNS).push(")");
}

/// The rows that `query`, begun with [`select`], finds.
pub(super) async fn fetch(
    connection: &mut SqliteConnection,
    mut query: QueryBuilder<Sqlite>,
) -> Result<Vec<SessionRow>, QueryError> {
    let mut found = Vec::new();
    let mut rows = query.build().fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let text: &str = row.try_get(0)?;
        let row = serde_json::from_str(text).map_err(QueryError::Row)?;
        found.push(row);
    }
    Ok(found)
}

/// The rows of the sessions whose numbers stand in a JSON array; in no order.
pub(super) async fn fetch_numbers(
    connection: &mut SqliteConnection,
    numbers: String,
) -> Result<Vec<SessionRow>, QueryError> {
    let mut query = select();
    query.push("where s.known = 1 and s.no in (select value from json_each(");
    query.push_bind(numbers).push("))");
    fetch(connection, query).await
}

/// Takes all known sessions that fulfil a condition on `s`, which `condition` adds, by number:
/// for answers of thousands. All are of one tree, whose root and whose parents the caller knows:
/// that saves two look-ups a session.
pub(super) async fn each_of_tree(
    connection: &mut SqliteConnection,
    condition: impl Fn(&mut QueryBuilder<Sqlite>),
    mut take: impl FnMut(SessionRow),
) -> Result<(), QueryError> {
    let ask = |[_, no]: chunks::Key| {
        let mut query = QueryBuilder::new(chunks::GATHER);
        query.push("select '0 ' || s.no || ' ' || ");
        push_record(&mut query, NO_KIN);
        query.push(" as record from session s where s.known = 1 and s.no > ").push_bind(no);
        query.push(" and ");
        condition(&mut query);
        query.push(" order by s.no limit ").push_bind(CHUNK_ROWS).push(")");
        query
    };
    chunks::read(connection, ask, |_, record| {
        take(serde_json::from_str(record).map_err(QueryError::Row)?);
        Ok(ControlFlow::Continue(()))
    })
    .await
    .map(|_all| ())
}

impl SessionRow {
    /// Its status.
    pub(super) fn status(&self) -> Status {
        // The numbers are the projection's own; one that this binary does not know reads as
        // spawned, of which nothing is claimed.
        Status::ALL.get(usize::from(self.status)).copied().unwrap_or(Status::Spawned)
    }

    /// The type of its agent, if it ended well, with nothing odd about it, and nothing below it
    /// needs a look.
    pub(super) fn settled_agent(&self) -> Option<&str> {
        let below = &self.subtree;
        let is_calm = [below.live, below.failed, below.alerts, self.missing_count] == [0; 4];
        let is_odd = self.cycle != 0 || !Flags::NO_SEQUENCE.contains(Flags::from_bits(self.flags));
        (self.status() == Status::Completed && is_calm && !is_odd).then_some(&self.agent_id)
    }

    /// What its silence is judged by.
    pub(super) fn signs(&self) -> Signs {
        Signs {
            status: self.status(),
            last_seen_at: self.last_seen_at.map(Timestamp::from_micros),
            sub_last_position: self.sub_last_position,
        }
    }

    /// What readers get; `stalled` sessions in its subtree are stalled, itself included.
    pub(super) fn into_view(self, judge: &Judge, stalled: u64) -> SessionView {
        let status = self.status();
        let signs = self.signs();
        let said = Said { status, tokens: self.total_tokens, cost: self.total_cost };
        SessionView {
            agent_id: self.agent_id,
            parent_session_id: self.parent_id,
            goal: self.goal,
            status,
            started_at: self.started_at.map(Timestamp::from_micros),
            ended_at: self.ended_at.map(Timestamp::from_micros),
            total_steps: self.total_steps.map(count),
            total_tokens: self.total_tokens.map(count),
            total_cost_usd: self.total_cost.map(MicroDollars),
            last_seen_at: self.last_seen_at.map(Timestamp::from_micros),
            row: row_id::encode(self.no),
            agent_version: self.agent_version,
            model: self.model,
            current_goal: self.current_goal,
            current_activity: self.activity_kind.map(|kind| Activity {
                kind,
                text: self.activity_text.unwrap_or_default(),
                at: self.activity_at.map(Timestamp::from_micros),
            }),
            next_intent: self.next_intent,
            final_response: self.final_response,
            error: self.error,
            attention: judge.attention(&signs),
            placeholder: self.first_position.is_none(),
            orphan: self.orphan != 0,
            cycle: self.cycle != 0,
            root_session_id: self.root_id,
            depth: self.depth,
            group: self.group_no,
            children: count(self.children),
            own: self.own.figures(&said, judge.is_stalled(&signs)),
            subtree: self.subtree.figures(stalled),
            complete: self.complete != 0,
            missing_count: count(self.missing_count),
            flags: Flags::from_bits(self.flags).names().collect(),
            first_position: self.first_position,
            last_position: self.sub_last_position,
            id: self.id,
        }
    }
}
