//! Totals of steps, tokens and cost: three ways of stating them, one answer.

use banyan_protocol::MicroDollars;
use serde::{Deserialize, Serialize};

use super::{super::recorded::Stamp, stamped::Latest};

/// The most steps, tokens or micro-dollars that one session is believed: 10^12. What is above
/// counts as this, so that no sum over sessions overflows, here or in the store.
pub(crate) const FIGURE_MAX: u64 = 1_000_000_000_000;

/// One figure of a session, as its events state it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Meter {
    /// Running total of the latest heartbeat that states one.
    #[serde(skip_serializing_if = "Latest::is_none")]
    running: Latest<u64>,
    /// Sum of what single events state for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    deltas: Option<u64>,
}

impl Meter {
    /// Takes the running total of a heartbeat.
    pub(super) fn running(&mut self, stamp: Stamp, total: Option<u64>) {
        if let Some(total) = total {
            self.running.offer(stamp, || total);
        }
    }

    /// Takes what one event states for itself.
    pub(super) fn add(&mut self, delta: Option<u64>) {
        if let Some(delta) = delta {
            self.deltas = Some(self.deltas.unwrap_or(0).saturating_add(delta));
        }
    }

    /// Whether no event stated anything.
    pub(super) fn is_none(&self) -> bool {
        self.running.is_none() && self.deltas.is_none()
    }

    /// The figure: what the end states, else the latest running total, else the sum of deltas.
    ///
    /// `ended` is what the latest `session.ended` states. `reopened_at` is that event's stamp when
    /// the session went on after it: then a running total from behind the end counts first.
    pub(super) fn total(&self, ended: Option<u64>, reopened_at: Option<Stamp>) -> Option<u64> {
        let running = self.running.get().copied();
        let stated = match reopened_at {
            Some(end) if self.running.stamp() > Some(end) => running.or(ended),
            _ => ended.or(running),
        };
        stated.or(self.deltas).map(|total| total.min(FIGURE_MAX))
    }
}

/// An amount of money as a figure.
pub(super) fn micros(cost: MicroDollars) -> u64 {
    u64::try_from(cost.0).unwrap_or(0)
}
