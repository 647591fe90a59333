use serde::Serialize;
use utoipa::ToSchema;

use crate::{MicroDollars, Timestamp};

/// What a session did, alone (`own`) or with all its descendants (`subtree`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// Sessions counted, this one included; placeholders count.
    pub sessions: u64,
    /// Live ones: `running` or `idle`.
    pub running: u64,
    /// Waiting for somebody.
    pub waiting: u64,
    /// Ended `failed` or `timeout`.
    pub failed: u64,
    /// Live by their own word, but silent for too long at the reader's clock.
    pub stalled: u64,
    /// Distinct events.
    pub events: u64,
    /// Tool calls begun (or, where starts were lost, ended).
    pub tool_calls: u64,
    /// Failed tool calls and failed sessions.
    pub errors: u64,
    /// Alerts raised.
    pub alerts: u64,
    /// Tokens spent.
    #[serde(flatten)]
    #[schema(inline)]
    pub total: Total,
    /// Event time of the first event.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_activity_at: Option<Timestamp>,
    /// Event time of the last event.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_activity_at: Option<Timestamp>,
}

/// Tokens and cost, each with how far it can be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Total {
    /// Tokens; `null` when no session said any.
    pub tokens: Option<u64>,
    /// How far `tokens` can be trusted.
    pub tokens_exactness: Exactness,
    /// Dollars; `null` when no session said any.
    #[schema(value_type = Option<f64>)]
    pub cost_usd: Option<MicroDollars>,
    /// How far `cost_usd` can be trusted.
    pub cost_exactness: Exactness,
}

/// How far a total can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exactness {
    /// Every session counted has ended and said its figure.
    #[default]
    Exact,
    /// Some session is still live.
    Growing,
    /// Some session ended without saying its figure: the truth is at least this.
    Floor,
}
