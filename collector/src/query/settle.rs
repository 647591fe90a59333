//! How far the view is, and waiting for it.

use std::time::Duration;

use banyan_protocol::{Position, limits::SETTLE_MAX_MS};
use tokio::time::timeout;

use super::{Query, Settled};

impl Query {
    /// Waits (bounded) until the view covers what the log held when this was called.
    pub(crate) async fn settle(&self) -> Settled {
        let complete = self.settle_at(self.progress.head()).await;
        Settled { as_of: self.progress.projected(), complete }
    }

    /// Waits (bounded) until the view covers `position`; says whether it does.
    pub(crate) async fn settle_at(&self, position: Position) -> bool {
        let mut projected = self.progress.watch_projected();
        let covered = projected.wait_for(|projected| position <= *projected);
        matches!(timeout(Duration::from_millis(SETTLE_MAX_MS), covered).await, Ok(Ok(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    #[tokio::test]
    async fn a_read_waits_for_what_was_in_the_log_when_it_began() {
        let fixture = Fixture::new().await;
        fixture.head.send_replace(3);
        let query = fixture.query.clone();
        let waiting = tokio::spawn(async move { query.settle().await });
        tokio::task::yield_now().await;
        fixture.head.send_replace(4);
        fixture.progress.publish_projected(3);
        assert_eq!(waiting.await.unwrap(), Settled { as_of: 3, complete: true });
    }

    #[tokio::test]
    async fn a_read_does_not_wait_for_ever() {
        let fixture = Fixture::new().await;
        tokio::time::pause();
        fixture.head.send_replace(3);
        fixture.progress.publish_projected(2);
        assert_eq!(fixture.query.settle().await, Settled { as_of: 2, complete: false });
    }

    #[tokio::test]
    async fn a_settled_view_is_read_at_once() {
        let fixture = Fixture::new().await;
        assert_eq!(fixture.query.settle().await, Settled { as_of: 0, complete: true });
        assert!(fixture.query.settle_at(0).await);
    }
}
