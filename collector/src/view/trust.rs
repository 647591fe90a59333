//! Whether the file of a view can be believed after whatever ended the last process.
//!
//! A view is written without a single sync, because the log's own syncs would wait behind them.
//! The end of a process, even by `kill -9`, loses nothing of it: what was written is in the
//! system's memory. The end of the *system* may leave any mix of old and new pages. So beside each
//! view lies a mark, itself durable before the first page is written: the id of the boot under
//! which the view is open. A mark of another boot means that the system ended first, and the view
//! is thrown away; whoever closes a view in order syncs it and says so in the mark.
//!
//! Where the system has no boot id, views are synced as SQLite does it and are always whole.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

const SUFFIX: &str = "-mark";
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// What a mark says of a view that was closed, and synced before.
const CLOSED: &str = "closed";
/// What it says of a view whose every checkpoint is synced.
const SYNCED: &str = "synced";

/// The run of the operating system that this process belongs to, if it has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Boot(Option<String>);

impl Boot {
    /// The current one.
    pub(super) fn current() -> Self {
        let id = fs::read_to_string(BOOT_ID).ok().map(|id| id.trim().to_owned());
        Self(id.filter(|id| !id.is_empty()))
    }

    /// Whether a mark tells if it is over: then views need no sync.
    pub(super) const fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the view at `path` is as its last writer left it.
    pub(super) fn has_whole(&self, path: &Path) -> bool {
        let Ok(mark) = fs::read_to_string(mark_of(path)) else { return false };
        mark == CLOSED || mark == SYNCED || Some(&mark) == self.0.as_ref()
    }

    /// Marks the view at `path` as open; durable when this returns.
    pub(super) fn open(&self, path: &Path) -> io::Result<()> {
        write(path, self.0.as_deref().unwrap_or(SYNCED))
    }
}

/// Syncs the view at `path`, which nobody writes any more, and marks it as closed. One without a
/// mark stays without.
pub(super) fn seal(path: &Path) -> io::Result<()> {
    if !mark_of(path).exists() {
        return Ok(());
    }
    File::open(path)?.sync_all()?;
    match File::open(beside(path, "-wal")) {
        Ok(log) => log.sync_all()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    write(path, CLOSED)
}

/// Forgets the mark: the view is not whole any more.
pub(super) fn distrust(path: &Path) -> io::Result<()> {
    match fs::remove_file(mark_of(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Replaces the mark as a whole, so that none is ever half written.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mark = mark_of(path);
    if fs::read_to_string(&mark).is_ok_and(|held| held == text) {
        return Ok(());
    }
    let fresh = beside(path, "-mark.new");
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, &mark)?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

fn mark_of(path: &Path) -> PathBuf {
    beside(path, SUFFIX)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boot(id: &str) -> Boot {
        Boot(Some(id.to_owned()))
    }

    #[test]
    fn an_open_view_is_whole_until_the_system_ends() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("view.db");
        fs::write(&path, "pages").unwrap();
        assert!(!boot("one").has_whole(&path), "nobody says that it is");
        boot("one").open(&path).unwrap();
        assert!(boot("one").has_whole(&path));
        assert!(!boot("two").has_whole(&path));
        assert!(!Boot(None).has_whole(&path));
    }

    #[test]
    fn a_closed_view_is_whole_for_ever() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("view.db");
        fs::write(&path, "pages").unwrap();
        boot("one").open(&path).unwrap();
        seal(&path).unwrap();
        assert!(boot("two").has_whole(&path));
        boot("two").open(&path).unwrap();
        assert!(!boot("three").has_whole(&path), "it was opened again");
        distrust(&path).unwrap();
        distrust(&path).unwrap();
        assert!(!boot("two").has_whole(&path));
        seal(&path).unwrap();
        assert!(!boot("two").has_whole(&path), "what is distrusted stays so");
    }

    #[test]
    fn without_a_boot_id_views_are_synced_and_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("view.db");
        fs::write(&path, "pages").unwrap();
        assert!(!Boot(None).is_known());
        Boot(None).open(&path).unwrap();
        assert!(Boot(None).has_whole(&path) && boot("one").has_whole(&path));
    }
}
