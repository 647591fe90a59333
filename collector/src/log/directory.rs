//! The data directory: private, on a local disk, and held by one collector at a time.

use std::{
    fs::{self, DirBuilder, DirEntry, File, OpenOptions, Permissions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::{mounts, sqlite::FILE as LOG_FILE};

const LOCK_FILE: &str = "banyan.lock";

/// A data directory that this process holds until the value is dropped.
#[derive(Debug)]
pub(crate) struct DataDirectory {
    path: PathBuf,
    _lock: File,
}

/// Who holds a data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Nobody: a collector could start on it.
    Nobody,
    /// A collector.
    Collector {
        /// Its process, when it said so.
        pid: Option<u32>,
    },
    /// Whether anybody does cannot be told.
    Unknown,
}

/// Why a data directory cannot be used.
#[derive(Debug, Error)]
pub(crate) enum DirectoryError {
    /// It cannot be made or opened.
    #[error("the data directory {} cannot be used", path.display())]
    Unusable {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// Another collector holds it.
    #[error("a collector is already running {}on {}", by(*.pid), path.display())]
    InUse {
        /// Where.
        path: PathBuf,
        /// The other process, when it said so.
        pid: Option<u32>,
    },
    /// Others can look into it, and it is not ours to change.
    #[error("{} is open to others (mode {mode:o}); `chmod 700` it, or choose another", path.display())]
    Open {
        /// Where.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// SQLite's locks and shared memory do not work across machines.
    #[error("{} is on a network file system ({kind}); choose a local disk", path.display())]
    Network {
        /// Where.
        path: PathBuf,
        /// `nfs4`, `cifs`, `fuse.sshfs` …
        kind: String,
    },
}

fn by(pid: Option<u32>) -> String {
    pid.map(|pid| format!("as pid {pid} ")).unwrap_or_default()
}

impl DataDirectory {
    /// Makes the directory if need be (for its owner only), and holds it.
    pub(crate) fn claim(path: &Path) -> Result<Self, DirectoryError> {
        let unusable = |error| DirectoryError::Unusable { path: path.to_owned(), error };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        let path = path.canonicalize().map_err(unusable)?;
        keep_private(&path)?;
        if let Some(kind) = mounts::network_file_system(&path) {
            return Err(DirectoryError::Network { path, kind });
        }
        let mut lock = private_file(&path.join(LOCK_FILE)).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let pid = read_pid(&mut lock);
                return Err(DirectoryError::InUse { path, pid });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
        write_pid(&mut lock).map_err(unusable)?;
        Ok(Self { path, _lock: lock })
    }

    /// Its absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Takes a directory that was there before away from others. One that is shared on purpose is not
/// touched: who keeps their data there must choose another.
fn keep_private(path: &Path) -> Result<(), DirectoryError> {
    const OTHERS: u32 = 0o077;
    const STICKY: u32 = 0o1000;
    let unusable = |error| DirectoryError::Unusable { path: path.to_owned(), error };
    let mode = path.metadata().map_err(unusable)?.permissions().mode() & 0o7777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let is_known = |entry: io::Result<DirEntry>| {
        entry.is_ok_and(|entry| {
            let name = entry.file_name();
            name == LOCK_FILE || name == LOG_FILE
        })
    };
    let is_foreign = |entry: io::Result<DirEntry>| {
        // What every new disk holds.
        entry.is_ok_and(|entry| entry.file_name() != "lost+found")
    };
    let is_ours = path.read_dir().map_err(unusable)?.any(is_known)
        || !path.read_dir().map_err(unusable)?.any(is_foreign);
    let closed = Permissions::from_mode(mode & !OTHERS);
    if mode & STICKY == 0 && is_ours && fs::set_permissions(path, closed).is_ok() {
        return Ok(());
    }
    Err(DirectoryError::Open { path: path.to_owned(), mode })
}

/// Who holds the data directory at `path`; nothing is made or written.
pub(super) fn holder(path: &Path) -> Holder {
    let mut lock = match File::open(path.join(LOCK_FILE)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Holder::Nobody,
        Err(_) => return Holder::Unknown,
    };
    // Given back at once, when the file is closed.
    match lock.try_lock_shared() {
        Ok(()) => Holder::Nobody,
        Err(TryLockError::WouldBlock) => Holder::Collector { pid: read_pid(&mut lock) },
        Err(TryLockError::Error(_)) => Holder::Unknown,
    }
}

fn read_pid(lock: &mut File) -> Option<u32> {
    let mut pid = String::new();
    lock.read_to_string(&mut pid).ok()?;
    pid.trim().parse().ok()
}

/// Opens or makes a file that only its owner can read.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn write_pid(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_collector_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        assert_eq!(holder(&path), Holder::Nobody);
        assert!(!path.exists(), "looking makes nothing");
        let first = DataDirectory::claim(&path).unwrap();
        assert_eq!(holder(&path), Holder::Collector { pid: Some(std::process::id()) });
        let refused = DataDirectory::claim(&path).unwrap_err();
        let message = format!("already running as pid {} on ", std::process::id());
        assert!(refused.to_string().contains(&message), "{refused}");
        drop(first);
        assert_eq!(holder(&path), Holder::Nobody);
        DataDirectory::claim(&path).unwrap();
    }

    #[test]
    fn it_is_for_its_owner_only() {
        let parent = tempfile::tempdir().unwrap();
        let directory = DataDirectory::claim(&parent.path().join("data")).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(directory.path()), 0o700);
        assert_eq!(mode(&directory.path().join(LOCK_FILE)), 0o600);
    }

    #[test]
    fn a_directory_that_is_open_to_others_is_closed_or_refused() {
        for (file, mode, expected) in [
            (None, 0o755, Some(0o700)),
            (Some(LOCK_FILE), 0o775, Some(0o700)),
            (Some("log.db"), 0o755, Some(0o700)),
            (Some("lost+found"), 0o755, Some(0o700)),
            (Some("letter.txt"), 0o755, None),
            (None, 0o1777, None),
        ] {
            let directory = tempfile::tempdir().unwrap();
            if let Some(file) = file {
                File::create(directory.path().join(file)).unwrap();
            }
            fs::set_permissions(directory.path(), Permissions::from_mode(mode)).unwrap();
            let claimed = DataDirectory::claim(directory.path());
            let found = directory.path().metadata().unwrap().permissions().mode() & 0o7777;
            assert_eq!(found, expected.unwrap_or(mode), "{file:?} {mode:o}");
            let is_refused = matches!(claimed, Err(DirectoryError::Open { .. }));
            assert_eq!(is_refused, expected.is_none(), "{file:?} {mode:o}");
        }
    }

    #[test]
    fn a_file_in_its_place_is_named() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("file");
        File::create(&path).unwrap();
        let refused = DataDirectory::claim(&path).unwrap_err();
        assert!(matches!(refused, DirectoryError::Unusable { .. }), "{refused:?}");
    }
}
