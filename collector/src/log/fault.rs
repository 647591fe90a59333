//! What went wrong in the database, by what the writer must do about it.

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

impl Fault {
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
