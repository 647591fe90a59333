//! The loop rule: the same tool with the same input again and again.

use banyan_protocol::{
    Position,
    view::{AlertRule, Severity},
};
use serde::{Deserialize, Serialize};

use super::{super::clip::clip, Alert, Deed, Finding, Slim};

/// Calls that make a loop.
pub(super) const LOOP_MIN_CALLS: usize = 4;
/// Within this time.
pub(super) const LOOP_WINDOW_MICROS: i64 = 60 * 1_000_000;
/// Different calls remembered at a time; a loop over more of them goes unnoticed.
pub(super) const LOOP_MEMORY_MAX_CALLS: usize = 8;
/// Of a tool's name inside a message.
pub(super) const TOOL_MAX_BYTES: usize = 100;

/// The different calls of the recent past, the last called one last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Repeats(Vec<Repeat>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Repeat {
    /// Digest of tool and input.
    call: u64,
    /// Event time and position of its last calls, at most [`LOOP_MIN_CALLS`].
    last: Vec<(i64, Position)>,
    /// Where the loop that it is in began, and how many calls it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    streak: Option<(Position, u64)>,
}

impl Repeats {
    pub(super) fn see(&mut self, event: &Slim<'_>) -> Option<Finding> {
        let Deed::ToolStart { tool, call: Some(call) } = event.deed else { return None };
        let mut repeat = self.take(call);
        repeat.last.push((event.at.micros(), event.stamp.position));
        if LOOP_MIN_CALLS < repeat.last.len() {
            repeat.last.remove(0);
        }
        let finding = repeat.judge(tool, event);
        self.0.push(repeat);
        finding
    }

    /// Whether some call goes on with a loop that began at `first`.
    pub(super) fn is_looping_since(&self, first: Position) -> bool {
        let begun = |repeat: &Repeat| repeat.streak.map(|(first, _)| first);
        self.0.iter().any(|repeat| begun(repeat) == Some(first))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out what is known of `call`, making room for it where needed.
    fn take(&mut self, call: u64) -> Repeat {
        if let Some(index) = self.0.iter().position(|repeat| repeat.call == call) {
            return self.0.remove(index);
        }
        if LOOP_MEMORY_MAX_CALLS <= self.0.len() {
            self.0.remove(0);
        }
        Repeat { call, last: Vec::new(), streak: None }
    }
}

impl Repeat {
    /// A streak lasts as long as the last calls of it lie in one window.
    fn judge(&mut self, tool: &str, event: &Slim<'_>) -> Option<Finding> {
        let times = || self.last.iter().map(|(at, _)| *at);
        let span = times().max()?.saturating_sub(times().min()?);
        if self.last.len() < LOOP_MIN_CALLS || LOOP_WINDOW_MICROS < span {
            self.streak = None;
            return None;
        }
        let is_new = self.streak.is_none();
        let (first, calls) = match self.streak {
            Some((first, calls)) => (first, calls + 1),
            None => (self.last.first()?.1, u64::try_from(LOOP_MIN_CALLS).ok()?),
        };
        self.streak = Some((first, calls));
        let tool = if tool.is_empty() { "a tool" } else { clip(tool, TOOL_MAX_BYTES) };
        let alert = Alert {
            rule: AlertRule::Loop,
            severity: Severity::Warning,
            first,
            last: event.stamp.position,
            created_at: event.at,
            message: format!("Called {tool} {calls} times with the same input"),
        };
        Some(Finding { is_new, alert })
    }
}
