//! The cost rule: one step that costs many times what the steps before it did.

use banyan_protocol::{
    MicroDollars,
    view::{AlertRule, Severity},
};
use serde::{Deserialize, Serialize};

use super::{super::session::FIGURE_MAX, Alert, Deed, Finding, Slim};

/// How many times the mean of the steps before it has to be dearer than.
pub(super) const SPIKE_MIN_FACTOR: u64 = 10;
/// Steps that must be known before.
pub(super) const SPIKE_MIN_STEPS: u64 = 5;
/// The smallest step that matters.
pub(super) const SPIKE_MIN_TOKENS: u64 = 20_000;
/// The smallest step that matters, in micro-dollars.
pub(super) const SPIKE_MIN_COST_MICROS: u64 = 500_000;

/// What a session's steps cost: between two running totals, and as single calls say.
/// The two are not mixed, since agents that send both say the same thing twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Spending {
    #[serde(skip_serializing_if = "Track::is_empty")]
    total_tokens: Track,
    #[serde(skip_serializing_if = "Track::is_empty")]
    total_cost: Track,
    #[serde(skip_serializing_if = "Track::is_empty")]
    call_tokens: Track,
    #[serde(skip_serializing_if = "Track::is_empty")]
    call_cost: Track,
}

/// The positive steps of one figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Track {
    /// The last running total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
    steps: u64,
    sum: u64,
}

/// A step that is a spike, and what the steps before it cost on average.
#[derive(Clone, Copy, Debug)]
struct Spike {
    step: u64,
    mean: u64,
}

impl Spending {
    pub(super) fn see(&mut self, event: &Slim<'_>) -> Option<Finding> {
        let (tokens, cost) = match event.deed {
            Deed::Heartbeat { tokens, cost } => (
                self.total_tokens.reach(tokens, SPIKE_MIN_TOKENS),
                self.total_cost.reach(cost, SPIKE_MIN_COST_MICROS),
            ),
            Deed::ToolEnd { tokens, cost, .. } | Deed::Call { tokens, cost } => (
                self.call_tokens.spend(tokens, SPIKE_MIN_TOKENS),
                self.call_cost.spend(cost, SPIKE_MIN_COST_MICROS),
            ),
            Deed::Started
            | Deed::Ended
            | Deed::Thought(_)
            | Deed::Uncertainty
            | Deed::ToolStart { .. }
            | Deed::Other => return None,
        };
        let message = match (tokens, cost) {
            (Some(Spike { step, mean }), _) => {
                format!("One step took {step} tokens, the steps before it {mean} on average")
            }
            (None, Some(Spike { step, mean })) => {
                let (step, mean) = (dollars(step), dollars(mean));
                format!("One step cost ${step}, the steps before it ${mean} on average")
            }
            (None, None) => return None,
        };
        let alert = Alert {
            rule: AlertRule::CostSpike,
            severity: Severity::Warning,
            first: event.stamp.position,
            last: event.stamp.position,
            created_at: event.at,
            message,
        };
        Some(Finding { is_new: true, alert })
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Track {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes a running total. The first one is only where the next step begins, and so is one
    /// that is smaller than the total before it.
    fn reach(&mut self, total: Option<u64>, min: u64) -> Option<Spike> {
        let total = total?.min(FIGURE_MAX);
        let step = self.total.replace(total).and_then(|before| total.checked_sub(before));
        self.spend(step, min)
    }

    /// Takes one step and judges it by those before it.
    fn spend(&mut self, step: Option<u64>, min: u64) -> Option<Spike> {
        let step = step.filter(|step| 0 < *step)?.min(FIGURE_MAX);
        let before = *self;
        self.steps += 1;
        self.sum = self.sum.saturating_add(step);

        let mean = before.sum.checked_div(before.steps)?;
        let usual = u128::from(SPIKE_MIN_FACTOR) * u128::from(before.sum);
        let is_spike = SPIKE_MIN_STEPS <= before.steps
            && min <= step
            && usual < u128::from(step) * u128::from(before.steps);
        is_spike.then_some(Spike { step, mean })
    }
}

fn dollars(micros: u64) -> String {
    MicroDollars(i64::try_from(micros).unwrap_or(i64::MAX)).to_decimal()
}
