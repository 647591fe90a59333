//! Rows of `told`.

use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

use super::super::rows::ToldRow;

/// What a session, or a span, told so far; nothing when it is new.
pub(in super::super) async fn read<T: DeserializeOwned + Default>(
    connection: &mut SqliteConnection,
    harness: &str,
    session_id: &str,
) -> Result<T, sqlx::Error> {
    let state: Option<String> =
        sqlx::query_scalar("select state from told where harness = ? and session_id = ?")
            .bind(harness)
            .bind(session_id)
            .fetch_optional(connection)
            .await?;
    let Some(state) = state else { return Ok(T::default()) };
    serde_json::from_str(&state).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Writes what changed.
pub(in super::super) async fn write(
    tx: &mut SqliteConnection,
    rows: Vec<ToldRow>,
) -> Result<(), sqlx::Error> {
    for ToldRow { harness, session_id, state } in rows {
        let statement = match state {
            Some(_) => "insert or replace into told (harness, session_id, state) values (?, ?, ?)",
            None => "delete from told where harness = ? and session_id = ?",
        };
        sqlx::query(statement).bind(harness).bind(session_id).bind(state).execute(&mut *tx).await?;
    }
    Ok(())
}
