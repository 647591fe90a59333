use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::{Cursor, Flags, Position, Timestamp};

/// An event inside a session's answer: the nine keys of the reference, the producer's other keys,
/// and ours under `banyan`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventView {
    /// `aop/1.0`
    pub spec: String,
    /// The session that spoke.
    pub session_id: String,
    /// The parent it claimed.
    pub parent_session_id: Option<String>,
    /// The agent type.
    pub agent_id: String,
    /// Version of the agent.
    pub agent_version: Option<String>,
    /// Order inside the session.
    pub sequence: Option<i64>,
    /// The agent's clock as sent; the collector's when it was missing.
    pub timestamp: String,
    /// `operation.tool_start` …
    #[serde(rename = "type")]
    pub kind: String,
    /// As received.
    #[schema(value_type = Object)]
    pub payload: Box<RawValue>,
    /// Any other key of the event, as received.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub other: BTreeMap<String, Box<RawValue>>,
    /// What the collector adds.
    pub banyan: BanyanPart,
}

/// What the collector knows about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BanyanPart {
    /// Place in the log.
    pub position: Position,
    /// When it was received, by the collector's clock.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// 0 for the first event of an identity, 1, 2 … for its variants.
    pub variant: u32,
    /// What was odd about it.
    #[schema(value_type = Vec<String>)]
    pub flags: Flags,
}

/// An event in the log's own order.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordedView {
    /// Ask for `after=` this to go on behind the event.
    #[schema(value_type = String)]
    pub cursor: Cursor,
    /// What the collector knows about it.
    #[serde(flatten)]
    pub banyan: BanyanPart,
    /// As received.
    #[schema(value_type = Object)]
    pub event: Box<RawValue>,
}
