//! Rules about several events in a row: unsure thoughts, failed tool calls.

use banyan_protocol::{
    Position,
    fact::Confidence,
    view::{AlertRule, Severity},
};
use serde::{Deserialize, Serialize};

use super::{Alert, Deed, Finding, Slim};

/// Unsure thoughts in a row that raise an alert.
pub(super) const DOUBTS_MIN_COUNT: u64 = 3;
/// Failed tool calls in a row that raise an alert.
pub(super) const FAILURES_MIN_COUNT: u64 = 3;
/// Failed tool calls in a row that make it critical.
pub(super) const FAILURES_CRITICAL_COUNT: u64 = 5;

/// Events in a row, and where they began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Run(u64, Position);

impl Run {
    fn longer(self, event: &Slim<'_>) -> Self {
        match self {
            Self(0, _) => Self(1, event.stamp.position),
            Self(count, first) => Self(count + 1, first),
        }
    }

    fn is_since(self, first: Position) -> bool {
        self == Self(self.0.max(1), first)
    }

    fn finding(
        self,
        event: &Slim<'_>,
        rule: AlertRule,
        (min, message): (u64, &str),
    ) -> Option<Finding> {
        let Self(count, first) = self;
        let alert = Alert {
            rule,
            severity: Severity::Warning,
            first,
            last: event.stamp.position,
            created_at: event.at,
            message: format!("{count} {message} in a row"),
        };
        (min <= count).then_some(Finding { is_new: count == min, alert })
    }
}

/// Thoughts below [`Confidence::LOW`] in a row. An uncertainty right after one counts as one more;
/// heartbeats do not come between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Doubts {
    run: Run,
    /// The last event was an unsure thought.
    fresh: bool,
}

impl Doubts {
    pub(super) fn see(&mut self, event: &Slim<'_>) -> Option<Finding> {
        let fresh = self.fresh;
        match event.deed {
            Deed::Heartbeat { .. } => return None,
            Deed::Thought(Some(confidence)) if confidence < Confidence::LOW => self.fresh = true,
            Deed::Thought(_) => {
                *self = Self::default();
                return None;
            }
            Deed::Uncertainty if fresh => self.fresh = false,
            Deed::Started
            | Deed::Ended
            | Deed::Uncertainty
            | Deed::ToolStart { .. }
            | Deed::ToolEnd { .. }
            | Deed::Call { .. }
            | Deed::Other => {
                self.fresh = false;
                return None;
            }
        }
        self.run = self.run.longer(event);
        self.run.finding(event, AlertRule::LowConfidence, (DOUBTS_MIN_COUNT, "unsure thoughts"))
    }

    /// Whether the run began at `first`.
    pub(super) fn is_running_since(&self, first: Position) -> bool {
        self.run.is_since(first)
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Failed tool calls in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Failures(Run);

impl Failures {
    pub(super) fn see(&mut self, event: &Slim<'_>) -> Option<Finding> {
        let Deed::ToolEnd { success, .. } = event.deed else { return None };
        if success {
            *self = Self::default();
            return None;
        }
        self.0 = self.0.longer(event);
        let rule = (FAILURES_MIN_COUNT, "tool calls failed");
        let mut finding = self.0.finding(event, AlertRule::ErrorCascade, rule)?;
        if FAILURES_CRITICAL_COUNT <= self.0.0 {
            finding.alert.severity = Severity::Critical;
        }
        Some(finding)
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the run began at `first`.
    pub(super) fn is_running_since(&self, first: Position) -> bool {
        self.0.is_since(first)
    }
}
