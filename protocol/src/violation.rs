//! Why input was refused: every broken rule at once, each at its place.

use serde::Serialize;
use utoipa::ToSchema;

/// One broken rule of input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Violation {
    /// JSON pointer into the offending event: `/session_id`, `/payload`, or empty for the whole.
    pub pointer: String,
    /// The rule's stable name: `required`, `type`, `empty`, `too_long`, `spec`, `range`, `json`,
    /// `utf8`, `nesting`, `too_large`, `not_printable`.
    pub rule: &'static str,
    /// One sentence for people. Never repeats the input.
    pub message: String,
}

impl Violation {
    /// The rule `rule` is broken at `pointer`. `message` must not repeat the input.
    pub fn new(pointer: &str, rule: &'static str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.to_owned(), rule, message: message.into() }
    }
}
