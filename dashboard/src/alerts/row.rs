//! An alert in a list.

use banyan_protocol::{
    EventKey, Position,
    view::{AlertEntry, AlertKin, AlertRule, AlertState, Severity},
};

use super::filter::AlertFilter;
use crate::{colour, format, links::Link, outline::When, preferences::Now};

/// Characters of a text in a row.
const LINE_MAX_CHARS: usize = 300;
/// Characters of an agent's name in a row.
pub(super) const AGENT_MAX_CHARS: usize = 80;

/// An alert in a list.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) class: &'static str,
    pub(super) severity: &'static str,
    pub(super) rule: &'static str,
    pub(super) message: String,
    pub(super) group: String,
    pub(super) tag: Option<String>,
    pub(super) session: String,
    pub(super) agent: String,
    pub(super) goal: Option<String>,
    pub(super) at: When,
    pub(super) first: Evidence,
    pub(super) last: Option<Evidence>,
    /// In words, and since when; absent while it is open.
    pub(super) said: Option<(&'static str, When)>,
    /// Where the button's form goes.
    pub(super) action: String,
    /// What the button says.
    pub(super) deed: &'static str,
}

/// An event that an alert rests on.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub(super) href: String,
    pub(super) position: String,
}

impl Row {
    /// The buttons of a row lead back to the page `back`.
    pub(super) fn new(alert: &AlertEntry, back: &str, now: Now) -> Self {
        let [first, last] = alert.evidence;
        let evidence = |position: Position| Evidence {
            href: Link::event(&alert.session_id, EventKey::first(position)).done(),
            position: format::position(position),
        };
        let (path, deed, word) = match alert.state {
            AlertState::Open => ("/ack", "Acknowledge", "open"),
            AlertState::Acknowledged => ("/reopen", "Reopen", "acknowledged"),
            AlertState::Closed => ("/reopen", "Reopen", "closed: session ended, acknowledged"),
        };
        let clipped =
            |text: &str, max| Some(format::clip(text, max)).filter(|text| !text.is_empty());
        Self {
            id: alert.id.clone(),
            href: Link::alert(&alert.id, "").done(),
            class: match alert.severity {
                Severity::Info => "info",
                Severity::Warning => "warn",
                Severity::Critical => "crit",
            },
            severity: alert.severity.word(),
            rule: rule_words(alert.rule),
            message: format::clip(&alert.message, LINE_MAX_CHARS),
            group: alert
                .group
                .map_or_else(String::new, |number| colour::class(number).into_owned()),
            tag: alert.group.map(colour::tag),
            session: Link::session(&alert.session_id).done(),
            agent: clipped(&alert.agent_id, AGENT_MAX_CHARS)
                .unwrap_or_else(|| format::clip(&alert.session_id, AGENT_MAX_CHARS)),
            goal: alert.goal.as_deref().and_then(|goal| clipped(goal, LINE_MAX_CHARS)),
            at: When::new(alert.created_at, now),
            first: evidence(first),
            last: (first != last).then(|| evidence(last)),
            said: alert.acknowledged_at.map(|at| (word, When::new(at, now))),
            action: Link::alert(&alert.id, path).with("to", back).done(),
            deed,
        }
    }
}

/// Several open alerts that are alike, as one line.
#[derive(Clone, Debug)]
pub(super) struct Kin {
    pub(super) href: String,
    pub(super) rule: &'static str,
    pub(super) agent: String,
    pub(super) counts: String,
}

impl Kin {
    pub(super) fn new(kin: &AlertKin) -> Self {
        let agent = Some(kin.agent_id.clone());
        let filter = AlertFilter { rule: Some(kin.rule), agent, ..AlertFilter::default() };
        let alerts = format::plural(kin.alerts, "alert", "alerts");
        let sessions = format::plural(kin.sessions, "session", "sessions");
        Self {
            href: filter.link().done(),
            rule: rule_words(kin.rule),
            agent: format::clip(&kin.agent_id, AGENT_MAX_CHARS),
            counts: format!("{alerts} in {sessions}"),
        }
    }
}

/// The rule's name in words.
pub(crate) const fn rule_words(rule: AlertRule) -> &'static str {
    match rule {
        AlertRule::Loop => "loop",
        AlertRule::LowConfidence => "low confidence",
        AlertRule::ErrorCascade => "error cascade",
        AlertRule::Stall => "stall",
        AlertRule::CostSpike => "cost spike",
    }
}

/// What a rule notices.
pub(super) const fn meaning(rule: AlertRule) -> &'static str {
    match rule {
        AlertRule::Loop => "The agent called the same tool with the same input again and again.",
        AlertRule::LowConfidence => "Several thoughts in a row were unsure.",
        AlertRule::ErrorCascade => "Several tool calls in a row failed.",
        AlertRule::Stall => "The session was silent for far longer than it used to be.",
        AlertRule::CostSpike => "One step cost many times what the steps before it did.",
    }
}
