//! Made-up alerts and refused input.

use banyan_protocol::{
    Timestamp, Violation,
    view::{AlertCount, AlertEntry, AlertKin, AlertRule, AlertState, QuarantineView, Severity},
};

use super::{NOW, Voice};
use crate::{AlertFilter, AlertInput, AlertPage, AlertsInput, AlertsPage, Chrome, QuarantinePage};

impl AlertsPage {
    /// Every kind of list, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        let count =
            |rule, open, acknowledged, closed| AlertCount { rule, open, acknowledged, closed };
        let counts =
            vec![count(AlertRule::Loop, 2, 1, 12), count(AlertRule::ErrorCascade, 1_204, 0, 0)];
        let kin = AlertKin {
            rule: AlertRule::Loop,
            agent_id: voice.say("coder"),
            alerts: 31,
            sessions: 14,
        };
        let narrow = AlertFilter {
            state: Some(AlertState::Acknowledged),
            rule: Some(AlertRule::Loop),
            severity: Some(Severity::Info),
            session: Some(voice.say("coder/1")),
            agent: Some(voice.say("coder")),
            cursor: Some("9.1.0.5".to_owned()),
        };
        let page = |input: &AlertsInput| Self::new(chrome.clone(), input);
        let full = AlertsInput {
            alerts: alerts(voice),
            counts,
            alike: vec![kin],
            next: Some("7.1.0.5".to_owned()),
            filter: AlertFilter { state: None, ..AlertFilter::default() },
        };
        vec![
            ("alerts", page(&full)),
            ("alerts-none-like-it", page(&AlertsInput { alerts: vec![], filter: narrow, ..full })),
            ("alerts-empty", page(&AlertsInput::default())),
        ]
    }
}

impl AlertPage {
    /// Every kind of alert, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        let mut similar = alerts(voice);
        let alert = similar.remove(0);
        let lone = AlertInput { alert: alert.clone(), similar: vec![] };
        vec![
            ("alert", Self::new(chrome.clone(), &AlertInput { alert, similar })),
            ("alert-lone", Self::new(chrome.clone(), &lone)),
        ]
    }
}

impl QuarantinePage {
    /// With and without input, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        let refused = |id, head: &str, size_bytes, violations| QuarantineView {
            id,
            times: id,
            received_at: Timestamp::from_micros(NOW.micros() - id * 60_000_000),
            violations,
            size_bytes,
            head: voice.say(head),
        };
        let two = [
            refused(
                2,
                "{\"spec\":\"aop/2.0\"",
                8_192,
                vec![
                    Violation::new("/spec", "spec", "must be aop/1 or aop/1.x"),
                    Violation::new("/session_id", "required", "is required"),
                ],
            ),
            refused(1, "not JSON", 8, vec![Violation::new("", "json", "not JSON at byte 1")]),
        ];
        vec![
            ("quarantine", Self::new(chrome.clone(), &two)),
            ("quarantine-empty", Self::new(chrome.clone(), &[])),
        ]
    }
}

fn alerts(voice: Voice<'_>) -> Vec<AlertEntry> {
    let entry = |(id, rule, severity), agent: &str, message: &str, evidence| AlertEntry {
        id: format!("{id}-loop-7"),
        session_id: voice.say(agent),
        agent_id: voice.say(agent),
        goal: Some(voice.say("Port the invoice module")),
        group: Some(1),
        rule,
        message: voice.say(message),
        severity,
        created_at: Timestamp::from_micros(NOW.micros() - 143_000_000),
        evidence,
        state: AlertState::Open,
        acknowledged_at: None,
    };
    let cascade = (1, AlertRule::ErrorCascade, Severity::Critical);
    let looped = (2, AlertRule::Loop, Severity::Warning);
    let stall = (3, AlertRule::Stall, Severity::Info);
    let doubt = (4, AlertRule::LowConfidence, Severity::Warning);
    vec![
        entry(cascade, "coder", "5 failed tool calls in a row", [184_460, 184_467]),
        AlertEntry { group: Some(7), ..entry(looped, "coder", "bash ran 4 times", [90, 90]) },
        AlertEntry {
            group: None,
            goal: None,
            state: AlertState::Acknowledged,
            acknowledged_at: Some(NOW),
            ..entry(stall, "crawler", "silent for 6 minutes", [12, 13])
        },
        AlertEntry {
            state: AlertState::Closed,
            acknowledged_at: Some(NOW),
            ..entry(doubt, "reviewer", "3 unsure thoughts in a row", [4, 6])
        },
    ]
}
