//! Hooks of Claude Code (seen: 2.1.329).
//!
//! Sub-agents are started by the tool `Agent` (once `Task`); the start itself names neither its
//! parent nor its call, but the call's result names the child. A sub-agent's session is called
//! `<session>:<agent>`.

use banyan_protocol::{Timestamp, hook::Hook};
use serde_json::Value;

use super::{
    Told,
    draft::Draft,
    translate::{Dialect, Translator},
};

pub(super) const DIALECT: Dialect = Dialect {
    agent: "claude-code",
    is_spawn: |tool| matches!(tool, "Agent" | "Task"),
    kind,
    goal: |input| text(input, "prompt").or_else(|| text(input, "description")),
    child,
    session: |session, agent| format!("{session}:{agent}"),
};

/// Version 1.
pub(super) fn translate(told: &mut Told, hook: &Hook<'_>, at: Timestamp) -> Vec<Draft> {
    Translator::run(&DIALECT, told, hook, at)
}

fn kind(input: &Value) -> &str {
    text(input, "subagent_type").unwrap_or("general-purpose")
}

/// Who goes on with an earlier sub-agent is not its parent.
fn child(input: &Value, response: &Value) -> Option<String> {
    if text(input, "resume").is_some() {
        return None;
    }
    text(response, "agentId").map(ToOwned::to_owned)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}
