//! Rules that notice what deserves a look: pure, on event time, in the agent's own order.
//!
//! The alerts of a session are a function of its distinct events in stamp order. [`Watch`] walks
//! them one by one, as they come, in bounded memory. When one comes late, the walk has to begin
//! again: [`Watch::follow`] says so, and [`Replay`] walks all of the session's events.
//! Both ways give the same alerts.
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
use super::recorded::Stamp;

mod repeats;
mod runs;
mod silence;
mod slim;
mod spending;

pub(crate) use slim::{Deed, Slim};

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
    last: Option<Stamp>,
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
        self.stale |= self.last.is_some_and(|last| event.stamp < last);
        if self.stale {
            return None;
        }
        self.last = Some(event.stamp);
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
        Some(found.into_iter().map(|finding| finding.alert).collect())
    }

    /// Alerts raised so far; extending one raises none.
    pub(crate) fn raised(&self) -> u64 {
        self.raised
    }
}

/// What a rule found: a new alert, or more evidence for one that it raised before.
#[derive(Debug)]
struct Finding {
    is_new: bool,
    alert: Alert,
}

/// A walk over all events of a session from the beginning.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    watch: Watch,
    alerts: BTreeMap<(AlertRule, Position), Alert>,
}

impl Replay {
    /// Sees the next event. Events must come in stamp order: by sequence, those without one
    /// first, then by position.
    pub(crate) fn see(&mut self, event: &Slim<'_>) {
        for alert in self.watch.follow(event).into_iter().flatten() {
            self.alerts.insert((alert.rule, alert.first), alert);
        }
    }

    /// The watch, for [`super::session::Session::replayed`], and all alerts of the session.
    pub(crate) fn finish(self) -> (Watch, Vec<Alert>) {
        (self.watch, self.alerts.into_values().collect())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
