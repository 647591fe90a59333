//! What went wrong in the database, by what the writer must do about it.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use super::directory::private_file;

/// A failed write.
#[derive(Debug)]
pub(super) enum Fault {
    /// No room; nothing was stored. Goes away by itself.
    Full,
    /// Somebody else holds the lock; nothing was stored. Goes away by itself.
    Busy,
    /// Anything else. What is on the disk is not known any more.
    Fatal(sqlx::Error),
}

/// Primary result codes of SQLite are the low byte of the extended ones.
const PRIMARY_MASK: i32 = 0xff;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const FULL: i32 = 13;
/// `SQLITE_IOERR_SHMSIZE`: no room to grow the shared memory, found out before anything is
/// written.
const NO_ROOM_FOR_SHARED_MEMORY: i32 = 0x130a;

/// What is written to see whether there is room, as much as a commit may take.
const PROBE_BYTES: usize = 4 * 1024 * 1024;
const PROBE_FILE: &str = "probe";

impl Fault {
    /// The same, where what looks like a broken disk may be one that is full, or a quota that is:
    /// SQLite tells a failed write by its kind only when it was a plain write.
    pub(super) fn probed(self, directory: &Path) -> Self {
        self.judged(|| probe(directory))
    }

    fn judged(self, probe: impl FnOnce() -> io::Result<()>) -> Self {
        let Self::Fatal(error) = self else { return self };
        match probe().map_err(|failed| failed.kind()) {
            Err(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Self::Full,
            Ok(()) | Err(_) => Self::Fatal(error),
        }
    }

    /// What `error` means for the writer.
    pub(super) fn of(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .and_then(|code| code.parse::<i32>().ok());
        match code.map(|code| (code & PRIMARY_MASK, code)) {
            Some((FULL, _) | (_, NO_ROOM_FOR_SHARED_MEMORY)) => Self::Full,
            Some((BUSY | LOCKED, _)) => Self::Busy,
            Some(_) | None => Self::Fatal(error),
        }
    }
}

/// Writes a file and syncs it; it is gone again when this returns.
fn probe(directory: &Path) -> io::Result<()> {
    let path = directory.join(PROBE_FILE);
    let written = private_file(&path).and_then(|mut file| {
        file.write_all(&vec![b'x'; PROBE_BYTES])?;
        file.sync_all()
    });
    fs::remove_file(&path).ok();
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_or_quota_that_is_full_is_not_a_broken_one() {
        let broken = || Fault::Fatal(sqlx::Error::WorkerCrashed);
        for (kind, is_full) in [
            (io::ErrorKind::StorageFull, true),
            (io::ErrorKind::QuotaExceeded, true),
            (io::ErrorKind::Other, false),
        ] {
            let judged = broken().judged(|| Err(kind.into()));
            assert_eq!(matches!(judged, Fault::Full), is_full, "{kind}");
        }
        assert!(matches!(broken().judged(|| Ok(())), Fault::Fatal(_)));
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(broken().probed(directory.path()), Fault::Fatal(_)));
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
        assert!(matches!(Fault::Busy.judged(|| panic!("not asked")), Fault::Busy));
    }
}
