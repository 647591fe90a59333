//! What `session.ended` said.

use banyan_protocol::{Timestamp, fact};
use serde::{Deserialize, Serialize};

use super::{super::clip::clip, text::RESPONSE_MAX_BYTES, totals};

/// How a session ended, by its latest `session.ended`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ending {
    pub outcome: fact::Outcome,
    /// Event time in microseconds.
    pub at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Micro-dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<u64>,
}

impl Ending {
    pub(super) fn read(ended: &fact::Ended<'_>, at: Timestamp) -> Self {
        let clipped = |text: &fact::Text<'_>| {
            text.as_deref().map(|text| clip(text, RESPONSE_MAX_BYTES).to_owned())
        };
        Self {
            outcome: ended.outcome,
            at: at.micros(),
            summary: clipped(&ended.summary),
            error: clipped(&ended.error),
            steps: ended.total_steps,
            tokens: ended.total_tokens,
            cost: ended.total_cost.map(totals::micros),
        }
    }
}
