//! The fold of one session: from its distinct events, in any order, to what is known of it.
//!
//! # The fold law
//!
//! Agents post and forget: their events arrive late, in any order, twice, or not at all. So no
//! field of a [`Session`] depends on when an event was applied. Each is one of
//!
//! - a *latest*: the value of the event with the largest [`Stamp`],
//! - a *first*: that of the event with the smallest,
//! - a count, sum, minimum, maximum or union over all events,
//! - the [`Watch`] for alerts, which walks the events in stamp order, and says so when it must
//!   begin again because one came late.
//!
//! What telemetry tells of a session that speaks for itself adds to its counts and sums, and to
//! what it leaves open; where both say the same thing, the session's own word counts
//! ([`Hand`]).
//!
//! Therefore: **applying the same set of recorded events in any order gives the same state**, and
//! receiving events in any order, any number of times, gives the same session except for what
//! says where and when they were received (positions, `last_seen_at`).
//!
//! Two kinds of events are ordered by their arrival, because they leave nothing else to order
//! them by: events without a sequence, and events that share a sequence (variants, or different
//! `event_id`s). Receiving *those* in another order is another story told, and may give another
//! session. Folding the same log again never does.
//!
//! The law holds while a session's sequence numbers form at most
//! [`RANGES_MAX_COUNT`](super::ranges::RANGES_MAX_COUNT) ranges; beyond, only the gaps are a floor.

use banyan_protocol::{Fact, Position, fact};
use serde::{Deserialize, Serialize};

use self::{
    ending::Ending,
    spawned::Spawned,
    stamped::{First, Latest},
    text::Activity,
    totals::Meter,
};
use super::{
    alerts::{Alert, Slim, Watch},
    ranges::Ranges,
    recorded::{Hand, Recorded, Stamp},
};

mod ending;
mod facets;
mod spawned;
mod stamped;
mod take;
mod text;
mod totals;

pub(crate) use totals::FIGURE_MAX;

/// Before all events: what a session is a part of stands above whatever it says.
const JOINED: Stamp = Stamp { sequence: None, position: 0, hand: Hand::First };

/// Everything known of one session by its own events and by the spawns that named it.
///
/// Serialised as the `state` column; equal states give equal bytes. Times are microseconds since
/// the epoch, texts are clipped (their whole is in the events).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Session {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    spawned: Option<Spawned>,

    #[serde(skip_serializing_if = "Latest::is_none")]
    agent_id: Latest<String>,
    #[serde(skip_serializing_if = "Latest::is_none")]
    agent_version: Latest<String>,
    #[serde(skip_serializing_if = "Latest::is_none")]
    model: Latest<String>,
    #[serde(skip_serializing_if = "First::is_none")]
    parent: First<String>,
    /// Of `session.started`.
    #[serde(skip_serializing_if = "First::is_none")]
    started_goal: First<String>,
    /// Of `cognition.goal`.
    #[serde(skip_serializing_if = "First::is_none")]
    stated_goal: First<String>,
    /// What a user asked its model first: its goal, when nobody states one.
    #[serde(skip_serializing_if = "First::is_none")]
    asked: First<String>,
    #[serde(skip_serializing_if = "Latest::is_none")]
    current_goal: Latest<String>,
    #[serde(skip_serializing_if = "Latest::is_none")]
    next_intent: Latest<String>,
    #[serde(skip_serializing_if = "Latest::is_none")]
    tool_error: Latest<String>,

    /// The latest event that is no heartbeat, told first-hand.
    #[serde(skip_serializing_if = "Latest::is_none")]
    activity: Latest<Activity>,
    /// The latest of those that others tell.
    #[serde(skip_serializing_if = "Latest::is_none")]
    echo: Latest<Activity>,
    /// The latest heartbeat, while there is nothing but heartbeats.
    #[serde(skip_serializing_if = "Latest::is_none")]
    pulse: Latest<Activity>,
    /// What the latest heartbeat with a state said.
    #[serde(skip_serializing_if = "Latest::is_none")]
    heart: Latest<fact::ActivityState>,

    /// When the first event was, by stamp.
    #[serde(skip_serializing_if = "First::is_none")]
    begun: First<i64>,
    /// When the first `session.started` was.
    #[serde(skip_serializing_if = "First::is_none")]
    started: First<i64>,
    /// The last `session.started`: behind the end, it reopens the session.
    #[serde(skip_serializing_if = "Latest::is_none")]
    restarted: Latest<()>,
    #[serde(skip_serializing_if = "Latest::is_none")]
    ended: Latest<Ending>,

    #[serde(skip_serializing_if = "Meter::is_none")]
    steps: Meter,
    #[serde(skip_serializing_if = "Meter::is_none")]
    tokens: Meter,
    #[serde(skip_serializing_if = "Meter::is_none")]
    cost: Meter,

    events: u64,
    tool_starts: u64,
    tool_ends: u64,
    tool_failures: u64,
    flags: u32,
    first_at: Option<i64>,
    last_at: Option<i64>,
    last_seen_at: Option<i64>,
    first_position: Option<Position>,
    received: Ranges,
    watch: Watch,
    /// Sessions merged one into the other, and the last one into this one.
    #[serde(skip_serializing_if = "is_zero")]
    levels: u32,
}

/// What one step of the fold asks the projector to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Applied {
    /// Alerts raised or extended by this event: upsert them by rule and first position.
    pub alerts: Vec<Alert>,
    /// The event came before others that were applied already, so what the alerts say is no
    /// longer true: replay the session's events ([`super::alerts::Replay`]), replace all its
    /// alerts and give the watch back by [`Session::replayed`], once a batch.
    pub replay: bool,
}

impl Session {
    /// One step: takes in a distinct event of this session (a new one, or a variant). A deleted
    /// session takes in nothing.
    pub(crate) fn apply(&mut self, event: &Recorded<'_>) -> Applied {
        if self.deleted {
            return Applied::default();
        }
        let stamp = event.stamp();
        self.take_envelope(stamp, event);
        self.take_activity(stamp, event);
        self.take_fact(stamp, event);
        match self.watch.follow(&Slim::read(event)) {
            Some(alerts) => Applied { alerts, replay: false },
            None => Applied { alerts: Vec::new(), replay: true },
        }
    }

    /// The session tells first-hand what was taken in from others already: it counts once, and the
    /// session's own word counts.
    pub(crate) fn restate(&mut self, event: &Recorded<'_>) {
        if self.deleted {
            return;
        }
        let stamp = event.stamp();
        self.agent_id.offer_text(stamp, &event.envelope.agent_id);
        self.take_activity(stamp, event);
        match &event.fact {
            Fact::Goal(goal) => self.take_goal(stamp, goal),
            Fact::ToolEnd(end) => self.take_tool_error(stamp, end),
            _ => {}
        }
    }

    /// A spawn by another session named this one; `event` is that session's.
    pub(crate) fn spawned_by(&mut self, event: &Recorded<'_>) {
        let Some(claim) = Spawned::read(event) else { return };
        if self.deleted || self.spawned.as_ref().is_some_and(|held| held.key() <= claim.key()) {
            return;
        }
        self.spawned = Some(claim);
    }

    /// Forgets everything, for ever: later events and spawns do not bring the session back.
    pub(crate) fn delete(&mut self) {
        *self = Self { deleted: true, ..Self::default() };
    }

    /// It is no session of its own, but a part of `parent`.
    pub(crate) fn join(&mut self, parent: &str) {
        self.parent.replace(JOINED, parent.to_owned());
    }

    /// Whether it is a part of its parent.
    pub(crate) fn is_joined(&self) -> bool {
        self.parent.stamp() == Some(JOINED)
    }

    /// Sessions that were merged one into the other, and the last one into this one.
    pub(crate) fn levels(&self) -> u32 {
        self.levels
    }

    /// A session was merged into this one, as the last of so many.
    pub(crate) fn took_in(&mut self, levels: u32) {
        self.levels = self.levels.max(levels);
    }

    /// The session `parent` did not spawn it, as far as it said so before.
    pub(crate) fn unspawned_by(&mut self, parent: &str) {
        self.spawned.take_if(|spawned| spawned.parent == parent);
    }

    /// Takes the watch back after a replay of all its events.
    pub(crate) fn replayed(&mut self, watch: Watch) {
        self.watch = watch;
    }

    /// Whether an event with this sequence may have been received. A "no" is certain; it saves
    /// the projector a look-up for nearly every event.
    pub(crate) fn may_have_seen(&self, sequence: i64) -> bool {
        self.received.contains(sequence)
    }

    /// The parent by the winning claim: the child's own, else the smallest spawn.
    pub(crate) fn parent(&self) -> Option<&str> {
        let spawner = self.spawned.as_ref().map(|spawned| &spawned.parent);
        self.parent.get().or(spawner).map(String::as_str)
    }

    /// Whether it spoke or was spawned, and was not deleted.
    pub(crate) fn is_known(&self) -> bool {
        self.has_spoken() || self.spawned.is_some()
    }

    /// Whether it was deleted.
    pub(crate) fn is_deleted(&self) -> bool {
        self.deleted
    }

    fn has_spoken(&self) -> bool {
        0 < self.events
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
