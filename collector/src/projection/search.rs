//! The full-text index: a projection of its own, behind that of the sessions, so that a burst is
//! first visible and then searchable.
//!
//! It is fed from the events of the view, so what was deleted there never comes back here.

use std::sync::LazyLock;

use banyan_protocol::{Flags, Position, Timestamp};
use sqlx::{Connection as _, SqliteConnection};

use super::{
    decode::{Origin, again},
    store::{
        event, meta,
        table::{Statement, Value},
    },
};

/// Positions indexed in one transaction: few, because nothing else is projected meanwhile.
const SEARCH_BATCH_POSITIONS: i64 = 500;

static TEXTS: LazyLock<Statement> =
    LazyLock::new(|| Statement::insert("event_text", &["rowid", "text"]));

/// Indexes the next few events up to `up_to`, which the sessions' projection covers; returns how
/// far the index reaches.
pub(super) async fn advance(
    connection: &mut SqliteConnection,
    up_to: Position,
) -> Result<Position, sqlx::Error> {
    let mut tx = connection.begin_with("begin immediate").await?;
    let position = meta::checkpoint(&mut tx, meta::SEARCH).await?;
    let next = up_to.min(position + SEARCH_BATCH_POSITIONS);
    if next <= position {
        return Ok(position);
    }
    let rows: Vec<(i64, i64, u32, String)> = sqlx::query_as(
        "select key, received_at, flags, raw from event where ? <= key and key < ? order by key",
    )
    .bind(event::key(position + 1))
    .bind(event::key(next + 1))
    .fetch_all(&mut *tx)
    .await?;
    let mut values = Vec::with_capacity(rows.len() * 2);
    for (key, received_at, flags, raw) in rows {
        let text = text(key, received_at, Flags::from_bits(flags), &raw);
        if !text.is_empty() {
            values.extend([Value::Int(key), Value::Text(text)]);
        }
    }
    TEXTS.write(&mut tx, values).await?;
    meta::set_checkpoint(&mut tx, meta::SEARCH, next).await?;
    tx.commit().await?;
    Ok(next)
}

/// What an event is found by.
fn text(key: i64, received_at: i64, flags: Flags, raw: &str) -> String {
    let origin = Origin {
        position: event::position(key),
        received_at: Timestamp::from_micros(received_at),
        digest: [0; 16],
    };
    let mut text = String::new();
    if let Some(recorded) = again(origin, raw, flags) {
        recorded.fact.append_text(&mut text);
    }
    text
}
