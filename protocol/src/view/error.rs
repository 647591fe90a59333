use serde::Serialize;
use utoipa::ToSchema;

use crate::Violation;

/// Every error's body.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorView {
    /// A stable name for programs, or the reference's sentence where it has one.
    pub error: String,
    /// One sentence for people. Never repeats the input.
    pub message: String,
    /// Whether sending the same again later can succeed.
    pub retryable: bool,
    /// How long to wait, with jitter; only when retryable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// For writes: `no`, or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<&'static str>,
    /// For refused input: everything wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
}
