//! A projector in miniature: one session, in memory, doing what the real one does with the folds.

use std::collections::BTreeMap;

use banyan_protocol::{Envelope, Fact, Position, Timestamp, view::AlertRule};

use super::super::{Session, facets::Facets};
use crate::projection::{
    alerts::{Alert, Replay, Replayed, Slim},
    identity::{Identity, Known, Verdict, judge},
    own::Own,
    recorded::{Hand, Recorded},
};

/// The session that all tests are about.
pub(super) const ME: &str = "me";
/// Our clock at position 0; every position is one second later.
const CLOCK: i64 = 2_000_000_000_000_000;
/// The agents' clock at sequence 0; every sequence is one second later unless it says otherwise.
const AGENT_CLOCK: i64 = 1_800_000_000_000_000;

/// So many seconds after the agents' clock began.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(AGENT_CLOCK + seconds * 1_000_000)
}

/// An event as an agent posts it, one second after that of the sequence before.
pub(super) fn say(sequence: i64, kind: &str, payload: &str) -> String {
    say_at(sequence, sequence, kind, payload)
}

/// An event as an agent posts it, so many seconds after its clock began.
pub(super) fn say_at(seconds: i64, sequence: i64, kind: &str, payload: &str) -> String {
    let at = at(seconds).to_rfc3339();
    format!(
        r#"{{"spec":"aop/1.0","session_id":"{ME}","agent_id":"coder","sequence":{sequence},"timestamp":"{at}","type":"{kind}","payload":{payload}}}"#
    )
}

/// An event by another session.
pub(super) fn by(session: &str, event: &str) -> String {
    event.replacen(&format!(r#""session_id":"{ME}""#), &format!(r#""session_id":"{session}""#), 1)
}

/// A spawn of [`ME`] by `parent`.
pub(super) fn spawn(sequence: i64, parent: &str, goal: &str) -> String {
    let payload =
        format!(r#"{{"child_session_id":"{ME}","child_agent_id":"by-{parent}","goal":"{goal}"}}"#);
    by(parent, &say(sequence, "operation.agent_spawn", &payload))
}

/// An event with one more key in front.
pub(super) fn with(key: &str, value: &str, event: &str) -> String {
    event.replacen('{', &format!(r#"{{"{key}":{value},"#), 1)
}

/// An event without its sequence.
pub(super) fn unnumbered(sequence: i64, event: &str) -> String {
    event.replacen(&format!(r#""sequence":{sequence},"#), "", 1)
}

/// A distinct event, as the view stores it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub position: Position,
    pub variant: u32,
    pub raw: String,
}

impl Stored {
    /// Decodes it; our clock says what its position says.
    pub(super) fn with<T>(&self, use_it: impl FnOnce(&Recorded<'_>) -> T) -> T {
        let envelope = Envelope::read(&self.raw).unwrap();
        let (fact, flags) = Fact::read(&envelope);
        let mut all = envelope.flags;
        all.insert(flags);
        use_it(&Recorded {
            position: self.position,
            part: 0,
            received_at: Timestamp::from_micros(CLOCK + self.position * 1_000_000),
            envelope,
            fact,
            flags: all,
            digest: digest(&self.raw),
            variant: self.variant,
        })
    }
}

fn digest(raw: &str) -> [u8; 16] {
    *blake3::hash(raw.as_bytes()).as_bytes().first_chunk().unwrap()
}

/// What a session is; its alerts name sequences where alerts name positions.
#[derive(Debug, PartialEq)]
pub(super) struct Meaning<'a> {
    facets: Facets<'a>,
    own: Own,
    parent: Option<&'a str>,
    alerts: Vec<Alert>,
}

/// What has been received of [`ME`].
#[derive(Debug, Default)]
pub(super) struct Mini {
    pub session: Session,
    pub stored: Vec<Stored>,
    pub alerts: BTreeMap<(AlertRule, Position), Alert>,
    pub spawns: Vec<Stored>,
    head: Position,
    wants_replay: bool,
}

impl Mini {
    /// Receives events, each as a batch of its own.
    pub(super) fn heard<T: AsRef<str>>(events: impl IntoIterator<Item = T>) -> Self {
        let mut mini = Self::default();
        for event in events {
            mini.receive(event.as_ref());
            mini.settle();
        }
        mini
    }

    /// Receives one event inside a batch.
    pub(super) fn receive(&mut self, raw: &str) {
        self.head += 1;
        let mut stored = Stored { position: self.head, variant: 0, raw: raw.to_owned() };
        if self.spawns.iter().any(|spawn| spawn.raw == raw) {
            return;
        }
        match stored.with(|event| judge(&self.known(event), event.digest, Hand::First)) {
            Verdict::New => {}
            Verdict::Variant { number } => stored.variant = number,
            Verdict::Duplicate { .. } => return,
        }
        self.apply(stored);
    }

    /// Applies a distinct event of this session, or a spawn by another one.
    pub(super) fn apply(&mut self, stored: Stored) {
        if stored.with(|event| event.envelope.session_id != ME) {
            stored.with(|event| self.session.spawned_by(event));
            return self.spawns.push(stored);
        }
        let applied = stored.with(|event| self.session.apply(event));
        self.wants_replay |= applied.replay;
        for alert in applied.alerts {
            self.alerts.insert((alert.rule, alert.first), alert);
        }
        self.stored.push(stored);
    }

    /// Ends a batch: replays if an event came late, and goes through the stored state, as a
    /// restart does.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.wants_replay) {
            let mut order: Vec<&Stored> = self.stored.iter().collect();
            order.sort_by_cached_key(|stored| {
                stored.with(|event| (event.envelope.sequence, event.position))
            });
            let mut replay = Replay::default();
            for stored in order {
                stored.with(|event| replay.see(&Slim::read(event)));
            }
            let Replayed { watch, alerts, recent: _ } = replay.finish();
            self.session.replayed(watch);
            let keyed = alerts.into_iter().map(|alert| ((alert.rule, alert.first), alert));
            self.alerts = keyed.collect();
        }
        let text = self.state();
        let read: Session = serde_json::from_str(&text).unwrap();
        assert_eq!(read, self.session, "the state does not survive {text}");
        self.session = read;
    }

    /// The `state` column.
    pub(super) fn state(&self) -> String {
        serde_json::to_string(&self.session).unwrap()
    }

    pub(super) fn facets(&self) -> Facets<'_> {
        self.session.facets()
    }

    /// Everything that the fold says, except where and when it was received.
    pub(super) fn meaning(&self) -> Meaning<'_> {
        let sequence = |position: Position| {
            let stored = self.stored.iter().find(|stored| stored.position == position).unwrap();
            stored.with(|event| event.envelope.sequence).unwrap()
        };
        let placeless = |alert: &Alert| Alert {
            first: sequence(alert.first),
            last: sequence(alert.last),
            ..alert.clone()
        };
        let mut alerts: Vec<_> = self.alerts.values().map(placeless).collect();
        alerts.sort_by_key(|alert| (alert.rule, alert.first));
        Meaning {
            facets: Facets { last_seen_at: None, first_position: None, ..self.facets() },
            own: self.session.own(),
            parent: self.session.parent(),
            alerts,
        }
    }

    /// The stored events of the same identity, found as the projector finds them.
    fn known(&self, event: &Recorded<'_>) -> Vec<Known> {
        let identity = Identity::of(&event.envelope);
        let is_new = match identity {
            Identity::EventId(_) => false,
            Identity::Sequence(sequence) => !self.session.may_have_seen(sequence),
            Identity::None => true,
        };
        if is_new {
            return Vec::new();
        }
        let same = |stored: &&Stored| {
            stored.with(|other| {
                let of_me = event.envelope.session_id == other.envelope.session_id;
                of_me && Identity::of(&other.envelope) == identity
            })
        };
        let known = |stored: &Stored| Known {
            variant: stored.variant,
            digest: digest(&stored.raw),
            key: stored.position * 256,
            hand: Hand::First,
        };
        self.stored.iter().filter(same).map(known).collect()
    }
}
