//! `claude_code.*`: the spans of Claude Code (seen: 2.1.329), whose traces are a beta.
//!
//! Every span names its session, and its sub-agent if it is in one. So its place is known whatever
//! else arrives, and is the one that its hooks have: `<session>`, `<session>:<agent>`. Inside of
//! sub-agents `gen_ai.conversation.id` is the sub-agent's id, not the session's: `session.id`
//! counts.
//!
//! The span of a tool's call does not say whether the tool failed; the span of its execution, which
//! is missing when nobody allowed it, does.
//!
//! Tokens and cost are told by its log records too (`api_request`), which are out of beta and have
//! the cost: those count.

use banyan_protocol::otlp::{Attributes, Span};
use serde_json::Value;

use super::{CallPart, Place, Reading, Role, Tokens};

/// What the main session's agent is called, as its hooks have it.
pub(in super::super) const AGENT: &str = "claude-code";

/// What `span` means, if its name begins with `claude_code.`.
pub(super) fn read(span: &Span) -> Option<Reading> {
    let operation = span.name.strip_prefix("claude_code.")?;
    let said = &span.attributes;
    let owned = |keys: &[&str]| said.first_text(keys).map(ToOwned::to_owned);
    let role = match operation {
        "interaction" => Role::Agent,
        "llm_request" => Role::Model,
        "tool" | "tool.execution" => Role::Tool,
        _ => Role::Other,
    };
    let failed = said.flag("success") == Some(false);
    let error = owned(&["error", "error.message", "error_message"])
        .or_else(|| failed.then(|| "it failed".to_owned()));
    Some(Reading {
        role,
        place: place(said),
        agent: Some(agent(said)),
        model: owned(&["model", "gen_ai.response.model", "gen_ai.request.model"]),
        provider: owned(&["gen_ai.provider.name", "gen_ai.system"])
            .or_else(|| (role == Role::Model).then(|| "anthropic".to_owned())),
        operation: Some(operation.to_owned()),
        tool: owned(&["tool_name", "gen_ai.tool.name", "tool.name"]),
        call_id: owned(&["tool_use_id", "gen_ai.tool.call.id"]),
        input: match role {
            Role::Agent => said.get("user_prompt").or_else(|| said.get("prompt")).cloned(),
            Role::Tool => {
                said.json("tool_input").or_else(|| said.json("gen_ai.tool.call.arguments"))
            }
            Role::Model | Role::Other => None,
        },
        output: match role {
            Role::Tool => said.json("tool_output").or_else(|| said.json("gen_ai.tool.call.result")),
            Role::Model => said.get("response").cloned().filter(Value::is_string),
            Role::Agent | Role::Other => None,
        },
        tokens: if role == Role::Model { tokens(said) } else { Tokens::default() },
        call_part: if operation == "tool" { CallPart::Start } else { CallPart::End },
        is_counted_elsewhere: true,
        error,
        ..Reading::default()
    })
}

/// The session of the person who uses it, if a span or log record with this name is Claude Code's.
pub(in super::super) fn main_session<'a>(name: &str, said: &'a Attributes) -> Option<&'a str> {
    said.text("session.id").filter(|_| name.starts_with("claude_code."))
}

/// The session that a span or log record of Claude Code is in.
pub(in super::super) fn place(said: &Attributes) -> Option<Place> {
    let main = said.text("session.id")?;
    let below = |agent: &str| format!("{main}:{agent}");
    let Some(agent) = said.first_text(&["agent_id", "agent.id"]) else {
        // The execution of a tool names its sub-agent as the conversation only.
        let conversation = said.text("gen_ai.conversation.id").filter(|it| *it != main);
        let session = conversation.map_or_else(|| main.to_owned(), below);
        return Some(Place { session, parent: None });
    };
    let parent = said.first_text(&["parent_agent_id", "parent_agent.id"]);
    Some(Place {
        session: below(agent),
        parent: Some(parent.map_or_else(|| main.to_owned(), below)),
    })
}

/// What the agent of a span or log record is called.
pub(in super::super) fn agent(said: &Attributes) -> String {
    let is_main = place(said).is_none_or(|it| Some(&*it.session) == said.text("session.id"));
    let kind = said.first_text(&["agent_type", "agent.type", "agent.name"]);
    if is_main { AGENT.to_owned() } else { kind.unwrap_or("sub-agent").to_owned() }
}

/// What it counts apart, as everybody else has it: the input includes what a cache gave and took.
pub(in super::super) fn tokens(said: &Attributes) -> Tokens {
    let of = |keys: [&str; 2]| said.first_count(&keys);
    let cached = of(["cache_read_tokens", "cache_read_input_tokens"]);
    let made = of(["cache_creation_tokens", "cache_creation_input_tokens"]);
    let plain = of(["input_tokens", "gen_ai.usage.input_tokens"]);
    let input = [plain, cached, made].into_iter().flatten().reduce(u64::saturating_add);
    Tokens { input, output: of(["output_tokens", "gen_ai.usage.output_tokens"]), cached }
}

#[cfg(test)]
mod tests;
