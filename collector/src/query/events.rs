//! Events: of one session by sequence, decoded or as received, and of the log in its own order.

mod of_session;

use banyan_protocol::{
    EventKey, Flags, Position, Timestamp,
    limits::PAGE_MAX_ROWS,
    view::{BanyanPart, RecordedView},
};
use futures_util::TryStreamExt as _;
use serde_json::value::RawValue;
use sqlx::query_as;

use super::{Query, QueryError};

pub(crate) use of_session::Events;

/// Events of one page of an export.
const RAW_PAGE_ROWS: u32 = 1_000;
/// Bytes of one page of events as received, give or take those of one position.
const PAGE_MAX_BYTES: usize = 2 * 1024 * 1024;
/// The sequence in an export's key that stands for none.
const NO_SEQUENCE: i64 = -1;

/// Behind a place: events without a sequence, then those with one.
const RAW_BEHIND: [&str; 2] = [
    "select ?2 as sequence, key, raw
     from event
     where session_no = ?1 and sequence is null and ?2 = -1 and key > ?3
     order by key
     limit ?4",
    "select sequence, key, raw
     from event
     where session_no = ?1 and (sequence, key) > (?2, ?3)
     order by sequence, key
     limit ?4",
];

/// An event as it goes into an answer.
#[derive(Debug, sqlx::FromRow)]
struct EventRow {
    key: i64,
    received_at: i64,
    variant: u32,
    flags: u32,
    raw: String,
}

impl Query {
    /// A page of the events of the session with a number, as received, by sequence, for export;
    /// `after` is the key returned with the page before.
    pub(crate) async fn raw_of(
        &self,
        no: i64,
        after: Option<(i64, i64)>,
    ) -> Result<(Vec<String>, Option<(i64, i64)>), QueryError> {
        let mut connection = self.view.readers().acquire().await?;
        let (sequence, key) = after.unwrap_or((NO_SEQUENCE, 0));
        let (mut page, mut bytes, mut next) = (Vec::new(), 0, None);
        for statement in RAW_BEHIND {
            let mut rows = query_as(statement)
                .bind(no)
                .bind(sequence)
                .bind(key)
                .bind(RAW_PAGE_ROWS)
                .fetch(&mut *connection);
            while let Some((sequence, key, raw)) = rows.try_next().await? {
                let raw: String = raw;
                bytes += raw.len();
                page.push(raw);
                next = Some((sequence, key));
                if PAGE_MAX_BYTES < bytes {
                    return Ok((page, next));
                }
            }
            if !page.is_empty() {
                break;
            }
        }
        Ok((page, next))
    }

    /// Events in log order behind `after`, each once; fewer than `limit` also when they are large,
    /// none only when there is none.
    ///
    /// Readers go on behind a position, so a page holds all events of each of its positions: it may
    /// be longer than `limit` by the other parts of its last one.
    pub(crate) async fn events_after(
        &self,
        after: Position,
        limit: u32,
    ) -> Result<Vec<RecordedView>, QueryError> {
        let readers = self.view.readers();
        let limit = usize::try_from(limit.min(PAGE_MAX_ROWS)).unwrap_or(usize::MAX);
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(EventKey::PARTS);
        let mut rows = query_as(
            "select key, received_at, variant, flags, raw
             from event
             where key > ?1
             order by key
             limit ?2",
        )
        .bind(EventKey::last(after).stored())
        .bind(most)
        .fetch(&readers);
        let (mut page, mut bytes) = (Vec::<RecordedView>::new(), 0);
        while let Some(row) = rows.try_next().await? {
            let row: EventRow = row;
            let position = EventKey::from_stored(row.key).position;
            let is_full = limit <= page.len() || PAGE_MAX_BYTES < bytes;
            if is_full && page.last().is_some_and(|last| last.banyan.position != position) {
                break;
            }
            bytes += row.raw.len();
            page.push(self.recorded(row)?);
        }
        Ok(page)
    }

    fn recorded(&self, row: EventRow) -> Result<RecordedView, QueryError> {
        let position = EventKey::from_stored(row.key).position;
        let banyan = BanyanPart {
            position,
            received_at: Timestamp::from_micros(row.received_at),
            variant: row.variant,
            flags: Flags::from_bits(row.flags),
        };
        let event = RawValue::from_string(row.raw).map_err(QueryError::Row)?;
        Ok(RecordedView { cursor: self.cursor(position), banyan, event })
    }
}

#[cfg(test)]
mod tests;
