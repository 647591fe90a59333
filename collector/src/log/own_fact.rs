//! Facts of our own in the log ([`super::Source::Banyan`]), such as a deleted session: what must
//! last and did not come from an agent.

use banyan_protocol::{Position, view::AlertRule};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Entry, Source};

/// A fact of our own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum OwnFact {
    /// A session leaves the view; later events of it do not bring it back.
    #[serde(rename = "session.deleted")]
    SessionDeleted {
        /// Its id.
        session_id: String,
    },
    /// Somebody has seen an alert to.
    #[serde(rename = "alert.acknowledged")]
    AlertAcknowledged(AlertName),
    /// An alert that was acknowledged is open again.
    #[serde(rename = "alert.reopened")]
    AlertReopened(AlertName),
}

/// What identifies an alert.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct AlertName {
    /// The session it is about.
    pub session_id: String,
    /// Which rule fired.
    pub rule: AlertRule,
    /// Position of the evidence's first event.
    pub first_position: Position,
}

impl OwnFact {
    /// Reads the bytes of an entry whose source is [`Source::Banyan`]; `None` for what a newer
    /// version wrote.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The entry to append.
    pub(crate) fn to_entry(&self) -> Entry {
        let json = match self {
            Self::SessionDeleted { session_id } => {
                json!({ "type": "session.deleted", "session_id": session_id })
            }
            Self::AlertAcknowledged(alert) => alert.json("alert.acknowledged"),
            Self::AlertReopened(alert) => alert.json("alert.reopened"),
        };
        Entry { source: Source::Banyan, bytes: json.to_string().into() }
    }
}

impl AlertName {
    fn json(&self, kind: &str) -> Value {
        let Self { session_id, rule, first_position } = self;
        json!({
            "type": kind,
            "session_id": session_id,
            "rule": rule,
            "first_position": first_position,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(session_id: &str) -> AlertName {
        let session_id = session_id.to_owned();
        AlertName { session_id, rule: AlertRule::ErrorCascade, first_position: 7 }
    }

    #[test]
    fn a_fact_of_our_own_is_read_back() {
        let id = "a/\"b\" 🌳";
        for fact in [
            OwnFact::SessionDeleted { session_id: id.to_owned() },
            OwnFact::AlertAcknowledged(name(id)),
            OwnFact::AlertReopened(name(id)),
        ] {
            let entry = fact.to_entry();
            assert_eq!(entry.source, Source::Banyan);
            assert_eq!(OwnFact::read(&entry.bytes), Some(fact));
        }
    }

    #[test]
    fn its_stored_form_is_fixed() {
        for (stored, fact) in [
            (
                r#"{"session_id":"s","type":"session.deleted"}"#,
                OwnFact::SessionDeleted { session_id: "s".to_owned() },
            ),
            (
                r#"{"first_position":7,"rule":"error_cascade","session_id":"s","type":"alert.acknowledged"}"#,
                OwnFact::AlertAcknowledged(name("s")),
            ),
            (
                r#"{"first_position":7,"rule":"error_cascade","session_id":"s","type":"alert.reopened"}"#,
                OwnFact::AlertReopened(name("s")),
            ),
        ] {
            assert_eq!(OwnFact::read(stored.as_bytes()), Some(fact.clone()));
            assert_eq!(&*fact.to_entry().bytes, stored.as_bytes());
        }
        assert_eq!(OwnFact::read(br#"{"type":"later.invention"}"#), None);
    }
}
