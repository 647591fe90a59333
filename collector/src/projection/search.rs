//! The full-text index: a projection of its own, behind that of the sessions, so that a burst is
//! first visible and then searchable.
//!
//! It is fed from the events of the view, so what was deleted there never comes back here.

use std::sync::LazyLock;

use banyan_protocol::{EventKey, Flags, Position, Timestamp};
use futures_util::{TryStreamExt as _, future::join};
use sqlx::{Connection as _, SqliteConnection};

use super::{
    decode::{Origin, again},
    store::{
        meta,
        table::{Statement, Value},
    },
};

/// Positions indexed in one transaction while the log grows: few, because nothing else is
/// projected meanwhile.
pub(super) const FOLLOWING_POSITIONS: i64 = 500;
/// The same while a view is built that nobody reads yet: many, because each transaction leaves a
/// segment of the index that has to be merged with the others later.
const REBUILDING_POSITIONS: i64 = 20_000;
/// A transaction takes no further position in when the events read for it have grown to this size.
const TRANSACTION_BYTES: usize = 16 * 1024 * 1024;

/// Events that are indexed again at a time.
const AGAIN_ROWS: usize = 1_000;

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

/// Events that are indexed in one transaction.
#[derive(Debug)]
struct Stretch<T> {
    events: Vec<T>,
    /// The last position that they cover.
    end: Position,
}

/// Indexes the next few events up to `up_to`, which the sessions' projection covers; returns how
/// far the index reaches.
pub(super) async fn advance(
    connection: &mut SqliteConnection,
    up_to: Position,
) -> Result<Position, sqlx::Error> {
    let mut tx = connection.begin_with("begin immediate").await?;
    let position = meta::checkpoint(&mut tx, meta::SEARCH).await?;
    let next = up_to.min(position.saturating_add(FOLLOWING_POSITIONS));
    if next <= position {
        return Ok(position);
    }
    let Stretch { events, end } = read(&mut tx, position, next).await?;
    write(&mut tx, texts(events), end).await?;
    tx.commit().await?;
    Ok(end)
}

/// Indexes all events behind `position` up to `up_to`: while some are written, `reader` reads the
/// next ones and a thread picks out their texts.
pub(super) async fn catch_up(
    writer: &mut SqliteConnection,
    reader: &mut SqliteConnection,
    position: Position,
    up_to: Position,
) -> Result<(), sqlx::Error> {
    if up_to <= position {
        return Ok(());
    }
    let end = |position: Position| up_to.min(position.saturating_add(REBUILDING_POSITIONS));
    let mut next = gather(reader, position, end(position)).await?;
    loop {
        let Stretch { events, end: covered } = next;
        let (written, gathered) =
            join(index(writer, events, covered), gather(reader, covered, end(covered))).await;
        written?;
        next = gathered?;
        if up_to <= covered {
            return Ok(());
        }
    }
}

async fn gather(
    reader: &mut SqliteConnection,
    position: Position,
    next: Position,
) -> Result<Stretch<Value>, sqlx::Error> {
    let Stretch { events, end } = read(reader, position, next).await?;
    let events = tokio::task::spawn_blocking(|| texts(events))
        .await
        .map_err(|lost| sqlx::Error::Io(std::io::Error::other(lost)))?;
    Ok(Stretch { events, end })
}

async fn index(
    writer: &mut SqliteConnection,
    values: Vec<Value>,
    next: Position,
) -> Result<(), sqlx::Error> {
    let mut tx = writer.begin_with("begin immediate").await?;
    write(&mut tx, values, next).await?;
    tx.commit().await
}

/// Indexes events again whose texts were taken out of the index, where they are still there.
pub(super) async fn index_again(
    tx: &mut SqliteConnection,
    keys: &[i64],
) -> Result<(), sqlx::Error> {
    for keys in keys.chunks(AGAIN_ROWS) {
        let keys =
            serde_json::to_string(keys).map_err(|error| sqlx::Error::Encode(error.into()))?;
        let rows = sqlx::query_as(
            "select event.key, session_no, received_at, flags, kind, tool, ok, raw
             from json_each(?1) as wanted
             cross join event on event.key = wanted.value
             order by event.key",
        );
        let rows = rows.bind(keys).fetch_all(&mut *tx).await?;
        TEXTS.write(tx, texts(rows)).await?;
    }
    Ok(())
}

async fn write(
    tx: &mut SqliteConnection,
    values: Vec<Value>,
    next: Position,
) -> Result<(), sqlx::Error> {
    TEXTS.write(tx, values).await?;
    meta::set_checkpoint(tx, meta::SEARCH, next).await
}

/// The events behind `position` up to `next`, or as many positions of them as are large enough for
/// a transaction.
async fn read(
    connection: &mut SqliteConnection,
    position: Position,
    next: Position,
) -> Result<Stretch<EventRow>, sqlx::Error> {
    let mut rows = sqlx::query_as::<_, EventRow>(
        "select key, session_no, received_at, flags, kind, tool, ok, raw
         from event
         where ? <= key and key < ?
         order by key",
    )
    .bind(EventKey::first(position + 1).stored())
    .bind(EventKey::first(next + 1).stored())
    .fetch(connection);
    let (mut events, mut bytes): (Vec<EventRow>, usize) = (Vec::new(), 0);
    let position_of = |row: &EventRow| EventKey::from_stored(row.key).position;
    while let Some(row) = rows.try_next().await? {
        let at = position_of(&row);
        let is_next = events.last().is_some_and(|last| position_of(last) < at);
        if is_next && TRANSACTION_BYTES <= bytes {
            return Ok(Stretch { events, end: at - 1 });
        }
        bytes = bytes.saturating_add(row.raw.len());
        events.push(row);
    }
    Ok(Stretch { events, end: next })
}

/// The rows of the index, value by value.
fn texts(rows: Vec<EventRow>) -> Vec<Value> {
    let mut values = Vec::with_capacity(rows.len() * 5);
    for row in rows {
        let (text, mark) = (text(&row), mark(&row));
        values.extend([row.key.into(), text.into(), row.kind.into(), row.tool.into(), mark.into()]);
    }
    values
}

/// What an event is found by.
fn text(row: &EventRow) -> String {
    let origin = Origin {
        key: EventKey::from_stored(row.key),
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
