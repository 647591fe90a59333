//! The latest commits, kept in memory so that a reader who keeps up never touches the disk.

use std::{collections::VecDeque, sync::Arc};

use banyan_protocol::Position;

use super::Commit;

/// A run of whole commits without holes, ending at the head; bounded by the bytes of its entries.
#[derive(Debug)]
pub(super) struct Ring {
    commits: VecDeque<Arc<Commit>>,
    bytes: usize,
    max_bytes: usize,
}

impl Ring {
    /// Keeps about `max_bytes` of entries, and always the latest commit.
    pub(super) const fn new(max_bytes: usize) -> Self {
        Self { commits: VecDeque::new(), bytes: 0, max_bytes }
    }

    /// Adds the commit that follows the last one.
    pub(super) fn push(&mut self, commit: Arc<Commit>) {
        self.bytes += commit.entry_bytes();
        self.commits.push_back(commit);
        while self.max_bytes < self.bytes && 1 < self.commits.len() {
            if let Some(oldest) = self.commits.pop_front() {
                self.bytes -= oldest.entry_bytes();
            }
        }
    }

    /// Whole commits that hold a position after `position`, about `limit` entries of them. `None`
    /// when the first of them is no longer here (or never was): the reader must ask the disk.
    pub(super) fn read_after(&self, position: Position, limit: usize) -> Option<Vec<Arc<Commit>>> {
        if position.saturating_add(1) < self.commits.front()?.first {
            return None;
        }
        // Positions are dense, so a span of positions is a number of entries.
        let end = position.saturating_add(Position::try_from(limit).unwrap_or(Position::MAX));
        let start = self.commits.partition_point(|commit| commit.last() <= position);
        let found = self.commits.range(start..).take_while(|commit| commit.first <= end);
        Some(found.map(Arc::clone).collect())
    }
}

#[cfg(test)]
mod tests {
    use banyan_protocol::Timestamp;
    use bytes::Bytes;

    use super::*;
    use crate::log::{Entry, Source};

    /// Commits 1–3, 4–4, 5–6 of 10 bytes an entry.
    fn ring(max_bytes: usize) -> Ring {
        let mut ring = Ring::new(max_bytes);
        for (first, count) in [(1, 3), (4, 1), (5, 2)] {
            let entry = Entry { source: Source::Aop, bytes: Bytes::from_static(b"0123456789") };
            let received_at = Timestamp::from_micros(first);
            ring.push(Arc::new(Commit { first, received_at, entries: vec![entry; count] }));
        }
        ring
    }

    #[track_caller]
    fn check(ring: &Ring, position: Position, limit: usize, firsts: Option<&[Position]>) {
        let found = ring.read_after(position, limit);
        let found: Option<Vec<_>> =
            found.map(|commits| commits.iter().map(|commit| commit.first).collect());
        assert_eq!(found.as_deref(), firsts, "after {position}, {limit} entries");
    }

    #[test]
    fn readers_get_whole_commits_after_their_position() {
        let ring = ring(1_000);
        for (position, limit, firsts) in [
            (0, 100, &[1, 4, 5][..]),
            (1, 100, &[1, 4, 5]),
            (2, 100, &[1, 4, 5]),
            (3, 100, &[4, 5]),
            (4, 100, &[5]),
            (5, 100, &[5]),
            (6, 100, &[]),
            (0, 1, &[1]),
            (0, 3, &[1]),
            (0, 4, &[1, 4]),
            (2, 4, &[1, 4, 5]),
        ] {
            check(&ring, position, limit, Some(firsts));
        }
    }

    #[test]
    fn what_was_pushed_out_is_not_answered() {
        let ring = ring(30);
        check(&ring, 2, 100, None);
        check(&ring, 3, 100, Some(&[4, 5]));
        check(&Ring::new(30), 0, 100, None);
    }

    #[test]
    fn the_latest_commit_always_stays() {
        let ring = ring(0);
        check(&ring, 3, 100, None);
        check(&ring, 4, 100, Some(&[5]));
    }
}
