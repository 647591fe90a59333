//! What the scenario promises to show, and that the player loses nothing.

use std::collections::{BTreeMap, BTreeSet};

use banyan_protocol::{
    Envelope, Fact, Flags,
    fact::{ActivityState, Confidence, Outcome},
};

use super::*;

mod contents;
mod playing;

const SEEDS: [u64; 4] = [0, 1, 7, 2026];
/// A minute of the scenario.
const MINUTE_MS: u64 = 60_000;

/// The scenario as text, one event each, with its due time.
fn lines(seed: u64) -> Vec<(u64, String)> {
    let text = |timed: Timed| (timed.at_ms, serde_json::to_string(&timed.event).unwrap());
    scenario(seed).into_iter().map(text).collect()
}

#[test]
fn the_same_seed_gives_the_same_events() {
    for seed in SEEDS {
        assert_eq!(scenario(seed), scenario(seed));
    }
    assert_ne!(scenario(0), scenario(1));
}

#[test]
fn every_event_reads_without_flags() {
    for seed in SEEDS {
        for (_, json) in lines(seed) {
            let envelope = Envelope::read(&json).unwrap();
            assert_eq!(envelope.flags, Flags::BAD_TIMESTAMP, "only the player sets the time");
            let (fact, flags) = Fact::read(&envelope);
            assert!(flags.is_empty() && !matches!(fact, Fact::Other), "{json}");
        }
    }
}

#[test]
fn sessions_count_without_gaps_and_time_only_grows() {
    for seed in SEEDS {
        let mut last = BTreeMap::new();
        let mut now = 0;
        for timed in scenario(seed) {
            assert!(now <= timed.at_ms);
            now = timed.at_ms;
            let count: &mut u64 = last.entry(timed.event.session_id).or_default();
            *count += 1;
            assert_eq!(*count, timed.event.sequence);
        }
    }
}

#[test]
fn it_lives_for_half_an_hour_and_is_never_a_burst() {
    for seed in SEEDS {
        let events = scenario(seed);
        let mut minutes: BTreeMap<u64, usize> = BTreeMap::new();
        for timed in &events {
            *minutes.entry(timed.at_ms / MINUTE_MS).or_default() += 1;
        }
        for minute in 0..28 {
            let count = minutes.get(&minute).copied().unwrap_or_default();
            assert!((10..1_000).contains(&count), "seed {seed}, minute {minute}: {count} events");
        }
    }
}
