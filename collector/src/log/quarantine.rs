//! Refused input, kept where people can look at it: a bounded table beside the log.

use banyan_protocol::{
    Timestamp, Violation,
    limits::{QUARANTINE_MAX_ROWS, QUARANTINED_MAX_BYTES},
    view::QuarantineView,
};
use bytes::Bytes;
use serde::Deserialize;
use sqlx::{Connection as _, SqliteConnection, SqlitePool};

use super::{LogError, Refused, fault::Fault};

/// Rows written in one transaction.
pub(super) const BATCH_MAX_ROWS: usize = 100;
/// Length of the digest by which input is known again.
const DIGEST_BYTES: usize = 16;

/// A row to write; small, whatever was refused.
#[derive(Debug)]
pub(super) struct Row {
    violations: String,
    size_bytes: i64,
    head: Bytes,
    /// Of all of it.
    digest: [u8; DIGEST_BYTES],
}

impl Row {
    pub(super) fn of(refused: &Refused) -> Self {
        let head = refused.head.get(..QUARANTINED_MAX_BYTES).unwrap_or(&refused.head);
        Self {
            violations: serde_json::to_string(&refused.violations).unwrap_or_default(),
            size_bytes: i64::try_from(refused.bytes.len()).unwrap_or(i64::MAX),
            head: Bytes::copy_from_slice(head),
            digest: digest(&refused.bytes),
        }
    }
}

fn digest(bytes: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut digest = [0; DIGEST_BYTES];
    blake3::Hasher::new().update(bytes).finalize_xof().fill(&mut digest);
    digest
}

/// Writes `rows` and deletes the oldest beyond [`QUARANTINE_MAX_ROWS`]. What was refused before
/// is the newest again, and counted, but not there twice.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    received_at: Timestamp,
    rows: Vec<Row>,
) -> Result<(), Fault> {
    let mut transaction = connection.begin_with("begin immediate").await.map_err(Fault::of)?;
    for row in rows {
        sqlx::query(
            "insert or replace into quarantine
                 (received_at, violations, size_bytes, head, digest, times)
             values (?1, ?2, ?3, ?4, ?5,
                     1 + coalesce((select times from quarantine where digest = ?5), 0))",
        )
        .bind(received_at.micros())
        .bind(row.violations)
        .bind(row.size_bytes)
        .bind(row.head.to_vec())
        .bind(row.digest.to_vec())
        .execute(&mut *transaction)
        .await
        .map_err(Fault::of)?;
    }
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
    let rows: Vec<(i64, i64, String, i64, Vec<u8>, i64)> = sqlx::query_as(
        "select id, received_at, violations, size_bytes, head, times
         from quarantine order by id desc limit ?",
    )
    .bind(limit)
    .fetch_all(readers)
    .await
    .map_err(LogError::Database)?;
    Ok(rows
        .into_iter()
        .map(|(id, received_at, violations, size_bytes, head, times)| QuarantineView {
            id,
            received_at: Timestamp::from_micros(received_at),
            violations: violations_of(&violations),
            size_bytes,
            head: String::from_utf8_lossy(&head).into_owned(),
            times,
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
const RULES: [&str; 12] = [
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
    "otlp",
];

fn rule_named(name: &str) -> &'static str {
    RULES.into_iter().find(|rule| *rule == name).unwrap_or("other")
}
