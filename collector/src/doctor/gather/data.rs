//! Looks at the data directory, whether a collector holds it or not.

use std::{fs, io, os::unix::fs::PermissionsExt as _, path::Path, time::UNIX_EPOCH};

use banyan_protocol::Timestamp;
use rustix::fs::{Access, access};

use super::super::facts::{Data, Listener, Log, Place};
use crate::{
    log::{self, Holder, LogError, Room},
    projection,
};

/// The files whose times are looked at, and that must be ours to write.
const FILES: [&str; 4] = ["log.db", "log.db-wal", "view.db", "view.db-wal"];

/// What was seen of the directory, and who listens on this machine.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) listeners: &'a [Listener],
    pub(super) data: Data,
}

impl Found<'_> {
    /// With the addresses of whoever holds it.
    pub(super) fn complete(self) -> Data {
        let Self { listeners, mut data } = self;
        if let Holder::Collector { pid: Some(pid) } = data.holder {
            let is_holder = |listener: &&Listener| {
                listener.process.as_ref().is_some_and(|process| process.pid == pid)
            };
            data.held_at = listeners.iter().filter(is_holder).map(|it| it.address).collect();
        }
        data
    }
}

/// Looks at the data directory `path`.
pub(super) async fn look(path: &Path) -> Data {
    let place = place(path);
    let mut data = Data {
        holder: Holder::Nobody,
        held_at: Vec::new(),
        room: None,
        network: None,
        log: None,
        changed_at: None,
        place,
    };
    match &data.place {
        Place::Missing { above, .. } => data.room = Room::on_disk(above).ok(),
        Place::NotADirectory(_) | Place::Unreadable(_) => {}
        Place::Directory { .. } => {
            let seen = log::inspect(path).await;
            data.changed_at = changed_at(path);
            (data.holder, data.room, data.network) = (seen.holder, seen.room, seen.network);
            data.log = match seen.log {
                None => None,
                Some(Ok(contents)) => {
                    let view = projection::inspect(path, &contents.identity).await;
                    Some(Log::Readable { contents, view })
                }
                Some(Err(error)) => Some(unusable(error)),
            };
        }
    }
    data
}

fn unusable(error: LogError) -> Log {
    match error {
        LogError::Newer { .. } => Log::Newer(error.to_string()),
        LogError::Damaged { .. } => Log::Damaged(error.to_string()),
        LogError::Database(_) | LogError::Directory(_) => Log::Unreadable(super::chain(error)),
    }
}

fn place(path: &Path) -> Place {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Place::Directory {
            is_writable: is_writable(path),
            is_open: found.permissions().mode() & 0o077 != 0,
        },
        Ok(_) => Place::NotADirectory(path.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => above(path),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            let file = path.ancestors().find(|above| above.is_file()).unwrap_or(path);
            Place::NotADirectory(file.to_owned())
        }
        Err(error) => Place::Unreadable(error.to_string()),
    }
}

/// The nearest directory that is there.
fn above(path: &Path) -> Place {
    // The last ancestor of a relative path is "", which is where we are.
    let named =
        path.ancestors().map(|above| if above == Path::new("") { Path::new(".") } else { above });
    match named.into_iter().find(|above| above.exists()) {
        Some(above) if above.is_dir() => {
            let is_writable = may_write(above, Access::WRITE_OK | Access::EXEC_OK);
            Place::Missing { above: above.to_owned(), is_writable }
        }
        Some(file) => Place::NotADirectory(file.to_owned()),
        None => Place::Unreadable("nothing above it is there".to_owned()),
    }
}

fn is_writable(directory: &Path) -> bool {
    let mut files = FILES.into_iter().map(|name| directory.join(name)).filter(|it| it.exists());
    may_write(directory, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK)
        && files.all(|file| may_write(&file, Access::READ_OK | Access::WRITE_OK))
}

fn may_write(path: &Path, how: Access) -> bool {
    access(path, how).is_ok()
}

fn changed_at(directory: &Path) -> Option<Timestamp> {
    let changed = |name: &str| {
        let modified = fs::metadata(directory.join(name)).ok()?.modified().ok()?;
        let since = modified.duration_since(UNIX_EPOCH).ok()?;
        Some(Timestamp::from_micros(i64::try_from(since.as_micros()).ok()?))
    };
    FILES.into_iter().filter_map(changed).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_missing_taken_by_a_file_or_a_directory() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path();
        fs::write(path.join("file"), "").unwrap();
        let missing = |is_writable| Place::Missing { above: path.to_owned(), is_writable };
        assert_eq!(place(&path.join("a/b")), missing(true));
        for inside in ["file", "file/a", "file/a/b"] {
            assert_eq!(place(&path.join(inside)), Place::NotADirectory(path.join("file")));
        }
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(place(path), Place::Directory { is_writable: true, is_open: false });
        fs::set_permissions(path, fs::Permissions::from_mode(0o750)).unwrap();
        assert_eq!(place(path), Place::Directory { is_writable: true, is_open: true });
        assert!(matches!(place(Path::new("no-such-directory/x")), Place::Missing { .. }));
    }

    #[tokio::test]
    async fn nothing_is_made_by_looking() {
        let parent = tempfile::tempdir().unwrap();
        let data = look(&parent.path().join("data")).await;
        assert!(data.log.is_none() && data.room.is_some(), "{data:?}");
        look(parent.path()).await;
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
