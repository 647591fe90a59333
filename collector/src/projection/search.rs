//! The full-text index: a projection of its own, behind that of the sessions, so that a burst is
//! first visible and then searchable.
//!
//! It is fed from the events of the view, so what was deleted there never comes back here.

use std::sync::LazyLock;

use banyan_protocol::{Flags, Position, Timestamp};
use sqlx::{Connection as _, SqliteConnection};

use super::{
    decode::{Origin, again},
    store::{event, meta, table::Statement},
};

/// Positions indexed in one transaction while the log grows: few, because nothing else is
/// projected meanwhile.
pub(super) const FOLLOWING_POSITIONS: i64 = 500;
/// The same while a view is built that nobody reads yet: many, because each transaction leaves a
/// segment of the index that has to be merged with the others later.
pub(super) const REBUILDING_POSITIONS: i64 = 20_000;

static TEXTS: LazyLock<Statement> =
    LazyLock::new(|| Statement::insert("event_text", &["rowid", "text", "kind", "tool", "mark"]));

/// An event as it is indexed.
#[derive(Debug, sqlx::FromRow)]
struct EventRow {
    key: i64,
    session_no: i64,
    received_at: i64,
    flags: u32,
    kind: String,
    tool: Option<String>,
    ok: Option<bool>,
    raw: String,
}

/// Indexes the next events, at most `limit` of them, up to `up_to`, which the sessions'
/// projection covers; returns how far the index reaches.
pub(super) async fn advance(
    connection: &mut SqliteConnection,
    up_to: Position,
    limit: i64,
) -> Result<Position, sqlx::Error> {
    let mut tx = connection.begin_with("begin immediate").await?;
    let position = meta::checkpoint(&mut tx, meta::SEARCH).await?;
    let next = up_to.min(position.saturating_add(limit));
    if next <= position {
        return Ok(position);
    }
    let rows: Vec<EventRow> = sqlx::query_as(
        "select key, session_no, received_at, flags, kind, tool, ok, raw
         from event
         where ? <= key and key < ?
         order by key",
    )
    .bind(event::key(position + 1))
    .bind(event::key(next + 1))
    .fetch_all(&mut *tx)
    .await?;
    let mut values = Vec::with_capacity(rows.len() * 5);
    for row in rows {
        let (text, mark) = (text(&row), mark(&row));
        values.extend([row.key.into(), text.into(), row.kind.into(), row.tool.into(), mark.into()]);
    }
    TEXTS.write(&mut tx, values).await?;
    meta::set_checkpoint(&mut tx, meta::SEARCH, next).await?;
    tx.commit().await?;
    Ok(next)
}

/// What an event is found by.
fn text(row: &EventRow) -> String {
    let origin = Origin {
        position: event::position(row.key),
        received_at: Timestamp::from_micros(row.received_at),
        digest: [0; 16],
    };
    let mut text = String::new();
    if let Some(recorded) = again(origin, &row.raw, Flags::from_bits(row.flags)) {
        recorded.fact.append_text(recorded.envelope.payload, &mut text);
    }
    text
}

/// What events are told apart by, one word each: `event` for all of them, the session's number,
/// how it went.
fn mark(row: &EventRow) -> String {
    let outcome = match row.ok {
        Some(true) => " ok",
        Some(false) => " failed",
        None => "",
    };
    format!("event s{}{outcome}", row.session_no)
}
