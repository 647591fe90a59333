//! Facts of our own in the log ([`super::Source::Banyan`]), such as a deleted session: what must
//! last and did not come from an agent.

use serde::Deserialize;
use serde_json::json;

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
        };
        Entry { source: Source::Banyan, bytes: json.to_string().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_of_our_own_is_read_back() {
        let fact = OwnFact::SessionDeleted { session_id: "a/\"b\" 🌳".to_owned() };
        let entry = fact.to_entry();
        assert_eq!(entry.source, Source::Banyan);
        assert_eq!(OwnFact::read(&entry.bytes), Some(fact));
    }

    #[test]
    fn its_stored_form_is_fixed() {
        let stored = br#"{"session_id":"s","type":"session.deleted"}"#;
        let fact = OwnFact::SessionDeleted { session_id: "s".to_owned() };
        assert_eq!(OwnFact::read(stored), Some(fact.clone()));
        assert_eq!(&*fact.to_entry().bytes, stored);
        assert_eq!(OwnFact::read(br#"{"type":"later.invention"}"#), None);
    }
}
