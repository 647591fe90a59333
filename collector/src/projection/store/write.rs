//! One batch, one transaction.

use std::{collections::BTreeSet, sync::LazyLock};

use banyan_protocol::{EventKey, Timestamp};
use sqlx::{Connection as _, SqliteConnection};

use super::{
    super::{
        node::No,
        rollup::Standpoint,
        rows::{EventRow, Rows},
        search,
    },
    alert, event, session,
    table::{Statement, Value},
    told,
};

// The first that is said of an entry stands: events that move may repeat what was said of them.
static DUPLICATES: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new("insert or ignore into duplicate (position, of_key) values", 2, "")
});
static POISON: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new("insert or ignore into poison (position, reason) values", 2, "")
});
static CLAIMS: LazyLock<Statement> = LazyLock::new(|| {
    let head = "insert or ignore into claim (child_no, parent_no, position) values";
    Statement::new(head, 3, "")
});

static SAID: LazyLock<Statement> = LazyLock::new(|| {
    let head = "insert or ignore into said (session_no, kind, tool, ok) values";
    Statement::new(head, 4, "")
});

/// Times of a subtree that were read again from its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Times {
    /// Whose.
    pub no: No,
    /// The earliest event.
    pub first_at: Option<Timestamp>,
    /// The latest event.
    pub last_at: Option<Timestamp>,
}

/// Writes a batch and its checkpoint: all of it or nothing.
pub(in super::super) async fn write(
    connection: &mut SqliteConnection,
    rows: Rows,
) -> Result<Vec<Times>, sqlx::Error> {
    let mut tx = connection.begin_with("begin immediate").await?;
    let times = write_all(&mut tx, rows).await?;
    tx.commit().await?;
    Ok(times)
}

/// Writes a batch, its checkpoint last.
pub(in super::super) async fn write_all(
    tx: &mut SqliteConnection,
    mut rows: Rows,
) -> Result<Vec<Times>, sqlx::Error> {
    alert::write(tx, &mut rows).await?;
    session::ROWS.write(tx, rows.sessions).await?;
    session::FIGURES.write(tx, rows.figures).await?;
    for moved in rows.moved {
        move_subtree(tx, moved).await?;
    }
    let mut times = Vec::new();
    for no in rows.times_left {
        times.push(read_times(tx, no).await?);
    }
    let mut indexed = Vec::new();
    for no in rows.merged {
        indexed.extend(empty(tx, no).await?);
    }
    write_events(tx, rows.events, &rows.varied).await?;
    search::index_again(tx, &indexed).await?;
    let duplicates =
        rows.duplicates.into_iter().flat_map(|(position, of_key)| [position.into(), of_key.into()]);
    DUPLICATES.write(tx, duplicates.collect()).await?;
    let poison =
        rows.poison.into_iter().flat_map(|(position, reason)| [position.into(), reason.into()]);
    POISON.write(tx, poison.collect()).await?;
    let claims = rows.claims.into_iter();
    let claims = claims.flat_map(|((child, parent), at)| [child, parent, at].map(Value::Int));
    CLAIMS.write(tx, claims.collect()).await?;
    for (number, change) in rows.groups {
        write_group(tx, number, change).await?;
    }
    told::write(tx, rows.told).await?;
    for no in rows.deleted {
        delete(tx, no).await?;
    }
    super::meta::set_checkpoint(tx, super::meta::SESSIONS, rows.position).await?;
    Ok(times)
}

async fn write_events(
    tx: &mut SqliteConnection,
    rows: Vec<EventRow>,
    varied: &[i64],
) -> Result<(), sqlx::Error> {
    SAID.write(tx, said(&rows)).await?;
    let values: Vec<Value> = rows.into_iter().flat_map(event::values).collect();
    event::ROWS.write(tx, values).await?;
    for key in varied {
        sqlx::query("update event set flags = flags | ? where key = ?")
            .bind(i64::from(banyan_protocol::Flags::VARIANT.bits()))
            .bind(key)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// What filters of sessions ask of events, each combination once.
fn said(rows: &[EventRow]) -> Vec<Value> {
    let tool = |row: &EventRow| row.tool.clone().unwrap_or_default();
    let said: BTreeSet<(No, String, String, i64)> = rows
        .iter()
        .map(|row| (row.session_no, row.kind.clone(), tool(row), row.ok.map_or(-1, i64::from)))
        .collect();
    said.into_iter()
        .flat_map(|(no, kind, tool, ok)| [no.into(), kind.into(), tool.into(), ok.into()])
        .collect()
}

/// Gives every session below `top` its root and depth. All rows hold their new parents already.
async fn move_subtree(tx: &mut SqliteConnection, top: Standpoint) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("move_subtree.sql"))
        .bind(top.no)
        .bind(top.root)
        .bind(top.depth)
        .execute(tx)
        .await?;
    Ok(())
}

/// Reads the times of a subtree from the rows of its children, which are right already.
async fn read_times(tx: &mut SqliteConnection, no: No) -> Result<Times, sqlx::Error> {
    let (first_at, last_at): (Option<i64>, Option<i64>) =
        sqlx::query_as(include_str!("read_times.sql")).bind(no).fetch_one(tx).await?;
    Ok(Times {
        no,
        first_at: first_at.map(Timestamp::from_micros),
        last_at: last_at.map(Timestamp::from_micros),
    })
}

async fn write_group(
    tx: &mut SqliteConnection,
    number: i64,
    change: super::super::groups::GroupChange,
) -> Result<(), sqlx::Error> {
    let statement = match change.formed_at {
        Some(_) => {
            "insert into tree_group (root_no, merged_into, formed_at, number) values (?, ?, ?, ?)"
        }
        None => {
            "update tree_group set root_no = coalesce(?1, root_no),
                 merged_into = coalesce(?2, merged_into) where number = ?4"
        }
    };
    sqlx::query(statement)
        .bind(change.root)
        .bind(change.merged_into)
        .bind(change.formed_at)
        .bind(number)
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes a session's events, which will be written again for another one; gives the keys of
/// those that were in the full-text index.
async fn empty(tx: &mut SqliteConnection, no: No) -> Result<Vec<i64>, sqlx::Error> {
    let indexed = sqlx::query_scalar(
        "select key from event where session_no = ?
         and key < ? * (select position + 1 from checkpoint where projection = 'search')",
    );
    let keys = indexed.bind(no).bind(EventKey::PARTS).fetch_all(&mut *tx).await?;
    delete(tx, no).await?;
    Ok(keys)
}

/// Removes a session's events with their texts, and its alerts. Its row stays, as a tombstone.
async fn delete(tx: &mut SqliteConnection, no: No) -> Result<(), sqlx::Error> {
    for statement in [
        "delete from event_text where rowid in (
             select key from event where session_no = ?1
             and key < ?2 * (select position + 1 from checkpoint where projection = 'search'))",
        "delete from event where session_no = ?",
        "delete from said where session_no = ?",
        "delete from alert where session_no = ?",
        "delete from acknowledgement where session_no = ?",
        "delete from remark where session_no = ?",
    ] {
        sqlx::query(statement).bind(no).bind(EventKey::PARTS).execute(&mut *tx).await?;
    }
    Ok(())
}
