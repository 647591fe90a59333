//! Whose view it is, and how far it has come.

use banyan_protocol::Position;
use sqlx::SqliteConnection;

/// The projection of everything but the full-text index.
pub(in super::super) const SESSIONS: &str = "sessions";
/// The full-text index.
pub(in super::super) const SEARCH: &str = "search";

/// Everything up to here is projected; 0 for a new view.
pub(in super::super) async fn checkpoint(
    connection: &mut SqliteConnection,
    projection: &str,
) -> Result<Position, sqlx::Error> {
    let position = sqlx::query_scalar("select position from checkpoint where projection = ?")
        .bind(projection)
        .fetch_optional(connection)
        .await?;
    Ok(position.unwrap_or(0))
}

/// Everything up to `position` is projected.
pub(in super::super) async fn set_checkpoint(
    connection: &mut SqliteConnection,
    projection: &str,
    position: Position,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert or replace into checkpoint (projection, position) values (?, ?)")
        .bind(projection)
        .bind(position)
        .execute(connection)
        .await?;
    Ok(())
}

/// A value of `view_meta`.
pub(in super::super) async fn get(
    connection: &mut SqliteConnection,
    key: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("select value from view_meta where key = ?")
        .bind(key)
        .fetch_optional(connection)
        .await
}

/// Sets a value of `view_meta`.
pub(in super::super) async fn set(
    connection: &mut SqliteConnection,
    key: &str,
    value: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("insert or replace into view_meta (key, value) values (?, ?)")
        .bind(key)
        .bind(value)
        .execute(connection)
        .await?;
    Ok(())
}

/// The largest session number and the largest group number given so far.
pub(in super::super) async fn last_numbers(
    connection: &mut SqliteConnection,
) -> Result<(i64, i64), sqlx::Error> {
    sqlx::query_as(
        "select (select coalesce(max(no), 0) from session),
                (select coalesce(max(number), 0) from tree_group)",
    )
    .fetch_one(connection)
    .await
}
