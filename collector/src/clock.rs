//! The only asker of the time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::SystemTime,
};

use banyan_protocol::Timestamp;

/// Where "now" comes from.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved, in microseconds since the epoch.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `moment`.
    pub(crate) fn stopped(moment: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(moment.micros())))
    }

    /// Now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .map_or(0, |elapsed| i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX));
                Timestamp::from_micros(since)
            }
            Self::Fixed(micros) => Timestamp::from_micros(micros.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_is_not_before_this_was_written() {
        let written = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
        assert!(written < Clock::System.now());
    }

    #[test]
    fn a_fixed_clock_stands_still_until_it_is_moved() {
        let micros = Arc::new(AtomicI64::new(5));
        let clock = Clock::Fixed(Arc::clone(&micros));
        assert_eq!((clock.now().micros(), clock.now().micros()), (5, 5));
        micros.store(6, Ordering::Relaxed);
        assert_eq!(clock.now().micros(), 6);
    }
}
