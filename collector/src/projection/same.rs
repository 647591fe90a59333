//! What several channels of one coding agent tell: its hooks, its log records, its spans. An event
//! that they all tell has one id, made of what all of them know of it, so that it is one event
//! whoever tells it first, and whoever tells it again.
//!
//! Ids are those of one session: what happens in another one is another event.

use super::identity::digest;

/// A call of a tool begins.
pub(super) fn call_start(call_id: &str) -> String {
    format!("call-{}-start", hex(&[call_id]))
}

/// A call of a tool is over.
pub(super) fn call_end(call_id: &str) -> String {
    format!("call-{}-end", hex(&[call_id]))
}

/// Somebody asks for something.
pub(super) fn prompt(prompt_id: &str) -> String {
    format!("prompt-{}", hex(&[prompt_id]))
}

/// What the agent answers, on the way to what was asked for.
pub(super) fn answer(prompt_id: &str, text: &str) -> String {
    format!("answer-{}", hex(&[prompt_id, text.trim()]))
}

fn hex(parts: &[&str]) -> String {
    format!("{:032x}", u128::from_be_bytes(digest(parts.join("\n").as_bytes())))
}
