//! Looks at the views in a data directory, whether they are in use or not, and changes nothing.

use std::path::Path;

use banyan_protocol::Position;
use sqlx::{Connection as _, SqliteConnection};

use super::{PROJECTION_VERSION, slots, store::meta};
use crate::{log::LogIdentity, peek};

/// What there is of a log's view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ViewSeen {
    /// None: it is built at the next start.
    Missing,
    /// One by this version of the program.
    Current(Position),
    /// Only one by another version: it is built anew at the next start.
    Outdated {
        /// By which version of the projection.
        version: String,
        /// What this program makes.
        known: u32,
    },
    /// One of another log: it is thrown away at the next start.
    OtherLog,
    /// One that cannot be read: it is thrown away at the next start.
    Unreadable(String),
}

/// Looks for the view of `log` in `directory`; of two the better one counts.
pub(crate) async fn inspect(directory: &Path, log: &LogIdentity) -> ViewSeen {
    let mut best = ViewSeen::Missing;
    for path in slots::paths(directory) {
        if path.exists() {
            let seen = view(&path, log).await;
            if rank(&best) < rank(&seen) {
                best = seen;
            }
        }
    }
    best
}

fn rank(seen: &ViewSeen) -> (u8, Position) {
    match seen {
        ViewSeen::Missing => (0, 0),
        ViewSeen::Unreadable(_) => (1, 0),
        ViewSeen::OtherLog => (2, 0),
        ViewSeen::Outdated { .. } => (3, 0),
        ViewSeen::Current(position) => (4, *position),
    }
}

async fn view(path: &Path, log: &LogIdentity) -> ViewSeen {
    let mut connection = match peek::open(path).await {
        Ok(connection) => connection,
        Err(error) => return ViewSeen::Unreadable(error.to_string()),
    };
    let seen = read(&mut connection, log).await;
    // What was read is read, however the connection ends.
    connection.close().await.ok();
    seen.unwrap_or_else(|error| ViewSeen::Unreadable(error.to_string()))
}

async fn read(
    connection: &mut SqliteConnection,
    log: &LogIdentity,
) -> Result<ViewSeen, sqlx::Error> {
    let id = meta::get(connection, "log_id").await?;
    let epoch = meta::get(connection, "log_epoch").await?;
    if id.as_ref() != Some(&log.id) || epoch != Some(log.epoch.to_string()) {
        return Ok(ViewSeen::OtherLog);
    }
    match meta::get(connection, "projection_version").await? {
        Some(version) if version == PROJECTION_VERSION.to_string() => {
            Ok(ViewSeen::Current(meta::checkpoint(connection, meta::SESSIONS).await?))
        }
        version => Ok(ViewSeen::Outdated {
            version: version.unwrap_or_else(|| "unknown".to_owned()),
            known: PROJECTION_VERSION,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::view::View;

    #[tokio::test]
    async fn a_view_is_missing_current_outdated_of_another_log_or_damaged() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let log = LogIdentity { id: "a".to_owned(), epoch: 1 };
        let other = LogIdentity { id: "b".to_owned(), epoch: 1 };
        assert_eq!(inspect(path, &log).await, ViewSeen::Missing);
        assert_eq!(fs::read_dir(path).unwrap().count(), 0, "nothing was made");

        let file = slots::start_over(path, &log).await.unwrap();
        assert_eq!(inspect(path, &log).await, ViewSeen::Current(0));
        assert_eq!(inspect(path, &other).await, ViewSeen::OtherLog);

        let mut writer = View::writer(&file).await.unwrap();
        meta::set(&mut writer, "projection_version", "0").await.unwrap();
        let outdated = ViewSeen::Outdated { version: "0".to_owned(), known: PROJECTION_VERSION };
        assert_eq!(inspect(path, &log).await, outdated);
        writer.close().await.unwrap();
        fs::write(&file, "not a database, but long enough").unwrap();
        assert!(matches!(inspect(path, &log).await, ViewSeen::Unreadable(_)));
    }
}
