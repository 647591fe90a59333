//! Rows of `told`, and of `transcript`.

use banyan_protocol::hook::Harness;
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

use super::super::rows::{ToldRow, TranscriptRow};

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
    for ToldRow { harness, session_id, state, transcripts } in rows {
        let statement = match state {
            Some(_) => "insert or replace into told (harness, session_id, state) values (?, ?, ?)",
            None => "delete from told where harness = ? and session_id = ?",
        };
        let is_forgotten = state.is_none();
        sqlx::query(statement)
            .bind(harness)
            .bind(&session_id)
            .bind(state)
            .execute(&mut *tx)
            .await?;
        if is_forgotten && harness == Harness::ClaudeCode.name() {
            sqlx::query("delete from transcript where session_id = ?")
                .bind(&session_id)
                .execute(&mut *tx)
                .await?;
        }
        for row in transcripts {
            write_transcript(tx, &session_id, row).await?;
        }
    }
    Ok(())
}

async fn write_transcript(
    tx: &mut SqliteConnection,
    session_id: &str,
    row: TranscriptRow,
) -> Result<(), sqlx::Error> {
    let TranscriptRow { agent_id, lines, open, hooked, hooked_until } = row;
    sqlx::query(
        "insert or replace into transcript
             (session_id, agent_id, lines, open, hooked, hooked_until)
         values (?, ?, ?, ?, ?, ?)",
    )
    .bind(session_id)
    .bind(agent_id)
    .bind(i64::try_from(lines).unwrap_or(i64::MAX))
    .bind(open)
    .bind(hooked)
    .bind(hooked_until)
    .execute(tx)
    .await?;
    Ok(())
}
