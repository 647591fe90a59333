//! Two marks that only grow: how far the log goes (`head`) and how far the view has followed
//! (`projected`). Writers publish them, readers wait for them; nobody sleeps.
//!
//! This room knows no other.

use banyan_protocol::Position;
use tokio::sync::watch;

/// Both marks. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    head: watch::Receiver<Position>,
    projected: watch::Sender<Position>,
}

impl Progress {
    /// Follows the head that the log publishes (before it acknowledges, so that a read which
    /// starts after an acknowledgement knows what to wait for); `projected` starts at what was
    /// found on disk.
    pub(crate) fn new(head: watch::Receiver<Position>, projected: Position) -> Self {
        Self { head, projected: watch::Sender::new(projected) }
    }

    /// The last position of the log.
    pub(crate) fn head(&self) -> Position {
        *self.head.borrow()
    }

    /// The last position that the view covers.
    pub(crate) fn projected(&self) -> Position {
        *self.projected.borrow()
    }

    /// Moves `projected` forward; a smaller position changes nothing.
    pub(crate) fn publish_projected(&self, position: Position) {
        self.projected.send_if_modified(|current| {
            let grows = *current < position;
            if grows {
                *current = position;
            }
            grows
        });
    }

    /// Wakes whenever `projected` moved.
    pub(crate) fn watch_projected(&self) -> watch::Receiver<Position> {
        self.projected.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn projected_only_grows_and_wakes_only_when_it_does() {
        let progress = Progress::new(watch::Sender::new(9).subscribe(), 3);
        let mut waiting = progress.watch_projected();
        for (published, projected, woken) in [(5, 5, true), (4, 5, false), (5, 5, false)] {
            progress.clone().publish_projected(published);
            assert_eq!(progress.projected(), projected);
            assert_eq!(waiting.has_changed().unwrap(), woken, "{published}");
            waiting.mark_unchanged();
        }
    }

    #[test]
    fn the_head_is_the_one_that_the_log_publishes() {
        let log = watch::Sender::new(0);
        let progress = Progress::new(log.subscribe(), 0);
        log.send_replace(7);
        assert_eq!(progress.head(), 7);
    }
}
