//! Opens `view.db`: one writer connection, many read-only ones.
//!
//! This room knows no other; what is in the tables is the projection's and the query's business.

use std::path::{Path, PathBuf};

use sqlx::{SqliteConnection, SqlitePool};
use thiserror::Error;

/// The read model's database.
#[derive(Clone, Debug)]
pub(crate) struct View {
    readers: SqlitePool,
    path: PathBuf,
}

/// Why the view cannot be opened.
#[derive(Debug, Error)]
pub(crate) enum ViewError {
    /// See the source.
    #[error("the view database failed")]
    Database(#[source] sqlx::Error),
}

impl View {
    /// Opens the readers of the view at `path`, which must exist.
    pub(crate) async fn open(path: &Path) -> Result<Self, ViewError> {
        todo!("{path:?}")
    }

    /// Connections that can only read.
    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Opens or makes the file at `path` with the newest tables, for its only writer.
    pub(crate) async fn writer(path: &Path) -> Result<SqliteConnection, ViewError> {
        todo!("{path:?}")
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
