//! Reads what folding a batch may ask for: sessions, their chains of claims, stored identities.

use banyan_protocol::Flags;
use futures_util::{Stream, StreamExt as _};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    super::{
        identity::Known,
        node::{No, Node},
        recorded::Hand,
        seen::Key,
    },
    session,
};

/// What is known of the sessions with one of these `ids`.
pub(in super::super) async fn by_id(
    connection: &mut SqliteConnection,
    ids: &[&str],
) -> Result<Vec<Node>, sqlx::Error> {
    const SQL: &str = "select session.* from json_each(?1) as wanted
                       cross join session on session.id = wanted.value";
    nodes(connection, SQL, json(&ids)?).await
}

/// The sessions with these numbers and, from each, everything along the claims.
pub(in super::super) async fn with_claims(
    connection: &mut SqliteConnection,
    numbers: &[No],
) -> Result<Vec<Node>, sqlx::Error> {
    const SQL: &str = "with recursive chain (no) as (
                           select value from json_each(?1)
                           union
                           select session.claimed_parent_no
                           from chain cross join session on session.no = chain.no
                           where session.claimed_parent_no is not null
                       )
                       select session.* from chain cross join session on session.no = chain.no";
    nodes(connection, SQL, json(&numbers)?).await
}

/// The orphans that wait for one of these sessions.
pub(in super::super) async fn waiting_for(
    connection: &mut SqliteConnection,
    numbers: &[No],
) -> Result<Vec<Node>, sqlx::Error> {
    const SQL: &str = "select session.* from json_each(?1) as wanted
                       cross join session on session.claimed_parent_no = wanted.value
                       where session.orphan = 1";
    nodes(connection, SQL, json(&numbers)?).await
}

/// The children of these sessions.
pub(in super::super) async fn children_of(
    connection: &mut SqliteConnection,
    numbers: &[No],
) -> Result<Vec<Node>, sqlx::Error> {
    const SQL: &str = "select session.* from json_each(?1) as wanted
                       cross join session on session.parent_no = wanted.value";
    nodes(connection, SQL, json(&numbers)?).await
}

/// The stored events with these sequences, of the sessions with these numbers.
pub(in super::super) async fn by_sequence(
    connection: &mut SqliteConnection,
    wanted: &[(No, i64)],
) -> Result<Vec<(Key, Known)>, sqlx::Error> {
    const SQL: &str =
        "select event.session_no, event.sequence, event.key, event.variant, event.digest,
                event.flags
         from json_each(?1) as wanted
         cross join event on event.session_no = wanted.value ->> 0
                         and event.sequence = wanted.value ->> 1
         where event.event_id is null";
    let rows = sqlx::query(SQL).bind(json(&wanted)?).fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok((Key::Sequence(row.try_get(0)?, row.try_get(1)?), known(row)?)))
        .collect()
}

/// The stored events with these ids, of the sessions with these numbers.
pub(in super::super) async fn by_event_id(
    connection: &mut SqliteConnection,
    wanted: &[(No, &str)],
) -> Result<Vec<(Key, Known)>, sqlx::Error> {
    const SQL: &str =
        "select event.session_no, event.event_id, event.key, event.variant, event.digest,
                event.flags
         from json_each(?1) as wanted
         cross join event on event.session_no = wanted.value ->> 0
                         and event.event_id = wanted.value ->> 1";
    let rows = sqlx::query(SQL).bind(json(&wanted)?).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get(1)?;
            Ok((Key::EventId(row.try_get(0)?, id.into()), known(row)?))
        })
        .collect()
}

/// A stored event, as far as a replay needs it.
#[derive(Debug)]
pub(in super::super) struct Told {
    /// The agent's count.
    pub sequence: Option<i64>,
    /// Its key.
    pub key: i64,
    /// Our clock in microseconds.
    pub received_at: i64,
    /// See [`banyan_protocol::Flags`].
    pub flags: u32,
    /// Its text.
    pub raw: String,
}

/// The events of a session in stamp order.
pub(in super::super) fn told(
    connection: &mut SqliteConnection,
    no: No,
) -> impl Stream<Item = Result<Told, sqlx::Error>> {
    const SQL: &str = "select sequence, key, received_at, flags, raw
                       from event where session_no = ? order by sequence, key";
    sqlx::query(SQL).bind(no).fetch(connection).map(|row| {
        let row = row?;
        Ok(Told {
            sequence: row.try_get(0)?,
            key: row.try_get(1)?,
            received_at: row.try_get(2)?,
            flags: row.try_get(3)?,
            raw: row.try_get(4)?,
        })
    })
}

/// A stored event on its way to another session.
#[derive(Clone, Debug)]
pub(in super::super) struct Moving {
    /// Its key.
    pub key: i64,
    /// Our clock in microseconds.
    pub received_at: i64,
    /// See [`banyan_protocol::Flags`].
    pub flags: u32,
    /// BLAKE3-128 of the bytes received.
    pub digest: [u8; 16],
    /// Its text.
    pub raw: String,
}

/// The most events that move at once, and the most bytes that they may have.
const MOVING_MAX_COUNT: i64 = 20_000;
const MOVING_MAX_BYTES: i64 = 64 * 1024 * 1024;

/// All events of session `no`, unless they are too many.
pub(in super::super) async fn moving(
    connection: &mut SqliteConnection,
    no: No,
) -> Result<Option<Vec<Moving>>, sqlx::Error> {
    const SIZE: &str = "select count(*), coalesce(sum(length(raw)), 0)
                        from (select raw from event where session_no = ? limit ?)";
    const SQL: &str = "select key, received_at, flags, digest, raw
                       from event where session_no = ? order by key";
    let (count, bytes): (i64, i64) = sqlx::query_as(SIZE)
        .bind(no)
        .bind(MOVING_MAX_COUNT + 1)
        .fetch_one(&mut *connection)
        .await?;
    if MOVING_MAX_COUNT < count || MOVING_MAX_BYTES < bytes {
        return Ok(None);
    }
    let rows = sqlx::query(SQL).bind(no).fetch_all(connection).await?;
    let moving = rows.iter().map(|row| {
        let digest: &[u8] = row.try_get(3)?;
        Ok(Moving {
            key: row.try_get(0)?,
            received_at: row.try_get(1)?,
            flags: row.try_get(2)?,
            digest: digest.first_chunk().copied().unwrap_or_default(),
            raw: row.try_get(4)?,
        })
    });
    moving.collect::<Result<Vec<Moving>, sqlx::Error>>().map(Some)
}

fn known(row: &SqliteRow) -> Result<Known, sqlx::Error> {
    let digest: &[u8] = row.try_get(4)?;
    Ok(Known {
        key: row.try_get(2)?,
        variant: row.try_get(3)?,
        digest: digest.first_chunk().copied().unwrap_or_default(),
        hand: Hand::of(Flags::from_bits(row.try_get(5)?)),
    })
}

async fn nodes(
    connection: &mut SqliteConnection,
    sql: &'static str,
    wanted: String,
) -> Result<Vec<Node>, sqlx::Error> {
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(wanted).fetch_all(connection).await?;
    rows.iter().map(session::read).collect()
}

fn json(values: &impl serde::Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(values).map_err(|error| sqlx::Error::Encode(error.into()))
}
