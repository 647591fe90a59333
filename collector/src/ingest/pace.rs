//! How fast one session may send: a bucket of events for each session that sends, in a table of
//! fixed size. Only who empties their own bucket is refused; nobody who is not a runaway ever does.
//!
//! A request is admitted as a whole or not at all. The table remembers the sessions that sent the
//! most of late; whom it forgot has a full bucket again.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::{Mutex, PoisonError},
};

use banyan_protocol::{
    Timestamp,
    limits::{SESSION_BURST_MAX_EVENTS, SESSION_RATE_MAX_EVENTS},
};

use crate::clock::Clock;

/// Sessions whose buckets share a place in the table.
const WAYS: usize = 8;
/// Places: together with [`WAYS`] about 8,000 sessions, in 200 KiB.
const PLACES: usize = 1_024;
/// Buckets are counted in millionths of events: one microsecond brings this many for each event
/// of the rate.
const PARTS: i64 = 1_000_000;
const FULL: i64 = SESSION_BURST_MAX_EVENTS * PARTS;

/// A session, as far as the table knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sender(u64);

/// What a request wants to record of each session that it speaks for.
#[derive(Debug, Default)]
pub(super) struct Wanted(Vec<(Sender, i64)>);

impl Wanted {
    /// One more event.
    pub(super) fn add(&mut self, sender: Sender) {
        match self.0.last_mut() {
            Some((last, count)) if *last == sender => *count += 1,
            Some(_) | None => self.0.push((sender, 1)),
        }
    }

    /// Each session once.
    fn summed(mut self) -> Vec<(Sender, i64)> {
        self.0.sort_unstable();
        let mut summed: Vec<(Sender, i64)> = Vec::with_capacity(self.0.len());
        for (sender, count) in self.0 {
            match summed.last_mut() {
                Some((last, sum)) if *last == sender => *sum += count,
                Some(_) | None => summed.push((sender, count)),
            }
        }
        summed
    }
}

/// Somebody sends too fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooFast {
    /// When the same request can be admitted.
    pub wait_ms: u64,
}

/// The buckets.
#[derive(Debug)]
pub(super) struct Pace {
    clock: Clock,
    hasher: RandomState,
    buckets: Mutex<Vec<[Bucket; WAYS]>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    sender: Sender,
    parts: i64,
    at: Timestamp,
}

impl Bucket {
    const fn full(sender: Sender, at: Timestamp) -> Self {
        Self { sender, parts: FULL, at }
    }

    /// What is in it at `now`. A clock that was set back brings nothing.
    fn parts_at(&self, now: Timestamp) -> i64 {
        let micros = now.since(self.at).max(0);
        self.parts.saturating_add(micros.saturating_mul(SESSION_RATE_MAX_EVENTS)).min(FULL)
    }
}

impl Pace {
    pub(super) fn new(clock: Clock) -> Self {
        let nobody = Bucket::full(Sender(0), Timestamp::from_micros(0));
        let buckets = Mutex::new(vec![[nobody; WAYS]; PLACES]);
        Self { clock, hasher: RandomState::new(), buckets }
    }

    /// The session of this id.
    pub(super) fn sender(&self, session_id: &str) -> Sender {
        Sender(self.hasher.hash_one(session_id))
    }

    /// Takes what is wanted out of the buckets, or nothing at all.
    pub(super) fn admit(&self, wanted: Wanted) -> Result<(), TooFast> {
        let (wanted, now) = (wanted.summed(), self.clock.now());
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = |(sender, count): &(Sender, i64)| {
            count * PARTS - find(&mut buckets, *sender, now).map_or(FULL, |it| it.parts_at(now))
        };
        let missing = wanted.iter().map(missing).max().unwrap_or(0);
        if 0 < missing {
            let micros = missing / SESSION_RATE_MAX_EVENTS;
            return Err(TooFast { wait_ms: u64::try_from(micros / 1_000).unwrap_or(0) + 1 });
        }
        for (sender, count) in wanted {
            if let Some(bucket) = find(&mut buckets, sender, now) {
                let parts = bucket.parts_at(now) - count * PARTS;
                *bucket = Bucket { sender, parts, at: now };
            }
        }
        Ok(())
    }
}

/// The bucket of a session: its own, or a full one in place of the fullest.
fn find(buckets: &mut [[Bucket; WAYS]], sender: Sender, now: Timestamp) -> Option<&mut Bucket> {
    let places = u64::try_from(buckets.len()).ok()?;
    let place = usize::try_from(sender.0.checked_rem(places)?).ok()?;
    let ways = buckets.get_mut(place)?;
    let own = ways.iter().position(|bucket| bucket.sender == sender);
    let fullest = || (0..WAYS).max_by_key(|way| ways.get(*way).map(|it| it.parts_at(now)));
    let way = own.or_else(fullest)?;
    let bucket = ways.get_mut(way)?;
    if bucket.sender != sender {
        *bucket = Bucket::full(sender, now);
    }
    Some(bucket)
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use super::*;

    const BURST: i64 = SESSION_BURST_MAX_EVENTS;

    fn wanted(pace: &Pace, sessions: &[(&str, i64)]) -> Wanted {
        Wanted(sessions.iter().map(|(id, count)| (pace.sender(id), *count)).collect())
    }

    fn pace() -> (Arc<AtomicI64>, Pace) {
        let micros = Arc::new(AtomicI64::new(1_000_000));
        (Arc::clone(&micros), Pace::new(Clock::Fixed(micros)))
    }

    #[test]
    fn an_empty_bucket_refuses_until_it_has_filled() {
        let (micros, pace) = pace();
        assert_eq!(pace.admit(wanted(&pace, &[("a", BURST)])), Ok(()));
        let refused = pace.admit(wanted(&pace, &[("a", SESSION_RATE_MAX_EVENTS)])).unwrap_err();
        assert_eq!(refused.wait_ms, 1_001);
        micros.fetch_add(1_000_000, Ordering::Relaxed);
        assert_eq!(pace.admit(wanted(&pace, &[("a", SESSION_RATE_MAX_EVENTS)])), Ok(()));
        micros.fetch_sub(900_000, Ordering::Relaxed);
        assert!(pace.admit(wanted(&pace, &[("a", 1)])).is_err(), "a clock set back brings nothing");
    }

    #[test]
    fn a_request_is_admitted_as_a_whole_or_not_at_all() {
        let (_, pace) = pace();
        assert!(pace.admit(wanted(&pace, &[("a", 1), ("b", BURST), ("a", 1), ("b", 1)])).is_err());
        assert_eq!(pace.admit(wanted(&pace, &[("a", BURST), ("b", BURST)])), Ok(()));
    }

    #[test]
    fn others_neither_pay_nor_help() {
        let (_, pace) = pace();
        assert_eq!(pace.admit(wanted(&pace, &[("runaway", BURST)])), Ok(()));
        for number in 0..20_000 {
            assert_eq!(pace.admit(wanted(&pace, &[(&format!("s{number}"), 1)])), Ok(()));
        }
        assert!(pace.admit(wanted(&pace, &[("runaway", 1)])).is_err());
    }
}
