//! Files take turns: however many are read at the same time, they leave readers to everybody else.

use std::sync::Arc;

use banyan_protocol::limits::FILE_READERS_MAX_COUNT;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Query;

/// A turn, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

/// Everybody who waits for one.
#[derive(Clone, Debug)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(FILE_READERS_MAX_COUNT)))
    }
}

impl Query {
    /// A turn to read one page of a file; in the order in which they were asked for.
    pub(crate) async fn turn(&self) -> Turn {
        Turn { _permit: Arc::clone(&self.turns.0).acquire_owned().await.ok() }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::{
        super::{QueryError, fixture::Fixture},
        *,
    };

    #[tokio::test]
    async fn who_gets_no_reader_in_time_is_told_to_come_again() {
        let query = Fixture::new().await.query;
        let readers = query.view.readers();
        let mut held = Vec::new();
        for _ in 0..readers.size() {
            held.push(readers.acquire().await.unwrap());
        }
        assert!(matches!(query.session("s").await, Err(QueryError::Busy)));
        held.pop();
        query.session("s").await.unwrap();
    }

    #[tokio::test]
    async fn files_leave_readers_to_others() {
        let query = Fixture::new().await.query;
        let mut turns = Vec::new();
        for _ in 0..FILE_READERS_MAX_COUNT {
            turns.push(query.turn().await);
        }
        assert!(query.clone().turn().now_or_never().is_none());
        assert!(query.look().await.is_ok());
        turns.pop();
        assert!(query.turn().now_or_never().is_some());
    }
}
