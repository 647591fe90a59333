//! Who a log is: an id made with it, an epoch, and the format that its commits have.

use sqlx::{SqliteConnection, migrate::Migrator};
use uuid::Uuid;

use super::LogError;

/// The form of commit bodies that this binary writes, and the newest that it reads.
const FORMAT: i64 = 1;
const FIRST_EPOCH: u32 = 1;

/// Who a log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogIdentity {
    /// Random, made with the log (UUID).
    pub id: String,
    /// Raised when the log was restored or failed over.
    pub epoch: u32,
}

impl LogIdentity {
    /// 32 bits of the id, for the cursors that readers get.
    pub(crate) fn mark(&self) -> u32 {
        let [a, b, c, d, ..] = *blake3::hash(self.id.as_bytes()).as_bytes();
        u32::from_le_bytes([a, b, c, d])
    }
}

/// Refuses a database whose tables a newer version made, before anything is changed in it.
pub(super) async fn refuse_newer(
    connection: &mut SqliteConnection,
    migrations: &Migrator,
) -> Result<(), LogError> {
    let made: i64 = sqlx::query_scalar(
        "select count(*) from sqlite_schema where type = 'table' and name = '_sqlx_migrations'",
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(LogError::Database)?;
    if made == 0 {
        return Ok(());
    }
    let found: Option<i64> = sqlx::query_scalar("select max(version) from _sqlx_migrations")
        .fetch_one(&mut *connection)
        .await
        .map_err(LogError::Database)?;
    let known = migrations.iter().map(|migration| migration.version).max().unwrap_or(0);
    match found {
        Some(found) if known < found => Err(LogError::Newer { found, known }),
        Some(_) | None => Ok(()),
    }
}

/// Reads the log's identity; a new log gets one.
pub(super) async fn read_or_make(
    connection: &mut SqliteConnection,
) -> Result<LogIdentity, LogError> {
    sqlx::query(
        "insert or ignore into log_meta (key, value)
         values ('log_id', ?), ('epoch', ?), ('format', ?)",
    )
    .bind(Uuid::now_v7().to_string())
    .bind(FIRST_EPOCH.to_string())
    .bind(FORMAT.to_string())
    .execute(&mut *connection)
    .await
    .map_err(LogError::Database)?;
    read(connection).await
}

/// Begins the next epoch.
pub(super) async fn raise_epoch(
    connection: &mut SqliteConnection,
    identity: LogIdentity,
) -> Result<LogIdentity, LogError> {
    let epoch = identity.epoch.saturating_add(1);
    sqlx::query("update log_meta set value = ? where key = 'epoch'")
        .bind(epoch.to_string())
        .execute(connection)
        .await
        .map_err(LogError::Database)?;
    Ok(LogIdentity { epoch, ..identity })
}

/// Reads the identity of a log that has one.
pub(super) async fn read(connection: &mut SqliteConnection) -> Result<LogIdentity, LogError> {
    let format: i64 = value(connection, "format").await?;
    if FORMAT < format {
        return Err(LogError::Newer { found: format, known: FORMAT });
    }
    let id = value(connection, "log_id").await?;
    Ok(LogIdentity { id, epoch: value(connection, "epoch").await? })
}

async fn value<T: std::str::FromStr>(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<T, LogError> {
    let text: String = sqlx::query_scalar("select value from log_meta where key = ?")
        .bind(key)
        .fetch_one(&mut *connection)
        .await
        .map_err(LogError::Database)?;
    text.parse().map_err(|_unreadable| LogError::Damaged {
        position: 0,
        what: format!("its {key} cannot be read"),
    })
}
