//! What events behind a position made of a feed, so that a page that shows it can follow.
//!
//! A new event makes a row, or changes one: the end of a call goes into the row of its start, a
//! heartbeat into its run. The row behind a new one is given again, because it says how long
//! after the row before it comes, and whether something is missing between them.

use std::collections::{BTreeSet, HashMap};

use banyan_protocol::{
    EventKey, Position,
    view::{FeedItem, FreshFeed, FreshRow, Range, Skipped},
};
use sqlx::{query_as, query_scalar};

use super::{
    FeedRequest, Stamp,
    fold::{self, Choice, Row},
    item,
    slim::{self, Kind, Window},
};
use crate::query::{Query, QueryError, look::Look, session};

/// Events that are given at once.
pub(crate) const FRESH_MAX_COUNT: u32 = 500;
/// Positions of anybody that are looked through for those of one session; for more its own events
/// are gone through instead.
const NEAR_POSITIONS: i64 = 10_000;

/// Which events a feed is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FreshRequest {
    /// Behind this position …
    pub after: Position,
    /// … up to this one.
    pub until: Position,
    /// Which are left out when there are too many.
    pub skip: Skip,
}

/// Which events are left out when there are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skip {
    /// Those that came first: a page that was away shows what is new.
    Oldest,
    /// Those that came last: they are asked for next.
    Newest,
}

impl Query {
    /// The rows of a session's feed that the events of `stretch` made or changed; of `request`
    /// counts what it lets through. `None` when there is no such session.
    pub(crate) async fn fresh_feed(
        &self,
        id: &str,
        request: &FeedRequest,
        stretch: FreshRequest,
    ) -> Result<Option<FreshFeed>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(None) };
        let as_of = look.as_of().await?.max(stretch.after).min(stretch.until);
        let is_near = as_of.saturating_sub(stretch.after) <= NEAR_POSITIONS;
        let ways = if is_near { &NEAR } else { &FAR };
        let (stamps, left) = fresh(&mut look, no, (stretch, ways)).await?;
        let Some(first) = stamps.first() else {
            return Ok(Some(FreshFeed { up_to: as_of, ..FreshFeed::default() }));
        };
        let window = slim::load_from(&mut look, no, *first).await?;
        let choice = Choice { class: request.class, errors_only: request.errors_only };
        let rows = rows(&mut look, &window, choice, &stamps).await?;
        let positions = || stamps.iter().map(|stamp| stamp.event().position);
        let (lowest, highest) = (positions().min(), positions().max());
        let skipped = (0 < left).then(|| match stretch.skip {
            Skip::Oldest => Skipped {
                events: left,
                after: stretch.after,
                until: lowest.map_or(as_of, |lowest| lowest - 1),
                first: true,
            },
            Skip::Newest => Skipped {
                events: left,
                after: highest.unwrap_or(stretch.after),
                until: stretch.until,
                first: false,
            },
        });
        Ok(Some(FreshFeed { rows, up_to: as_of, skipped }))
    }
}

/// How the events of session `?3` with keys from `?1` to `?2` are found: the first `?4`, the last
/// ones, and how many there are.
struct Ways {
    first: &'static str,
    last: &'static str,
    count: &'static str,
}

/// Along the log, by one narrow index: for a page that follows it is a few rows.
const NEAR: Ways = Ways {
    first: "select key
            from event indexed by event_slim
            where ?1 <= key and key < ?2 and session_no = ?3
            order by key
            limit ?4",
    last: "select key
           from event indexed by event_slim
           where ?1 <= key and key < ?2 and session_no = ?3
           order by key desc
           limit ?4",
    count: "select count(*)
            from event indexed by event_slim
            where ?1 <= key and key < ?2 and session_no = ?3",
};

/// Among all events of the session, by its own narrow index, which has them by sequence.
const FAR: Ways = Ways {
    first: "select key
            from event indexed by event_by_session
            where session_no = ?3 and ?1 <= key and key < ?2
            order by key
            limit ?4",
    last: "select key
           from event indexed by event_by_session
           where session_no = ?3 and ?1 <= key and key < ?2
           order by key desc
           limit ?4",
    count: "select count(*)
            from event indexed by event_by_session
            where session_no = ?3 and ?1 <= key and key < ?2",
};

/// The events of session `no` in a stretch of the log, and how many more there are.
async fn fresh(
    look: &mut Look,
    no: i64,
    (FreshRequest { after, until, skip }, ways): (FreshRequest, &Ways),
) -> Result<(BTreeSet<Stamp>, u64), QueryError> {
    let from = EventKey::first(after.saturating_add(1)).stored();
    let to = EventKey::first(until.saturating_add(1)).stored();
    let statement = match skip {
        Skip::Newest => ways.first,
        Skip::Oldest => ways.last,
    };
    let keys: Vec<i64> = query_scalar(statement)
        .bind(from)
        .bind(to)
        .bind(no)
        .bind(FRESH_MAX_COUNT)
        .fetch_all(&mut *look.tx)
        .await?;
    let is_full = usize::try_from(FRESH_MAX_COUNT).is_ok_and(|limit| limit <= keys.len());
    let mut left = 0;
    if is_full {
        let all: i64 =
            query_scalar(ways.count).bind(from).bind(to).bind(no).fetch_one(&mut *look.tx).await?;
        left = u64::try_from(all).unwrap_or(0).saturating_sub(u64::from(FRESH_MAX_COUNT));
    }
    let stamps: Vec<(Option<i64>, i64)> = query_as(
        "select sequence, key
         from event
         where key in (select value from json_each(?1))",
    )
    .bind(serde_json::to_string(&keys).map_err(QueryError::Row)?)
    .fetch_all(&mut *look.tx)
    .await?;
    let stamps = stamps.into_iter().map(|(sequence, key)| Stamp { sequence, key });
    Ok((stamps.collect(), left))
}

async fn rows(
    look: &mut Look,
    window: &Window,
    choice: Choice,
    fresh: &BTreeSet<Stamp>,
) -> Result<Vec<FreshRow>, QueryError> {
    let mut all = fold::rows(&window.slims);
    let edge = all.first().map(|row| row.stamp).filter(|_| window.cut_before);
    all.retain(|row| row.is_chosen(choice));
    let changed = changed(&all, fresh);
    let wanted: Vec<Row> = changed
        .iter()
        .flat_map(|&at| [at.checked_sub(1).and_then(|before| all.get(before)), all.get(at)])
        .flatten()
        .cloned()
        .collect();
    let items = item::items(look, &wanted).await?;
    let mut items: HashMap<EventKey, FeedItem> =
        items.into_iter().map(|item| (item.key, item)).collect();
    let times: HashMap<EventKey, _> = items.iter().map(|(key, item)| (*key, item.at)).collect();
    let gaps = fold::missing(window, None, None);
    let rows = changed.into_iter().filter_map(|at| {
        let row = all.get(at)?;
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        // A run that begins where the window does may have begun before it.
        if edge == Some(row.stamp) && row.kind == Kind::Heartbeat {
            return None;
        }
        let before_key = before.map(|row| row.stamp.event());
        Some(FreshRow {
            item: items.remove(&row.stamp.event())?,
            before: before_key.and_then(|key| Some((key, *times.get(&key)?))),
            missing: missing(&gaps, before, row),
        })
    });
    Ok(rows.collect())
}

/// Which rows are to be given, in order.
fn changed(rows: &[Row], fresh: &BTreeSet<Stamp>) -> BTreeSet<usize> {
    let mut changed = BTreeSet::new();
    for (at, row) in rows.iter().enumerate() {
        let is_new = fresh.contains(&row.stamp);
        let holds_new = fresh.range(row.stamp..=row.last).next().is_some();
        let ends_new = row.end.is_some_and(|end| fresh.contains(&end));
        if !is_new && !holds_new && !ends_new {
            continue;
        }
        changed.insert(at);
        if is_new && rows.get(at + 1).is_some_and(|next| !fresh.contains(&next.stamp)) {
            // Put in between: the run before it may have been cut, the row behind it counts from
            // it.
            changed.insert(at + 1);
            changed.extend(at.checked_sub(1));
        }
    }
    changed
}

/// The gaps between a row and the one before it, as a feed shows them.
fn missing(gaps: &[Range], before: Option<&Row>, row: &Row) -> Vec<Range> {
    let sequence = |row: &Row| row.stamp.sequence;
    let Some(here) = sequence(row) else { return Vec::new() };
    let there = before.and_then(sequence).unwrap_or(-1);
    gaps.iter().filter(|gap| there <= gap.to && gap.to < here).copied().collect()
}

#[cfg(test)]
mod tests;
