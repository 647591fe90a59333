//! Hooks of Codex (seen: 0.169.0).
//!
//! The same shape as Claude Code's. Sub-agents are threads, started by the tool `spawn_agent`
//! (the name may have a prefix), whose result is a JSON text that names the child; it often comes
//! before the child's start. Ids of threads are unique, so they are the ids of their sessions.

use banyan_protocol::{Timestamp, hook::Hook};
use serde_json::Value;

use super::{
    Told,
    draft::Draft,
    translate::{Dialect, Translator},
};

const DIALECT: Dialect = Dialect {
    agent: "codex",
    is_spawn: |tool| tool.ends_with("spawn_agent"),
    kind: |input| text(input, "agent_type").unwrap_or("default"),
    goal: |input| text(input, "message").or_else(|| text(input, "prompt")),
    child,
    session: |_session, agent| agent.to_owned(),
};

/// Version 1.
pub(super) fn translate(told: &mut Told, hook: &Hook<'_>, at: Timestamp) -> Vec<Draft> {
    Translator::run(&DIALECT, told, hook, at)
}

fn child(_input: &Value, response: &Value) -> Option<String> {
    let parsed: Option<Value> = response.as_str().and_then(|text| serde_json::from_str(text).ok());
    text(parsed.as_ref().unwrap_or(response), "agent_id").map(ToOwned::to_owned)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}
