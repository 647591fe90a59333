//! What one session adds to the figures of its ancestors.

use banyan_protocol::Timestamp;

/// Additive figures of one session (and, summed, of a subtree). Times are combined by minimum
/// and maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    /// 1 for a known session.
    pub sessions: i64,
    /// `running` or `idle`.
    pub running: i64,
    /// `waiting`.
    pub waiting: i64,
    /// `failed` or `timeout`.
    pub failed: i64,
    /// Not ended.
    pub live: i64,
    /// Distinct events.
    pub events: i64,
    /// Tool calls.
    pub tool_calls: i64,
    /// Failed tool calls, and 1 for a failed session.
    pub errors: i64,
    /// Alerts.
    pub alerts: i64,
    /// Tokens said.
    pub tokens: i64,
    /// Micro-dollars said.
    pub cost: i64,
    /// 1 when it said tokens.
    pub tokens_said: i64,
    /// 1 when it said cost.
    pub cost_said: i64,
    /// 1 when it ended without saying tokens.
    pub tokens_mute: i64,
    /// 1 when it ended without saying cost.
    pub cost_mute: i64,
    /// Event time of the first event.
    pub first_at: Option<Timestamp>,
    /// Event time of the last event.
    pub last_at: Option<Timestamp>,
}
