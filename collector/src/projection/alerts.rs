//! Rules that notice what deserves a look: pure, on event time, in the agent's own order.
//!
//! The alerts of a session are a function of its distinct events in stamp order. [`Watch`] walks
//! them one by one, as they come, in bounded memory. When one comes late, the walk has to go back:
//! [`Watch::follow`] says so. [`Recent`] goes back a little, from memory, and [`Replay`] walks all of
//! the session's events. All three ways give the same alerts.
//!
//! What a transcript tells after the fact raises no alerts of silence and spending: they ask
//! somebody to do something now.
//!
//! Stalled and lost sessions are judged when reading, by the reader's clock; nothing here asks
//! what time it is.

use std::collections::BTreeMap;

use banyan_protocol::{
    Position, Timestamp,
    view::{AlertRule, Severity},
};
use serde::{Deserialize, Serialize};

use self::{
    repeats::Repeats,
    runs::{Doubts, Failures},
    silence::Silence,
    spending::Spending,
};

mod recent;
mod repeats;
mod runs;
mod silence;
mod slim;
mod spending;

pub(crate) use recent::{Change, Recent};
pub(crate) use slim::{Deed, Place, Slim};

/// Something about a session that deserves a look. Identified by session, rule and
/// [`Self::first`]; a later one with the same identity extends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    /// Which rule fired.
    pub rule: AlertRule,
    /// How bad.
    pub severity: Severity,
    /// Position of the evidence's first event.
    pub first: Position,
    /// Position of the evidence's last event.
    pub last: Position,
    /// Event time of the evidence's last event.
    pub created_at: Timestamp,
    /// One sentence.
    pub message: String,
}

/// The state of the walk over one session's events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Watch {
    /// The last event that it has seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Place>,
    /// An event came late: the rest of the state is not true until a replay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stale: bool,
    /// Alerts raised so far.
    #[serde(skip_serializing_if = "is_zero")]
    raised: u64,
    #[serde(skip_serializing_if = "Repeats::is_empty")]
    repeats: Repeats,
    #[serde(skip_serializing_if = "Doubts::is_empty")]
    doubts: Doubts,
    #[serde(skip_serializing_if = "Failures::is_empty")]
    failures: Failures,
    silence: Silence,
    #[serde(skip_serializing_if = "Spending::is_empty")]
    spending: Spending,
}

impl Watch {
    /// Sees the next event; gives the alerts that it raises or extends, or `None` when the
    /// event, or one before it, came late, and only a replay tells.
    pub(crate) fn follow(&mut self, event: &Slim<'_>) -> Option<Vec<Alert>> {
        self.stale |= self.has_passed(event);
        if self.stale {
            return None;
        }
        Some(self.step(event).into_iter().map(|finding| finding.alert).collect())
    }

    /// Alerts raised so far; extending one raises none.
    pub(crate) fn raised(&self) -> u64 {
        self.raised
    }

    /// Whether it has seen an event that comes after `event`.
    fn has_passed(&self, event: &Slim<'_>) -> bool {
        self.last.is_some_and(|last| event.place() < last)
    }

    /// Sees an event that is the next one.
    fn step(&mut self, event: &Slim<'_>) -> Vec<Finding> {
        self.last = Some(event.place());
        let is_live = !event.is_history;
        let found = [
            is_live.then(|| self.silence.see(event)).flatten(),
            self.repeats.see(event),
            self.doubts.see(event),
            self.failures.see(event),
            is_live.then(|| self.spending.see(event)).flatten(),
        ];
        let found: Vec<Finding> = found.into_iter().flatten().collect();
        let new = found.iter().filter(|finding| finding.is_new).count();
        self.raised += u64::try_from(new).unwrap_or(u64::MAX);
        found
    }

    /// Whether what comes next may extend the alert that `rule` raised over evidence from `first`.
    fn may_extend(&self, rule: AlertRule, first: Position) -> bool {
        match rule {
            AlertRule::Loop => self.repeats.is_looping_since(first),
            AlertRule::LowConfidence => self.doubts.is_running_since(first),
            AlertRule::ErrorCascade => self.failures.is_running_since(first),
            AlertRule::Stall | AlertRule::CostSpike => false,
        }
    }
}

/// What a rule found: a new alert, or more evidence for one that it raised before.
#[derive(Debug)]
struct Finding {
    is_new: bool,
    alert: Alert,
}

/// What tells one alert of a session from another.
pub(crate) type Name = (AlertRule, Position);

impl Alert {
    fn name(&self) -> Name {
        (self.rule, self.first)
    }
}

/// A walk over all events of a session from the beginning.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    recent: Recent,
    alerts: BTreeMap<Name, Alert>,
}

/// Where such a walk ended.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// For [`super::session::Session::replayed`].
    pub watch: Watch,
    /// For the next events that come late.
    pub recent: Recent,
    /// All alerts of the session.
    pub alerts: Vec<Alert>,
}

impl Replay {
    /// Sees the next event. Events must come in order: by sequence, those without one first, then
    /// by their place in the log.
    pub(crate) fn see(&mut self, event: &Slim<'_>) {
        let passed = self.recent.push(event);
        self.alerts.extend(passed.into_iter().map(|alert| (alert.name(), alert)));
    }

    /// There are no more.
    pub(crate) fn finish(self) -> Replayed {
        let Self { recent, mut alerts } = self;
        let (watch, found) = recent.walk();
        alerts.extend(found);
        Replayed { watch, recent, alerts: alerts.into_values().collect() }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
