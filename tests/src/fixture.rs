//! Forests of any size, the same for the same seed: what the pages are measured and tested with.
//!
//! Sets are named by their sessions: S100, S10k, S100k. Each has one root with very many direct
//! children (10,000 in S100k), a chain of 60, three orphans, a cycle of three, and texts that are
//! hard on pages: 5 kB long, right to left, emoji, markup. Clocks and randomness of the machine
//! are never asked.

mod calendar;
mod dice;
mod life;
mod plan;

pub use calendar::Moment;
use life::Life;
use plan::Plan;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Fixture {
    /// Equal seeds give equal bytes.
    pub seed: u64,
    /// How many sessions speak.
    pub sessions: usize,
    /// When the last of them is heard.
    pub now: Moment,
}

impl Fixture {
    /// Its events, one JSON text each, session by session, parents before children.
    pub fn lines(self) -> impl Iterator<Item = String> {
        let plan = Plan::new(self.seed, self.sessions);
        (0..plan.sessions()).flat_map(move |index| {
            let events = Life::of(&plan, index, self.now).events();
            events.into_iter().map(|event| event.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    use super::*;

    fn lines(seed: u64, sessions: usize) -> Vec<String> {
        Fixture { seed, sessions, now: Moment::DEFAULT }.lines().collect()
    }

    /// Sessions with the parents that they claim.
    fn parents(lines: &[String]) -> BTreeMap<String, Option<String>> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let events = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
        events
            .filter_map(|event| {
                Some((text(&event["session_id"])?, text(&event["parent_session_id"])))
            })
            .collect()
    }

    #[test]
    fn equal_seeds_give_equal_bytes() {
        assert_eq!(lines(7, 100), lines(7, 100));
        assert_ne!(lines(7, 100), lines(8, 100));
    }

    #[test]
    fn another_now_moves_every_event_and_nothing_else() {
        let later = Moment::parse("2027-01-01T00:00:00Z").unwrap();
        let moved: Vec<_> = Fixture { seed: 7, sessions: 100, now: later }.lines().collect();
        let without_time = |line: &String| {
            let mut event: Value = serde_json::from_str(line).unwrap();
            (event["timestamp"].take(), event)
        };
        for (one, other) in lines(7, 100).iter().zip(&moved) {
            let ((one_at, one), (other_at, other)) = (without_time(one), without_time(other));
            assert!(one_at != other_at && one == other);
        }
    }

    #[test]
    fn sets_have_as_many_sessions_as_they_are_named_by() {
        for sessions in [1, 2, 20, 100, 1_000] {
            assert_eq!(parents(&lines(7, sessions)).len(), sessions);
        }
    }

    #[test]
    fn every_set_has_its_odd_shapes() {
        for (sessions, wide) in [(100, 10), (2_000, 200)] {
            let parents = parents(&lines(7, sessions));
            let of = |parent: &str| {
                parents.values().filter(|found| found.as_deref() == Some(parent)).count()
            };
            assert_eq!(of("wide"), wide);
            let unseen = parents.values().flatten().filter(|parent| !parents.contains_key(*parent));
            assert_eq!(unseen.collect::<BTreeSet<_>>().len(), 3, "orphans");
            let above = |id: &str| parents.get(id).cloned().flatten();
            let mut levels = 1;
            let mut link = "chain-59".to_owned();
            while let Some(parent) = above(&link) {
                (link, levels) = (parent, levels + 1);
            }
            assert_eq!((levels, link.as_str()), (60, "chain-0"));
            let round = above("cycle-0").and_then(|id| above(&id)).and_then(|id| above(&id));
            assert_eq!(round.as_deref(), Some("cycle-0"));
        }
    }

    #[test]
    fn every_set_has_texts_that_are_hard_on_pages() {
        let lines = lines(7, 100);
        for text in ["<script>", "שלום", "🌳", "needle"] {
            assert!(lines.iter().any(|line| line.contains(text)), "{text}");
        }
        assert!(lines.iter().any(|line| 5_000 < line.len()), "a long goal");
        assert!(lines.iter().all(|line| !line.contains('\n')));
    }

    #[test]
    fn sessions_count_from_one_and_their_time_only_grows() {
        let mut last: BTreeMap<String, (i64, String)> = BTreeMap::new();
        for line in lines(3, 1_000) {
            let event: Value = serde_json::from_str(&line).unwrap();
            let id = event["session_id"].as_str().unwrap().to_owned();
            let at = event["timestamp"].as_str().unwrap().to_owned();
            let (sequence, before) = last.entry(id).or_default();
            *sequence += 1;
            assert_eq!(event["sequence"], *sequence);
            assert!(*before <= at && at <= Moment::DEFAULT.to_string(), "{before} {at}");
            *before = at;
        }
    }
}
