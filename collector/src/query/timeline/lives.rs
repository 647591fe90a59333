//! When the sessions of a tree lived: one scan, one text.

use std::{borrow::Cow, collections::HashMap};

use banyan_protocol::{
    Timestamp,
    view::{Life, Status},
};
use serde::Deserialize;
use sqlx::query_scalar;

use crate::query::{
    QueryError,
    attention::{Judge, Signs},
    look::Look,
};

/// Sessions of a timeline; of larger trees the upper levels.
pub(super) const LIVES_MAX_COUNT: u32 = 20_000;

/// The sessions of a tree in time.
#[derive(Debug)]
pub(super) struct Found {
    pub agents: Vec<String>,
    /// Parents before their children.
    pub lives: Vec<Life>,
    pub left_out: u64,
}

/// A session as far as its life goes. Fields in the order of the statements.
#[derive(Debug, Deserialize)]
struct Row<'a> {
    no: i64,
    parent_no: Option<i64>,
    #[serde(borrow)]
    agent_id: Cow<'a, str>,
    first_at: Option<i64>,
    last_at: Option<i64>,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    status: u8,
    last_seen_at: Option<i64>,
    sub_last_position: i64,
}

/// The whole tree that the session `no` belongs to.
pub(super) async fn of_tree(look: &mut Look, no: i64) -> Result<Found, QueryError> {
    let text: String = query_scalar(
        "select json_group_array(json_array(no, parent_no, agent_id, own_first_at, own_last_at,
                                            started_at, ended_at, status, last_seen_at,
                                            sub_last_position))
         from (select *
               from session
               where known = 1 and root_no = (select root_no from session where no = ?1)
               order by depth, no
               limit ?2)",
    )
    .bind(no)
    .bind(LIVES_MAX_COUNT)
    .fetch_one(&mut *look.tx)
    .await?;
    let all: i64 = query_scalar(
        "select sub_sessions
         from session
         where no = (select root_no from session where no = ?1)",
    )
    .bind(no)
    .fetch_one(&mut *look.tx)
    .await?;
    read(&text, all, &look.judge)
}

/// The session `no` and what is below it, level by level.
pub(super) async fn of_subtree(look: &mut Look, no: i64) -> Result<Found, QueryError> {
    let text: String = query_scalar(
        "with recursive
             below(no, level) as (
                 select ?1, 0
                 union all
                 select s.no, below.level + 1
                 from below
                 cross join session s on s.parent_no = below.no
                 order by 2
                 limit ?2)
         select json_group_array(json_array(s.no, s.parent_no, s.agent_id, s.own_first_at,
                                            s.own_last_at, s.started_at, s.ended_at, s.status,
                                            s.last_seen_at, s.sub_last_position))
         from below
         cross join session s on s.no = below.no",
    )
    .bind(no)
    .bind(LIVES_MAX_COUNT)
    .fetch_one(&mut *look.tx)
    .await?;
    let all: i64 = query_scalar(
        "select sub_sessions
         from session
         where no = ?1",
    )
    .bind(no)
    .fetch_one(&mut *look.tx)
    .await?;
    read(&text, all, &look.judge)
}

/// Reads rows that come by level; `all` sessions are there in all.
fn read(text: &str, all: i64, judge: &Judge) -> Result<Found, QueryError> {
    let rows: Vec<Row<'_>> = serde_json::from_str(text).map_err(QueryError::Row)?;
    let mut places: HashMap<i64, usize> = HashMap::with_capacity(rows.len());
    let mut agents: Vec<String> = Vec::new();
    let mut known: HashMap<Cow<'_, str>, usize> = HashMap::new();
    let mut lives = Vec::with_capacity(rows.len());
    for row in rows {
        let parent = row.parent_no.and_then(|parent| places.get(&parent).copied());
        if parent.is_none() && !lives.is_empty() {
            // Its parent was cut off.
            continue;
        }
        places.insert(row.no, lives.len());
        let agent = *known.entry(row.agent_id.clone()).or_insert_with(|| {
            agents.push(row.agent_id.clone().into_owned());
            agents.len() - 1
        });
        lives.push(row.life(parent, agent, judge));
    }
    let shown = i64::try_from(lives.len()).unwrap_or(i64::MAX);
    let left_out = u64::try_from(all.saturating_sub(shown)).unwrap_or(0);
    Ok(Found { agents, lives, left_out })
}

impl Row<'_> {
    fn life(&self, parent: Option<usize>, agent: usize, judge: &Judge) -> Life {
        let status = Status::from_stored(i64::from(self.status)).unwrap_or(Status::Spawned);
        let signs = Signs {
            status,
            last_seen_at: self.last_seen_at.map(Timestamp::from_micros),
            sub_last_position: self.sub_last_position,
        };
        let first = match (self.first_at, self.started_at) {
            (Some(first), Some(started)) => Some(first.min(started)),
            (first, started) => first.or(started),
        };
        Life {
            no: self.no,
            parent,
            agent,
            first_at: first.map(Timestamp::from_micros),
            last_at: self.ended_at.or(self.last_at).map(Timestamp::from_micros),
            status,
            attention: judge.attention(&signs),
        }
    }
}
