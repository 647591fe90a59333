//! Writes many rows with few statements: the only place where SQL is put together.
//!
//! A statement consists of constants of this crate and question marks; what comes from outside
//! is bound. Rows go in chunks of a few fixed sizes, so that there are few statements and each
//! is prepared once.

use std::sync::Arc;

use sqlx::{Arguments as _, AssertSqlSafe, SqliteConnection, sqlite::SqliteArguments};

/// Rows a statement writes, the largest that fits first. Times the widest table they stay below
/// SQLite's 32,766 parameters.
const CHUNKS_ROWS: [usize; 3] = [256, 16, 1];

/// A value to be bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// How to write rows of one shape.
#[derive(Debug)]
pub(crate) struct Statement {
    width: usize,
    sql: [Arc<str>; CHUNKS_ROWS.len()],
}

impl Statement {
    /// `head` + `(?, ?, …), (?, ?, …), …` + `tail`, with `width` values in each row.
    pub(crate) fn new(head: &str, width: usize, tail: &str) -> Self {
        let row = format!("({})", vec!["?"; width].join(","));
        let sql = CHUNKS_ROWS.map(|rows| {
            let values = vec![row.as_str(); rows].join(",");
            Arc::from(format!("{head} {values} {tail}"))
        });
        Self { width, sql }
    }

    /// Inserts rows of `columns` into `table`.
    pub(crate) fn insert(table: &str, columns: &[&str]) -> Self {
        let head = format!("insert into {table} ({}) values", columns.join(", "));
        Self::new(&head, columns.len(), "")
    }

    /// Inserts rows of `columns` into `table`; a row whose first column is there already is
    /// updated, except for its first `fixed` columns.
    pub(crate) fn upsert(table: &str, columns: &[&str], fixed: usize) -> Self {
        let key = columns.first().copied().unwrap_or_default();
        let sets: Vec<String> =
            columns.iter().skip(fixed).map(|name| format!("{name} = excluded.{name}")).collect();
        let head = format!("insert into {table} ({}) values", columns.join(", "));
        let tail = format!("on conflict ({key}) do update set {}", sets.join(", "));
        Self::new(&head, columns.len(), &tail)
    }

    /// Updates `columns` of the rows of `table` whose first column is equal.
    pub(crate) fn update(table: &str, columns: &[&str]) -> Self {
        let key = columns.first().copied().unwrap_or_default();
        let sets: Vec<String> = (1..)
            .zip(columns)
            .skip(1)
            .map(|(number, name)| format!("{name} = new.column{number}"))
            .collect();
        let head = format!("update {table} set {} from (values", sets.join(", "));
        let tail = format!(") as new where {table}.{key} = new.column1");
        Self::new(&head, columns.len(), &tail)
    }

    /// Writes `values`, row after row.
    pub(crate) async fn write(
        &self,
        connection: &mut SqliteConnection,
        values: Vec<Value>,
    ) -> Result<(), sqlx::Error> {
        let mut rows = values.len() / self.width;
        let mut values = values.into_iter();
        for (chunk, sql) in CHUNKS_ROWS.iter().zip(&self.sql) {
            while *chunk <= rows {
                rows -= chunk;
                let arguments = arguments(values.by_ref().take(chunk * self.width))?;
                sqlx::query_with(AssertSqlSafe(sql.clone()), arguments)
                    .execute(&mut *connection)
                    .await?;
            }
        }
        Ok(())
    }
}

fn arguments(values: impl Iterator<Item = Value>) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.size_hint().0, 0);
    for value in values {
        match value {
            Value::Null => arguments.add(None::<i64>),
            Value::Int(number) => arguments.add(number),
            Value::Text(text) => arguments.add(text),
            Value::Bytes(bytes) => arguments.add(bytes),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
