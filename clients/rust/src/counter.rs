//! How far each session of this process has counted. Two clients of one session count together.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, LazyLock, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Sessions that are remembered.
const SESSIONS_MAX: usize = 10_000;

static COUNTERS: LazyLock<Mutex<Counters>> = LazyLock::new(Mutex::default);

#[derive(Debug, Default)]
struct Counters {
    of: HashMap<String, Counter>,
    oldest_first: VecDeque<String>,
}

/// The number of a session's next event; the first one is 1.
#[derive(Clone, Debug)]
pub(crate) struct Counter(Arc<AtomicU64>);

impl Counter {
    /// That of `session`.
    pub(crate) fn of(session: &str) -> Self {
        let mut counters = COUNTERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = counters.of.get(session) {
            return counter.clone();
        }
        if SESSIONS_MAX <= counters.of.len()
            && let Some(oldest) = counters.oldest_first.pop_front()
        {
            counters.of.remove(&oldest);
        }
        let counter = Self(Arc::new(AtomicU64::new(1)));
        counters.of.insert(session.to_owned(), counter.clone());
        counters.oldest_first.push_back(session.to_owned());
        counter
    }

    /// The next number, which nobody gets again.
    pub(crate) fn take(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    /// The next number.
    pub(crate) fn next(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
