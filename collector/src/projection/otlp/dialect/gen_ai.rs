//! `gen_ai.*`: the conventions of OpenTelemetry for generative AI, today's names and those up to
//! 1.36.

use banyan_protocol::otlp::{Attributes, Span};
use serde_json::Value;

use super::{
    super::messages::{self, Side},
    Reading, Role, Tokens, unquoted,
};

/// What `span` means, if it says `gen_ai.operation.name`, or another of these keys.
pub(super) fn read(span: &Span) -> Option<Reading> {
    let said = &span.attributes;
    let operation = said.text("gen_ai.operation.name");
    let is_ours = operation.is_some() || said.iter().any(|(key, _)| key.starts_with("gen_ai."));
    if !is_ours {
        return None;
    }
    let role = operation.map_or_else(|| by_keys(span), |operation| by_operation(operation, span));
    let owned = |keys: &[&str]| said.first_text(keys).map(ToOwned::to_owned);
    let is_tool = role == Role::Tool;
    let (input, output) = match role {
        Role::Tool => (
            first_json(said, &["gen_ai.tool.call.arguments", "tool_arguments", "input"]),
            first_json(said, &["gen_ai.tool.call.result", "tool_response", "output"]).map(unquoted),
        ),
        Role::Model => (went_in(span, Side::AskedFirst), came_out(span)),
        Role::Agent | Role::Other => (went_in(span, Side::Asked), came_out(span)),
    };
    Some(Reading {
        role,
        conversation: owned(&["session.id", "gen_ai.conversation.id", "thread_id"]),
        agent: owned(&["gen_ai.agent.name", "agent_name", "gen_ai.workflow.name"])
            .or_else(|| (role == Role::Agent).then(|| named(&span.name)).flatten()),
        agent_version: owned(&["gen_ai.agent.version"]),
        model: owned(&["gen_ai.response.model", "gen_ai.request.model", "model_name"]),
        provider: owned(&["gen_ai.provider.name", "gen_ai.system"]),
        operation: operation.map(ToOwned::to_owned),
        tool: owned(&["gen_ai.tool.name"]).or_else(|| is_tool.then(|| named(&span.name)).flatten()),
        call_id: owned(&["gen_ai.tool.call.id"]),
        input,
        output,
        tokens: if role == Role::Model { tokens(said) } else { Tokens::default() },
        cost_usd: said.get("operation.cost").filter(|cost| cost.is_number()).cloned(),
        ..Reading::default()
    })
}

fn by_operation(operation: &str, span: &Span) -> Role {
    match operation {
        "invoke_agent" | "invoke_workflow" => Role::Agent,
        "execute_tool" => Role::Tool,
        "chat" | "generate_content" | "text_completion" | "embeddings" => Role::Model,
        _ => by_name(&span.name),
    }
}

/// Of spans that do not say their operation.
fn by_keys(span: &Span) -> Role {
    let said = &span.attributes;
    if by_name(&span.name) == Role::Agent {
        Role::Agent
    } else if said.text("gen_ai.tool.name").is_some() || said.text("gen_ai.tool.call.id").is_some()
    {
        Role::Tool
    } else if said.text("gen_ai.request.model").is_some() {
        Role::Model
    } else {
        Role::Other
    }
}

fn by_name(name: &str) -> Role {
    if name.starts_with("invoke_agent") { Role::Agent } else { Role::Other }
}

/// `invoke_agent lead` → `lead`
fn named(span: &str) -> Option<String> {
    let (_, name) = span.split_once(' ')?;
    Some(name.trim()).filter(|name| !name.is_empty()).map(ToOwned::to_owned)
}

fn tokens(said: &Attributes) -> Tokens {
    Tokens {
        input: said.first_count(&["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"]),
        output: said.first_count(&["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"]),
        cached: said.first_count(&[
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.details.cache_read_tokens",
        ]),
    }
}

fn first_json(said: &Attributes, keys: &[&str]) -> Option<Value> {
    keys.iter().find_map(|key| said.json(key))
}

/// What was asked: the last message of the user, or the first, in the attributes or, as it was once, in the
/// events of the span.
fn went_in(span: &Span, side: Side) -> Option<Value> {
    let in_attributes = ["gen_ai.input.messages", "gen_ai.prompt", "pydantic_ai.all_messages"];
    let said = first_json(&span.attributes, &in_attributes);
    said.and_then(|said| messages::text(&said, side))
        .or_else(|| messages::in_events(span, side))
        .map(Value::String)
}

/// What was answered, likewise.
fn came_out(span: &Span) -> Option<Value> {
    let final_result = || match span.attributes.get("final_result")? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let in_attributes = ["gen_ai.output.messages", "gen_ai.completion"];
    let said = first_json(&span.attributes, &in_attributes);
    said.and_then(|said| messages::text(&said, Side::Answered))
        .or_else(|| messages::in_events(span, Side::Answered))
        .or_else(final_result)
        .map(Value::String)
}

#[cfg(test)]
mod tests;
