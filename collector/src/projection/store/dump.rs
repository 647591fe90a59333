//! A whole view as text, line by line: two views are equal when their dumps are.

use futures_util::{Stream, StreamExt as _};
use sqlx::{AssertSqlSafe, SqliteConnection};

/// Every table of the view and the order of its rows.
pub(in super::super) const TABLES: [(&str, &str); 15] = [
    ("view_meta", "key"),
    ("checkpoint", "projection"),
    ("session", "no"),
    ("event", "key"),
    ("said", "session_no, kind, tool, ok"),
    ("duplicate", "position"),
    ("poison", "position"),
    ("claim", "child_no, parent_no"),
    ("remark", "position"),
    ("told", "harness, session_id"),
    ("transcript", "session_id, agent_id"),
    ("tree_group", "number"),
    ("alert", "session_no, rule, first_position"),
    ("acknowledgement", "session_no, rule, first_position"),
    ("text_instance", "term, doc, offset"),
];

/// Prepares a connection for [`lines`]: makes the words of the full-text index a table.
pub(in super::super) async fn prepare(
    connection: &mut SqliteConnection,
) -> Result<(), sqlx::Error> {
    // The table is a temporary one; the file itself is open for reading only.
    sqlx::query("pragma query_only = off").execute(&mut *connection).await?;
    let statement = "create virtual table temp.text_instance
                     using fts5vocab(main, event_text, instance)";
    sqlx::query(statement).execute(connection).await?;
    Ok(())
}

/// The rows of one of [`TABLES`], each as `column=value column=value …`.
pub(in super::super) async fn lines<'a>(
    connection: &'a mut SqliteConnection,
    (table, order): (&'static str, &'static str),
) -> Result<impl Stream<Item = Result<String, sqlx::Error>> + use<'a>, sqlx::Error> {
    let columns: Vec<String> = sqlx::query_scalar("select name from pragma_table_info(?)")
        .bind(table)
        .fetch_all(&mut *connection)
        .await?;
    let cells: Vec<String> =
        columns.iter().map(|name| format!("'{name}=' || quote(\"{name}\")")).collect();
    let row = if cells.is_empty() { "null".to_owned() } else { cells.join(" || ' ' || ") };
    // Names of our own tables and columns, nothing else.
    let sql = format!("select {row} from {table} order by {order}");
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch(connection).boxed())
}
