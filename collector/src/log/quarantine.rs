//! Refused input, kept where people can look at it: a bounded table beside the log.

use banyan_protocol::{Timestamp, Violation, view::QuarantineView};
use bytes::Bytes;
use serde::Deserialize;
use sqlx::{Connection as _, QueryBuilder, Sqlite, SqliteConnection, SqlitePool};

use super::{LogError, Refused, fault::Fault};

/// Rows that are kept, and rows that may wait to be written.
pub(super) const QUARANTINE_MAX_ROWS: usize = 1_000;
/// Rows written in one transaction.
pub(super) const BATCH_MAX_ROWS: usize = 100;
/// How much of refused input is kept.
const HEAD_MAX_BYTES: usize = 4 * 1024;

/// A row to write; small, whatever was refused.
#[derive(Debug)]
pub(super) struct Row {
    violations: String,
    size_bytes: i64,
    head: Bytes,
}

impl Row {
    pub(super) fn of(refused: &Refused) -> Self {
        let head = refused.bytes.get(..HEAD_MAX_BYTES).unwrap_or(&refused.bytes);
        Self {
            violations: serde_json::to_string(&refused.violations).unwrap_or_default(),
            size_bytes: i64::try_from(refused.bytes.len()).unwrap_or(i64::MAX),
            head: Bytes::copy_from_slice(head),
        }
    }
}

/// Writes `rows` and deletes the oldest beyond [`QUARANTINE_MAX_ROWS`].
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    received_at: Timestamp,
    rows: Vec<Row>,
) -> Result<(), Fault> {
    let mut transaction = connection.begin_with("begin immediate").await.map_err(Fault::of)?;
    let mut statement = QueryBuilder::<Sqlite>::new(
        "insert into quarantine (received_at, violations, size_bytes, head) ",
    );
    statement.push_values(rows, |mut values, row| {
        values
            .push_bind(received_at.micros())
            .push_bind(row.violations)
            .push_bind(row.size_bytes)
            .push_bind(row.head.to_vec());
    });
    statement.build().persistent(false).execute(&mut *transaction).await.map_err(Fault::of)?;
    sqlx::query(
        "delete from quarantine
         where id <= (select id from quarantine order by id desc limit 1 offset ?)",
    )
    .bind(i64::try_from(QUARANTINE_MAX_ROWS).unwrap_or(i64::MAX))
    .execute(&mut *transaction)
    .await
    .map_err(Fault::of)?;
    transaction.commit().await.map_err(Fault::of)
}

/// The latest rows, newest first.
pub(super) async fn list(
    readers: &SqlitePool,
    limit: u32,
) -> Result<Vec<QuarantineView>, LogError> {
    let rows: Vec<(i64, i64, String, i64, Vec<u8>)> = sqlx::query_as(
        "select id, received_at, violations, size_bytes, head
         from quarantine order by id desc limit ?",
    )
    .bind(limit)
    .fetch_all(readers)
    .await
    .map_err(LogError::Database)?;
    Ok(rows
        .into_iter()
        .map(|(id, received_at, violations, size_bytes, head)| QuarantineView {
            id,
            received_at: Timestamp::from_micros(received_at),
            violations: violations_of(&violations),
            size_bytes,
            head: String::from_utf8_lossy(&head).into_owned(),
        })
        .collect())
}

#[derive(Deserialize)]
struct StoredViolation {
    pointer: String,
    rule: String,
    message: String,
}

fn violations_of(json: &str) -> Vec<Violation> {
    serde_json::from_str::<Vec<StoredViolation>>(json)
        .unwrap_or_default()
        .into_iter()
        .map(|StoredViolation { pointer, rule, message }| Violation {
            pointer,
            rule: rule_named(&rule),
            message,
        })
        .collect()
}

/// Rules that violations are made with; the name of one that is not known (any more) is lost, its
/// message is not.
const RULES: [&str; 11] = [
    "required",
    "type",
    "empty",
    "too_long",
    "spec",
    "range",
    "json",
    "utf8",
    "nesting",
    "too_large",
    "not_printable",
];

fn rule_named(name: &str) -> &'static str {
    RULES.into_iter().find(|rule| *rule == name).unwrap_or("other")
}
