//! All events of a session.

use std::ops::ControlFlow;

use banyan_protocol::{EventKey, Flags, Timestamp, view::BanyanPart};
use serde_json::value::RawValue;
use sqlx::{QueryBuilder, Sqlite, query_scalar};

use crate::query::{Query, QueryError, chunks, figures, look::Look, session, wire::event_json};

/// Events of a session given in one answer; the export gives all.
const EVENTS_MAX_COUNT: usize = 100_000;
/// Bytes of the events of a session given in one answer.
const EVENTS_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Events of one text on their way from the view.
const CHUNK_ROWS: u32 = 128;

/// The events of a session.
#[derive(Debug)]
pub(crate) struct Events {
    /// By sequence, those without one first; each a [`banyan_protocol::view::EventView`], written
    /// as soon as it was read.
    pub events: Vec<Box<RawValue>>,
    /// How many more there are behind these; absent when these are all.
    pub omitted: Option<u64>,
}

/// How much of a session is given in one answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    pub(super) events: usize,
    pub(super) bytes: usize,
}

impl Query {
    /// All events of a session by sequence, those without one first; `None` when there is no
    /// such session. What would make the answer larger than [`EVENTS_MAX_COUNT`] events or
    /// [`EVENTS_MAX_BYTES`] is left out at its end, and counted.
    pub(crate) async fn events_of(&self, id: &str) -> Result<Option<Events>, QueryError> {
        let most = Most { events: EVENTS_MAX_COUNT, bytes: EVENTS_MAX_BYTES };
        self.most_events_of(id, most).await
    }

    pub(super) async fn most_events_of(
        &self,
        id: &str,
        most: Most,
    ) -> Result<Option<Events>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(None) };
        let (mut events, mut bytes, mut is_cut) = (Vec::new(), 0, false);
        let mut take = |key: chunks::Key, record: &str| {
            let (raw, sequence, banyan) =
                read(key, record).ok_or(QueryError::Damaged("an event without its columns"))?;
            bytes += raw.len();
            if most.bytes < bytes || most.events <= events.len() {
                is_cut = true;
                return Ok(ControlFlow::Break(()));
            }
            events.push(event_json(raw, sequence, banyan).map_err(QueryError::Row)?);
            Ok(ControlFlow::Continue(()))
        };
        let whole = chunks::read(&mut look.tx, |key| unnumbered(no, key), &mut take).await?;
        if whole.is_continue() {
            let _cut = chunks::read(&mut look.tx, |key| numbered(no, key), &mut take).await?;
        }
        let omitted =
            if is_cut { Some(count_behind(&mut look, no, events.len()).await?) } else { None };
        Ok(Some(Events { events, omitted }))
    }
}

/// How many events a session has beyond the first `given`.
async fn count_behind(look: &mut Look, no: i64, given: usize) -> Result<u64, QueryError> {
    let all: i64 = query_scalar("select count(*) from event where session_no = ?1")
        .bind(no)
        .fetch_one(&mut *look.tx)
        .await?;
    let given = u64::try_from(given).unwrap_or(u64::MAX);
    Ok(figures::count(all).saturating_sub(given))
}

/// Some events without a sequence, behind a key.
fn unnumbered(no: i64, [_, key]: chunks::Key) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(chunks::GATHER);
    query.push("select -1").push(RECORD).push("session_no = ").push_bind(no);
    query.push(" and sequence is null and key > ").push_bind(key);
    query.push(" order by key limit ").push_bind(CHUNK_ROWS).push(")");
    query
}

/// Some events with a sequence, behind a key.
fn numbered(no: i64, [sequence, key]: chunks::Key) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(chunks::GATHER);
    query.push("select sequence").push(RECORD).push("session_no = ").push_bind(no);
    query.push(" and (sequence, key) > (").push_bind(sequence).push(", ").push_bind(key);
    query.push(") order by sequence, key limit ").push_bind(CHUNK_ROWS).push(")");
    query
}

/// What follows the sequence in a record; see [`read`].
const RECORD: &str = " || ' ' || key || ' ' || received_at || ' ' || variant || ' ' || flags
    || ' ' || raw as record
    from event
    where ";

/// Reads a record: the event as received, its sequence, what we know of it.
fn read([rank, key]: chunks::Key, record: &str) -> Option<(&str, Option<i64>, BanyanPart)> {
    let mut columns = record.splitn(4, ' ');
    let banyan = BanyanPart {
        position: EventKey::from_stored(key).position,
        received_at: Timestamp::from_micros(columns.next()?.parse().ok()?),
        variant: columns.next()?.parse().ok()?,
        flags: Flags::from_bits(columns.next()?.parse().ok()?),
    };
    let raw = columns.next()?;
    let sequence = Some(rank).filter(|rank| 0 <= *rank);
    Some((raw, sequence, banyan))
}
