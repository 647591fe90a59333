//! The stall rule: a silence much longer than the session's own rhythm.

use banyan_protocol::{
    Position,
    view::{AlertRule, Severity},
};
use serde::{Deserialize, Serialize};

use super::{Alert, Deed, Finding, Slim};

/// The shortest silence that is a stall.
pub(super) const STALL_MIN_MS: i64 = 5 * 60 * 1_000;
/// How many times the usual gap it has to be longer than.
pub(super) const STALL_MIN_FACTOR: i64 = 10;
/// Gaps that must be known before anything counts as usual.
pub(super) const STALL_MIN_GAPS: usize = 8;
/// Gaps remembered.
pub(super) const STALL_MEMORY_MAX_GAPS: usize = 32;

/// The rhythm of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Silence {
    /// Event time and position of the last event.
    last: Option<(i64, Position)>,
    /// The last gaps in milliseconds, the oldest first. An agent's clock that goes back makes a
    /// gap of nothing.
    gaps: Vec<i64>,
    /// It has ended: silence is as it should be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    over: bool,
}

impl Silence {
    pub(super) fn see(&mut self, event: &Slim<'_>) -> Option<Finding> {
        let at = event.at.micros();
        let last = self.last.replace((at, event.stamp.position));
        let was_over = self.over;
        self.over = match event.deed {
            Deed::Ended => true,
            Deed::Started => false,
            Deed::Heartbeat { .. }
            | Deed::Thought(_)
            | Deed::Uncertainty
            | Deed::ToolStart { .. }
            | Deed::ToolEnd { .. }
            | Deed::Call { .. }
            | Deed::Other => was_over,
        };
        let (last_at, first) = last.filter(|_| !was_over)?;
        let gap = at.saturating_sub(last_at).max(0) / 1_000;
        let usual = self.usual();
        if STALL_MEMORY_MAX_GAPS <= self.gaps.len() {
            self.gaps.remove(0);
        }
        self.gaps.push(gap);

        let usual = usual?;
        if gap <= STALL_MIN_MS || gap <= usual.saturating_mul(STALL_MIN_FACTOR) {
            return None;
        }
        let alert = Alert {
            rule: AlertRule::Stall,
            severity: Severity::Warning,
            first,
            last: event.stamp.position,
            created_at: event.at,
            message: format!("No event for {} (usual: {})", words(gap), words(usual)),
        };
        Some(Finding { is_new: true, alert })
    }

    /// The median gap (of an even number, the upper one), once enough are known.
    fn usual(&self) -> Option<i64> {
        if self.gaps.len() < STALL_MIN_GAPS {
            return None;
        }
        let mut gaps = self.gaps.clone();
        let middle = gaps.len() / 2;
        Some(*gaps.select_nth_unstable(middle).1)
    }
}

fn words(ms: i64) -> String {
    let seconds = ms / 1_000;
    match (seconds / 60, seconds % 60) {
        (0, 0) => "less than a second".to_owned(),
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}
