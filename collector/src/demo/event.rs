//! An event as a demo agent posts it.

use banyan_protocol::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// An event and when it is due.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Timed {
    /// Milliseconds after the beginning, at speed 1.
    pub at_ms: u64,
    /// What is posted then.
    pub event: Event,
}

/// The envelope, in the order in which people read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Event {
    /// `aop/1.0`
    pub spec: &'static str,
    /// Who speaks.
    pub session_id: String,
    /// Whose child it says it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_session_id: Option<String>,
    /// The agent type.
    pub agent_id: &'static str,
    /// Version of the agent; one dialect says it in the payload of `session.started` instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<&'static str>,
    /// 1, 2, 3 … in its session.
    pub sequence: u64,
    /// Set by the player.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// `session.started` …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// In the agent's dialect.
    pub payload: Value,
}
