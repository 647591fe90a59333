//! Room on the disk: refusing early when it runs out, and a ballast file to throw overboard when
//! it has run out anyway.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use super::directory::private_file;

/// Below this much room, or 2 % of the disk if that is more, the log takes no more appends.
const LOW_MIN_BYTES: u64 = 256 * 1024 * 1024;
const LOW_PERCENT: u64 = 2;
/// The disk is asked at most this often.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// Room for a checkpoint of the write-ahead log when everything else is taken.
const BALLAST_BYTES: u64 = 64 * 1024 * 1024;
const BALLAST_FILE: &str = "ballast";

/// How much room a disk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// What we may still write, in bytes.
    pub free: u64,
    /// The whole disk, in bytes.
    pub total: u64,
}

impl Room {
    /// Room on the disk that holds `path`.
    pub(crate) fn on_disk(path: &Path) -> io::Result<Self> {
        let disk = statvfs(path)?;
        Ok(Self {
            free: disk.f_bavail.saturating_mul(disk.f_frsize),
            total: disk.f_blocks.saturating_mul(disk.f_frsize),
        })
    }

    /// Below how many free bytes the log takes no more appends.
    pub(crate) const fn low_below(self) -> u64 {
        let share = self.total / 100 * LOW_PERCENT;
        if LOW_MIN_BYTES < share { share } else { LOW_MIN_BYTES }
    }

    /// Whether the log should stop before it hits the wall.
    const fn is_low(self) -> bool {
        self.free < self.low_below()
    }

    /// Whether the ballast fits in without making room low.
    const fn fits_ballast(self) -> bool {
        !Self { free: self.free.saturating_sub(2 * BALLAST_BYTES), ..self }.is_low()
    }
}

/// Asks how much room there is; tests ask something else than the disk.
type Ask = Arc<dyn Fn() -> io::Result<Room> + Send + Sync>;

/// Watches the room on one disk without asking it on every append.
pub(super) struct Space {
    ask: Ask,
    every: Duration,
    started: Instant,
    /// Nanoseconds since `started`.
    next_ask: AtomicU64,
    low: AtomicBool,
}

impl std::fmt::Debug for Space {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Space").field("low", &self.low).finish_non_exhaustive()
    }
}

impl Space {
    /// Watches the disk that holds `path`.
    pub(super) fn on_disk(path: &Path) -> Self {
        let path = path.to_owned();
        Self::new(Arc::new(move || Room::on_disk(&path)), ASK_EVERY)
    }

    pub(super) fn new(ask: Ask, every: Duration) -> Self {
        let (next_ask, low) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { ask, every, started: Instant::now(), next_ask, low }
    }

    /// Whether room is low, as of a second ago at most.
    pub(super) fn is_low(&self) -> bool {
        let now = nanos(self.started.elapsed());
        let due = self.next_ask.load(Ordering::Relaxed);
        let next = now.saturating_add(nanos(self.every));
        let ours = due <= now
            && self
                .next_ask
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if ours && let Ok(room) = (self.ask)() {
            self.low.store(room.is_low(), Ordering::Relaxed);
        }
        self.low.load(Ordering::Relaxed)
    }

    fn fits_ballast(&self) -> bool {
        (self.ask)().is_ok_and(Room::fits_ballast)
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A file that only takes room, to be given up when a full disk stops even the checkpoint.
#[derive(Debug)]
pub(super) struct Ballast {
    path: PathBuf,
    /// When to think about making it again; `None` while it is there.
    make_at: Option<Instant>,
}

impl Ballast {
    /// The ballast of `directory`; made by the first [`Ballast::restore`].
    pub(super) fn new(directory: &Path) -> Self {
        Self { path: directory.join(BALLAST_FILE), make_at: Some(Instant::now()) }
    }

    /// Gives up the room it takes.
    pub(super) fn release(&mut self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "the ballast file cannot be deleted");
        }
        self.make_at = Some(Instant::now() + ASK_EVERY);
    }

    /// Makes it (again) when there is room; cheap when there is nothing to do.
    pub(super) fn restore(&mut self, space: &Space) {
        if self.make_at.is_none_or(|at| Instant::now() < at) {
            return;
        }
        if space.fits_ballast() && self.make().is_ok() {
            self.make_at = None;
        } else {
            self.make_at = Some(Instant::now() + ASK_EVERY);
        }
    }

    fn make(&self) -> io::Result<()> {
        let made = private_file(&self.path)
            .and_then(|file| Ok(fallocate(file, FallocateFlags::empty(), 0, BALLAST_BYTES)?));
        if let Err(error) = &made {
            tracing::debug!(%error, "no ballast file on this disk");
            drop(fs::remove_file(&self.path));
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;
    const GIB: u64 = 1024 * MIB;

    #[test]
    fn low_is_256_mib_or_two_percent() {
        for (free, total, low) in [
            (255 * MIB, GIB, true),
            (256 * MIB, GIB, false),
            (GIB, 100 * GIB, true),
            (2 * GIB, 100 * GIB, false),
            (0, 0, true),
        ] {
            assert_eq!(Room { free, total }.is_low(), low, "{free} of {total}");
        }
    }

    /// A disk whose free bytes are whatever the returned number says.
    fn disk(free: u64, every: Duration) -> (Arc<AtomicU64>, Space) {
        let free = Arc::new(AtomicU64::new(free));
        let asked = Arc::clone(&free);
        let ask = move || Ok(Room { free: asked.load(Ordering::Relaxed), total: GIB });
        (free, Space::new(Arc::new(ask), every))
    }

    #[test]
    fn a_disk_that_fills_is_low_and_heals() {
        let (free, space) = disk(GIB, Duration::ZERO);
        assert!(!space.is_low());
        free.store(MIB, Ordering::Relaxed);
        assert!(space.is_low());
        free.store(GIB, Ordering::Relaxed);
        assert!(!space.is_low());
    }

    #[test]
    fn the_disk_is_not_asked_on_every_append() {
        let (free, space) = disk(GIB, Duration::from_hours(1));
        assert!(!space.is_low());
        free.store(MIB, Ordering::Relaxed);
        assert!(!space.is_low());
    }

    #[test]
    fn ballast_is_made_where_there_is_room() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(BALLAST_FILE);
        let (free, space) = disk(300 * MIB, Duration::ZERO);
        let mut ballast = Ballast::new(directory.path());
        ballast.restore(&space);
        assert!(!path.exists(), "no room");

        free.store(GIB, Ordering::Relaxed);
        let mut ballast = Ballast::new(directory.path());
        ballast.restore(&space);
        assert_eq!(path.metadata().unwrap().len(), BALLAST_BYTES);

        ballast.release();
        assert!(!path.exists());
        ballast.restore(&space);
        assert!(!path.exists(), "not again at once");
    }
}
