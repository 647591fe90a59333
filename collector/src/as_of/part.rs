//! The part of a log that a tree was made of: every session that had to do with it up to a
//! moment, with its events.

use std::collections::HashSet;

use banyan_protocol::{EventKey, Flags, Position, Timestamp};
use sqlx::{Row as _, SqliteConnection, query, query_as, query_scalar, sqlite::SqliteRow};

use super::{AS_OF_EVENTS_MAX_BYTES, AS_OF_EVENTS_MAX_COUNT, AsOfError, BATCH_EVENTS};
use crate::{
    projection::{Given, Remark, Stored},
    view::View,
};

/// A part of a log, to be folded again.
#[derive(Debug)]
pub(super) struct Part {
    /// Its sessions, by their numbers.
    pub(super) sessions: HashSet<i64>,
    /// How they and their groups are numbered.
    pub(super) given: Given,
    /// Sessions with which they had to do and which were deleted since.
    pub(super) deleted: Vec<String>,
    /// Its events, in log order.
    pub(super) events: Vec<Stored>,
    /// What was said of its alerts, in log order.
    pub(super) remarks: Vec<Remark>,
    /// When the last event of the whole log up to the moment was received.
    pub(super) time: Timestamp,
}

/// Everybody whom session `?1` had to do with up to the position `?2`, each by way of sessions
/// that were known then and have not been deleted.
const MEMBERS: &str = "
    with recursive member (no) as (
        values (?1)
        union
        select above.no
        from member
        cross join claim on claim.child_no = member.no and claim.position <= ?2
        cross join session as above on above.no = claim.parent_no
        where above.deleted = 0
          and (above.first_position <= ?2
               or exists (select 1 from claim as earlier
                          where earlier.child_no = above.no and earlier.position <= ?2))
        union
        select below.no
        from member
        cross join claim on claim.parent_no = member.no and claim.position <= ?2
        cross join session as below on below.no = claim.child_no
        where below.deleted = 0
    )
    select no from member limit ?3";

/// The sessions `?1` and those that they name or that name them, up to the position `?2`.
const NAMED: &str = "
    select no, id, deleted, group_no
    from session
    where no in (
        select value from json_each(?1)
        union
        select claim.parent_no from json_each(?1) as member
        cross join claim on claim.child_no = member.value and claim.position <= ?2
        union
        select claim.child_no from json_each(?1) as member
        cross join claim on claim.parent_no = member.value and claim.position <= ?2)";

/// The groups that events at the positions `?1` formed.
const GROUPS: &str = "
    select distinct tree_group.formed_at, tree_group.number
    from json_each(?1) as position
    cross join tree_group on tree_group.formed_at = position.value
    order by tree_group.number";

const KEYS: &str = "
    select event.key
    from json_each(?1) as member
    cross join event indexed by event_by_session on event.session_no = member.value
    where event.key < ?2
    order by event.key
    limit ?3";

const EVENTS: &str = "
    select key, received_at, flags, digest, raw
    from event
    where key in (select value from json_each(?1))
    order by key";

const REMARKS: &str = "
    select remark.position, remark.at, session.id, remark.rule, remark.first_position,
           remark.acknowledged
    from remark
    join session on session.no = remark.session_no
    where remark.position <= ?2
      and remark.session_no in (select value from json_each(?1))
    order by remark.position";

impl Part {
    /// The part around session `no` up to `at`.
    pub(super) async fn read(view: &View, no: i64, at: Position) -> Result<Self, AsOfError> {
        let mut look = view.readers().begin().await?;
        if !was_known(&mut look, no, at).await? {
            return Err(AsOfError::TooEarly);
        }
        let most = limit(AS_OF_EVENTS_MAX_COUNT);
        let sessions: Vec<i64> =
            query_scalar(MEMBERS).bind(no).bind(at).bind(most).fetch_all(&mut *look).await?;
        // Each of them was named by an event of its own, or by one of another session's.
        if AS_OF_EVENTS_MAX_COUNT < sessions.len() {
            return Err(AsOfError::TooLarge);
        }
        let members = json(&sessions)?;
        let (mut given, deleted) = named(&mut look, &members, at).await?;
        let keys = keys(&mut look, &members, at).await?;
        given.groups = query_as(GROUPS).bind(positions(&keys)?).fetch_all(&mut *look).await?;
        let events = events(&mut look, &keys).await?;
        let remarks = query(REMARKS).bind(&members).bind(at).fetch_all(&mut *look).await?;
        let remarks = remarks.iter().map(remark).collect::<Result<_, _>>()?;
        let time: Option<i64> = query_scalar(
            "select received_at
             from event
             where key < ?
             order by key desc
             limit 1",
        )
        .bind(behind(at))
        .fetch_optional(&mut *look)
        .await?;
        let time = Timestamp::from_micros(time.unwrap_or(0));
        let sessions = sessions.into_iter().collect();
        Ok(Self { sessions, given, deleted, events, remarks, time })
    }
}

/// A list of numbers, as SQL takes it.
pub(super) fn json<'a>(numbers: impl IntoIterator<Item = &'a i64>) -> Result<String, sqlx::Error> {
    let numbers: Vec<&i64> = numbers.into_iter().collect();
    serde_json::to_string(&numbers).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Where events are, as SQL takes it.
fn positions(keys: &[i64]) -> Result<String, sqlx::Error> {
    let mut positions: Vec<Position> =
        keys.iter().map(|key| EventKey::from_stored(*key).position).collect();
    positions.dedup();
    json(&positions)
}

/// Whether a session had spoken or had been spawned.
async fn was_known(
    look: &mut SqliteConnection,
    no: i64,
    at: Position,
) -> Result<bool, sqlx::Error> {
    query_scalar(
        "select first_position is not null and first_position <= ?2
                or exists (select 1 from claim where child_no = ?1 and position <= ?2)
         from session
         where no = ?1",
    )
    .bind(no)
    .bind(at)
    .fetch_one(look)
    .await
}

async fn named(
    look: &mut SqliteConnection,
    members: &str,
    at: Position,
) -> Result<(Given, Vec<String>), sqlx::Error> {
    let named: Vec<(i64, String, bool, Option<i64>)> =
        query_as(NAMED).bind(members).bind(at).fetch_all(look).await?;
    let (mut given, mut deleted) = (Given::default(), Vec::new());
    for (no, id, is_deleted, group) in named {
        if is_deleted {
            deleted.push(id.clone());
        }
        if let Some(group) = group {
            given.roots.insert(no, group);
        }
        given.sessions.insert(id, no);
    }
    Ok((given, deleted))
}

async fn keys(
    look: &mut SqliteConnection,
    members: &str,
    at: Position,
) -> Result<Vec<i64>, AsOfError> {
    let most = limit(AS_OF_EVENTS_MAX_COUNT);
    let keys: Vec<i64> =
        query_scalar(KEYS).bind(members).bind(behind(at)).bind(most).fetch_all(&mut *look).await?;
    if AS_OF_EVENTS_MAX_COUNT < keys.len() {
        return Err(AsOfError::TooLarge);
    }
    Ok(keys)
}

async fn events(look: &mut SqliteConnection, keys: &[i64]) -> Result<Vec<Stored>, AsOfError> {
    let (mut events, mut bytes) = (Vec::with_capacity(keys.len()), 0);
    for keys in keys.chunks(BATCH_EVENTS) {
        for row in query(EVENTS).bind(json(keys)?).fetch_all(&mut *look).await? {
            let event = stored(&row)?;
            bytes += event.raw.len();
            if AS_OF_EVENTS_MAX_BYTES < bytes {
                return Err(AsOfError::TooLarge);
            }
            events.push(event);
        }
    }
    Ok(events)
}

fn stored(row: &SqliteRow) -> Result<Stored, sqlx::Error> {
    let digest: &[u8] = row.try_get(3)?;
    Ok(Stored {
        key: row.try_get(0)?,
        received_at: Timestamp::from_micros(row.try_get(1)?),
        flags: Flags::from_bits(row.try_get(2)?),
        digest: digest.first_chunk().copied().unwrap_or_default(),
        raw: row.try_get(4)?,
    })
}

fn remark(row: &SqliteRow) -> Result<Remark, sqlx::Error> {
    Ok(Remark {
        position: row.try_get(0)?,
        at: Timestamp::from_micros(row.try_get(1)?),
        session_id: row.try_get(2)?,
        rule: row.try_get(3)?,
        first: row.try_get(4)?,
        acknowledged: row.try_get(5)?,
    })
}

/// The smallest key behind every event at `at`.
pub(super) fn behind(at: Position) -> i64 {
    EventKey::first(at.saturating_add(1)).stored()
}

/// Of a question that must notice when there are more than `most`.
fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
}
