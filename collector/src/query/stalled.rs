//! How many sessions of a subtree are stalled at the reader's clock.
//!
//! The view cannot hold such a count, so it is made for the sessions shown: those of the silent
//! live sessions that were heard of last are looked up by index and their chains of ancestors
//! walked, once each. Both steps are bounded, so the count is "at least" where a view holds more
//! silent live sessions than [`SILENT_SCAN_MAX_COUNT`]. Subtrees that are silent for longer than
//! every patience need no look: all their live sessions are stalled.

use std::collections::HashMap;

use banyan_protocol::{
    Timestamp,
    view::{SessionView, Status},
};
use sqlx::{SqliteConnection, query_as};

use super::{
    QueryError,
    attention::{Judge, Signs},
    figures::count,
    look::Look,
    session_row::SessionRow,
};

/// Silent live sessions looked at, of each live status.
const SILENT_SCAN_MAX_COUNT: u32 = 500;
/// Sessions on the chains from them to their roots.
const CHAIN_SCAN_MAX_COUNT: u32 = 4_000;

/// What readers get of `rows`.
pub(super) async fn views(
    look: &mut Look,
    rows: Vec<SessionRow>,
) -> Result<Vec<SessionView>, QueryError> {
    let below = if rows.iter().any(|row| needs_scan(row, &look.judge)) {
        roll_up(&silent_chains(&mut look.tx, &look.judge).await?, &look.judge)
    } else {
        HashMap::new()
    };
    let judge = &look.judge;
    Ok(rows.into_iter().map(|row| view(row, judge, &below)).collect())
}

/// What readers get of `row`, when it is known how many are stalled in the subtrees of others.
fn view(row: SessionRow, judge: &Judge, below: &HashMap<i64, u64>) -> SessionView {
    let own = u64::from(judge.is_stalled(&row.signs()));
    let talking = count(row.subtree.running) + count(row.subtree.waiting);
    let stalled = if judge.is_silent_below(row.sub_last_position) {
        talking
    } else {
        below.get(&row.no).copied().unwrap_or(0).clamp(own, talking.max(own))
    };
    row.into_view(judge, stalled)
}

/// Whether some session below `row` may be stalled that its own counters do not tell.
fn needs_scan(row: &SessionRow, judge: &Judge) -> bool {
    let own = matches!(row.status(), Status::Running | Status::Idle | Status::Waiting);
    let talking = row.subtree.running + row.subtree.waiting;
    i64::from(own) < talking && !judge.is_silent_below(row.sub_last_position)
}

/// A session on the way from a silent one to its root.
#[derive(Debug, sqlx::FromRow)]
struct Link {
    no: i64,
    parent_no: Option<i64>,
    depth: i64,
    status: u8,
    last_seen_at: Option<i64>,
    sub_last_position: i64,
}

async fn silent_chains(
    connection: &mut SqliteConnection,
    judge: &Judge,
) -> Result<Vec<Link>, QueryError> {
    let began = judge.began();
    let links = query_as(
        "with recursive
             running(no) as (
                 select no
                 from session
                 where status in (1, 2, 3) and known = 1 and status = 1 and last_seen_at < ?1
                 order by last_seen_at desc
                 limit ?3),
             idle(no) as (
                 select no
                 from session
                 where status in (1, 2, 3) and known = 1 and status = 2 and last_seen_at < ?2
                 order by last_seen_at desc
                 limit ?3),
             waiting(no) as (
                 select no
                 from session
                 where status in (1, 2, 3) and known = 1 and status = 3 and last_seen_at < ?2
                 order by last_seen_at desc
                 limit ?3),
             silent(no) as (
                 select no from running
                 union all
                 select no from idle
                 union all
                 select no from waiting),
             chain(no, parent_no, depth, status, last_seen_at, sub_last_position) as (
                 select s.no, s.parent_no, s.depth, s.status, s.last_seen_at, s.sub_last_position
                 from silent
                 join session s on s.no = silent.no
                 union
                 select p.no, p.parent_no, p.depth, p.status, p.last_seen_at, p.sub_last_position
                 from chain
                 join session p on p.no = chain.parent_no)
         select *
         from chain
         limit ?4",
    )
    .bind(began.running.micros())
    .bind(began.resting.micros())
    .bind(SILENT_SCAN_MAX_COUNT)
    .bind(CHAIN_SCAN_MAX_COUNT)
    .fetch_all(connection)
    .await?;
    Ok(links)
}

/// The stalled sessions in the subtree of each link, itself included, as far as links tell.
fn roll_up(links: &[Link], judge: &Judge) -> HashMap<i64, u64> {
    let mut deepest_first: Vec<&Link> = links.iter().collect();
    deepest_first.sort_unstable_by_key(|link| std::cmp::Reverse(link.depth));
    let mut stalled: HashMap<i64, u64> = HashMap::new();
    for link in deepest_first {
        let below = stalled.get(&link.no).copied().unwrap_or(0);
        let all = below + u64::from(judge.is_stalled(&link.signs()));
        stalled.insert(link.no, all);
        if let Some(parent) = link.parent_no {
            *stalled.entry(parent).or_default() += all;
        }
    }
    stalled
}

impl Link {
    fn signs(&self) -> Signs {
        Signs {
            status: Status::ALL.get(usize::from(self.status)).copied().unwrap_or(Status::Spawned),
            last_seen_at: self.last_seen_at.map(Timestamp::from_micros),
            sub_last_position: self.sub_last_position,
        }
    }
}
