//! Long answers in a few large rows.
//!
//! sqlx hands each row from SQLite's thread to ours on its own and copies each of its values: for
//! thousands of rows that costs more than finding them. So a long answer travels in texts of many
//! records, and while SQLite gathers the next text, this side reads the last one.

use std::ops::ControlFlow;

use futures_util::future::join;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::QueryError;

/// Begins a statement that answers one text; behind it comes a query with a column `record`, a
/// text that begins with two numbers and a space behind each: the record's key. Records must not
/// hold U+001E, which no JSON text does.
pub(super) const GATHER: &str = "select group_concat(record, char(30)) from (";
const SEPARATOR: char = '\u{1e}';

/// Where a record stands among all records of the answer.
pub(super) type Key = [i64; 2];

/// Before the first record.
pub(super) const START: Key = [-1, 0];

/// Reads every record of an answer in order: `ask` gives the statement for some of those behind a
/// key, `take` reads one. Says whether `take` wanted all of them.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    ask: impl Fn(Key) -> QueryBuilder<Sqlite>,
    mut take: impl FnMut(Key, &str) -> Result<ControlFlow<()>, QueryError>,
) -> Result<ControlFlow<()>, QueryError> {
    let mut chunk = gather(connection, ask(START)).await?;
    while let Some(text) = chunk {
        let last = text.rsplit(SEPARATOR).next().and_then(split);
        let (last, _) = last.ok_or(QueryError::Damaged("a record without its key"))?;
        let read = async {
            for record in text.split(SEPARATOR) {
                let (key, content) =
                    split(record).ok_or(QueryError::Damaged("a record without its key"))?;
                if take(key, content)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            Ok::<_, QueryError>(ControlFlow::Continue(()))
        };
        // The first poll of the next question sends it off; then the texts at hand are read.
        let (next, read) = join(gather(connection, ask(last)), read).await;
        chunk = next?;
        if read?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

async fn gather(
    connection: &mut SqliteConnection,
    mut query: QueryBuilder<Sqlite>,
) -> Result<Option<String>, QueryError> {
    Ok(query.build_query_scalar().fetch_one(connection).await?)
}

/// A record's key and what follows.
fn split(record: &str) -> Option<(Key, &str)> {
    let (one, rest) = record.split_once(' ')?;
    let (other, content) = rest.split_once(' ')?;
    Some(([one.parse().ok()?, other.parse().ok()?], content))
}
