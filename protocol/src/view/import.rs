use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// `GET /import/claude-code/{id}`: how far a session's transcripts were taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedAnswer {
    /// The session.
    pub session_id: String,
    /// Whether hooks tell of it, or told.
    pub hooks: HooksState,
    /// Until when hooks told of it; absent while they do, and where they never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub hooks_until: Option<Timestamp>,
    /// Its own transcript and those of its sub-agents, as far as anything of them was taken in.
    pub files: Vec<ImportedFile>,
}

/// Whether hooks tell of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HooksState {
    /// They never did.
    Never,
    /// They do: its transcript is left to them.
    Telling,
    /// They told of it until `hooks_until`; what was written later is taken in.
    Told,
}

/// How far one transcript was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportedFile {
    /// The sub-agent; absent for the session itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The last line that was taken in.
    pub lines: u64,
    /// Whether its end was too fresh to say that the session is over.
    pub open: bool,
}
