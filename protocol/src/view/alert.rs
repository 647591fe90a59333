use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Position, Timestamp};

/// Something about a session that deserves a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertView {
    /// The session it is about.
    pub session_id: String,
    /// Which rule fired.
    #[serde(rename = "type")]
    pub rule: AlertRule,
    /// One sentence.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// Event time of the evidence's last event.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Positions of the first and the last event of the evidence.
    pub evidence: [Position; 2],
}

/// An alert as it is listed: with its session and what was said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertEntry {
    /// `3f-loop-184460`: stable in one log.
    pub id: String,
    /// The session it is about.
    pub session_id: String,
    /// The agent type of that.
    pub agent_id: String,
    /// What it was to achieve.
    pub goal: Option<String>,
    /// The number of its group; absent in a tree that never had two sessions.
    pub group: Option<u32>,
    /// Which rule fired.
    #[serde(rename = "type")]
    pub rule: AlertRule,
    /// One sentence.
    pub message: String,
    /// How bad.
    pub severity: Severity,
    /// Event time of the evidence's last event.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Positions of the first and the last event of the evidence.
    pub evidence: [Position; 2],
    /// What was said of it.
    pub state: AlertState,
    /// When it was acknowledged, by the collector's clock; absent while it is open.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub acknowledged_at: Option<Timestamp>,
}

/// What was said of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertState {
    /// Nobody has acknowledged it.
    Open,
    /// Somebody has, and its session goes on.
    Acknowledged,
    /// Somebody has, and its session has ended: nothing more will come of it.
    Closed,
}

impl AlertState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Closed];

    /// The wire word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Closed => "closed",
        }
    }

    /// The state that `word` names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// How many alerts of one rule there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertCount {
    /// The rule.
    #[serde(rename = "type")]
    pub rule: AlertRule,
    /// Not acknowledged.
    pub open: u64,
    /// Acknowledged, the session goes on.
    pub acknowledged: u64,
    /// Acknowledged, the session has ended.
    pub closed: u64,
}

/// Open alerts of one rule in several sessions of one agent type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AlertKin {
    /// The rule.
    #[serde(rename = "type")]
    pub rule: AlertRule,
    /// The agent type.
    pub agent_id: String,
    /// How many alerts.
    pub alerts: u64,
    /// In how many sessions; at least two.
    pub sessions: u64,
}

/// The rules, all on event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertRule {
    /// The same tool with the same input again and again.
    Loop,
    /// Several unsure thoughts in a row.
    LowConfidence,
    /// Several failed tool calls in a row.
    ErrorCascade,
    /// A long silence between two events of a live session.
    Stall,
    /// One step cost many times what the steps before it did.
    CostSpike,
}

impl AlertRule {
    /// All of them, in the order of their stored numbers.
    pub const ALL: [Self; 5] =
        [Self::Loop, Self::LowConfidence, Self::ErrorCascade, Self::Stall, Self::CostSpike];

    /// The wire word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::LowConfidence => "low_confidence",
            Self::ErrorCascade => "error_cascade",
            Self::Stall => "stall",
            Self::CostSpike => "cost_spike",
        }
    }

    /// The rule that `word` names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.word() == word)
    }

    /// The number under which it is stored: its place in [`Self::ALL`].
    pub const fn stored(self) -> i64 {
        match self {
            Self::Loop => 0,
            Self::LowConfidence => 1,
            Self::ErrorCascade => 2,
            Self::Stall => 3,
            Self::CostSpike => 4,
        }
    }

    /// The rule whose stored number is `number`.
    pub fn from_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

/// How bad an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look when you can.
    Warning,
    /// Look now.
    Critical,
}

impl Severity {
    /// All of them, in the order of their stored numbers.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    /// The wire word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity that `word` names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.word() == word)
    }

    /// The number under which it is stored: its place in [`Self::ALL`].
    pub const fn stored(self) -> i64 {
        match self {
            Self::Info => 0,
            Self::Warning => 1,
            Self::Critical => 2,
        }
    }

    /// The severity whose stored number is `number`.
    pub fn from_stored(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_stored_by_their_place() {
        for (place, rule) in (0..).zip(AlertRule::ALL) {
            assert_eq!((rule.stored(), AlertRule::from_stored(place)), (place, Some(rule)));
        }
        assert_eq!([-1, 5].map(AlertRule::from_stored), [None, None]);
    }

    #[test]
    fn rules_go_by_their_words_on_the_wire() {
        for rule in AlertRule::ALL {
            assert_eq!(serde_json::to_string(&rule).unwrap(), format!("\"{}\"", rule.word()));
            assert_eq!(AlertRule::named(rule.word()), Some(rule));
        }
        assert_eq!(AlertRule::named("Loop"), None);
    }

    #[test]
    fn states_go_by_their_words() {
        for state in AlertState::ALL {
            assert_eq!(serde_json::to_string(&state).unwrap(), format!("\"{}\"", state.word()));
            assert_eq!(AlertState::named(state.word()), Some(state));
        }
        assert_eq!(AlertState::named("all"), None);
    }

    #[test]
    fn severities_are_stored_by_their_place_and_go_by_their_words() {
        for (place, severity) in (0..).zip(Severity::ALL) {
            assert_eq!((severity.stored(), Severity::from_stored(place)), (place, Some(severity)));
            let word = format!("\"{}\"", severity.word());
            assert_eq!(serde_json::to_string(&severity).unwrap(), word);
            assert_eq!(Severity::named(severity.word()), Some(severity));
        }
        assert_eq!([-1, 3].map(Severity::from_stored), [None, None]);
    }
}
