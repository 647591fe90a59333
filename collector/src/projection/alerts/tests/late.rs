//! Events that come late, from memory and by a walk from the beginning.

use proptest::prelude::*;

use super::{
    super::super::tests::random::cases,
    super::recent::{RECENT_MAX_COUNT, Recent},
    *,
};

/// Events between one comparison and the next.
const LOOK_EVERY: i64 = 7;

/// A session as the projector keeps it: in memory, and the alerts that it has written.
#[derive(Debug, Default)]
struct Listener {
    heard: Vec<Slim<'static>>,
    watch: Watch,
    recent: Option<Recent>,
    alerts: BTreeMap<Name, Alert>,
    replays: usize,
}

impl Listener {
    fn hear(&mut self, event: Slim<'static>) {
        self.heard.push(event);
        if let Some(alerts) = self.watch.follow(&event) {
            if let Some(recent) = &mut self.recent {
                recent.push(&event);
            }
            self.alerts.extend(alerts.into_iter().map(|alert| (alert.name(), alert)));
            return;
        }
        let change = self.recent.as_mut().and_then(|recent| recent.insert(&event));
        let Some(Change { watch, alerts, gone }) = change else {
            self.replays += 1;
            let Replayed { watch, recent, alerts } = replayed(self.heard.clone());
            (self.watch, self.recent) = (watch, Some(recent));
            self.alerts = alerts.into_iter().map(|alert| (alert.name(), alert)).collect();
            return;
        };
        self.watch = watch;
        self.alerts.retain(|name, _| !gone.contains(name));
        self.alerts.extend(alerts.into_iter().map(|alert| (alert.name(), alert)));
    }
}

fn replayed(mut events: Vec<Slim<'static>>) -> Replayed {
    events.sort_by_key(Slim::place);
    let mut replay = Replay::default();
    for event in &events {
        replay.see(event);
    }
    replay.finish()
}

fn slim(position: Position, sequence: i64, deed: Deed<'static>) -> Slim<'static> {
    let stamp = Stamp { sequence: Some(sequence), position, hand: Hand::First };
    let at = Timestamp::from_micros(sequence * SECOND);
    Slim { stamp, part: 0, at, deed, is_history: false }
}

/// Whatever comes late, the alerts are those of a walk from the beginning over what was heard.
/// Returns how many such walks the listener needed.
fn check_same(events: &[(i64, Deed<'static>)]) -> usize {
    let mut listener = Listener::default();
    for (position, &(sequence, deed)) in (1..).zip(events) {
        listener.hear(slim(position, sequence, deed));
        let is_last = listener.heard.len() == events.len();
        if is_last || position % LOOK_EVERY == 0 {
            let expected = replayed(listener.heard.clone());
            assert_eq!(listener.watch, expected.watch);
            let alerts: Vec<Alert> = listener.alerts.values().cloned().collect();
            assert_eq!(alerts, expected.alerts, "{events:?}");
        }
    }
    listener.replays
}

#[test]
fn a_late_success_takes_back_a_cascade_of_errors() {
    let failures = |numbers: std::ops::RangeInclusive<i64>| numbers.map(|at| (at, FAILED));
    let mut events: Vec<_> = failures(1..=4).collect();
    events.extend([(6, FAILED), (5, BEAT), (8, FAILED), (7, FAILED), (3, OK)]);
    assert_eq!(check_same(&events), 1);
}

#[test]
fn neighbours_that_swap_ask_for_one_walk_only() {
    let events: Vec<_> =
        (1..200).map(|at| (if at % 2 == 0 { at - 1 } else { at + 1 }, CALL)).collect();
    assert_eq!(check_same(&events), 1);
}

#[test]
fn an_event_that_is_older_than_what_is_kept_asks_for_a_walk() {
    let far = i64::try_from(RECENT_MAX_COUNT).unwrap() + 2;
    let mut events = vec![(2, SILENT), (1, SILENT)];
    events.extend((10..10 + far).map(|at| (at, SILENT)));
    let first_kept = 10 + far - i64::try_from(RECENT_MAX_COUNT).unwrap();
    events.push((first_kept - 1, FAILED));
    assert_eq!(check_same(&events), 1, "as old as the oldest that is kept");
    events.push((4, FAILED));
    assert_eq!(check_same(&events), 2);
}

fn deeds() -> impl Strategy<Value = Deed<'static>> {
    prop_oneof![
        4 => Just(CALL),
        1 => Just(OTHER_CALL),
        4 => Just(FAILED),
        1 => Just(OK),
        3 => Just(UNSURE),
        1 => Just(Deed::Uncertainty),
        1 => Just(SURE),
        1 => Just(BEAT),
        1 => (0..40_u64).prop_map(|k| Deed::Call { tokens: Some(k * k * 1_000), cost: None }),
    ]
}

proptest! {
    #![proptest_config(cases(48))]

    /// Long enough for events to leave the memory, and late by a little or by much.
    #[test]
    fn late_events_change_the_alerts_as_a_walk_from_the_beginning_does(
        events in prop::collection::vec((deeds(), prop_oneof![6 => Just(0), 3 => 1..5_i64, 1 => 1..200_i64]), 1..220)
    ) {
        let events: Vec<_> = (1..).zip(events).map(|(at, (deed, late))| (at - late, deed)).collect();
        check_same(&events);
    }
}
