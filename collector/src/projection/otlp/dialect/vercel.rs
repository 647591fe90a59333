//! `ai.*`: the spans of the Vercel AI SDK before it spoke [`super::gen_ai`] (seen: 7.0.173 with
//! `LegacyOpenTelemetry`; versions 3 to 6 have no others).
//!
//! A call of `generateText` and its like is an agent's run: it calls models and tools in turn.

use banyan_protocol::otlp::{Attributes, Span};
use serde_json::Value;

use super::{
    super::messages::{self, Side},
    Reading, Role, Tokens, unquoted,
};

/// What `span` means, if it says `ai.operationId`.
pub(super) fn read(span: &Span) -> Option<Reading> {
    let said = &span.attributes;
    let operation = said.text("ai.operationId")?;
    let owned = |keys: &[&str]| said.first_text(keys).map(ToOwned::to_owned);
    let role = role(operation);
    let model = owned(&["ai.response.model", "gen_ai.response.model", "ai.model.id"]);
    // Whoever gave no name is called after the model, as by the newer spans.
    let nameless = || model.clone().filter(|_| role == Role::Agent);
    Some(Reading {
        role,
        conversation: conversation(said).map(ToOwned::to_owned),
        agent: owned(&["ai.telemetry.functionId", "resource.name"]).or_else(nameless),
        provider: owned(&["ai.model.provider", "gen_ai.system"]),
        operation: Some(operation.to_owned()),
        tool: owned(&["ai.toolCall.name"]),
        call_id: owned(&["ai.toolCall.id"]),
        input: match role {
            Role::Tool => said.json("ai.toolCall.args").or_else(|| said.json("ai.toolCall.input")),
            Role::Model => asked(said, Side::AskedFirst),
            Role::Agent | Role::Other => asked(said, Side::Asked),
        },
        output: match role {
            Role::Tool => {
                let output = ["ai.toolCall.result", "ai.toolCall.output"];
                output.iter().find_map(|key| said.json(key)).map(unquoted)
            }
            Role::Agent | Role::Model | Role::Other => {
                owned(&["ai.response.text", "ai.response.object"]).map(Value::String)
            }
        },
        tokens: if role == Role::Model { tokens(said) } else { Tokens::default() },
        model,
        ..Reading::default()
    })
}

fn role(operation: &str) -> Role {
    match operation {
        "ai.toolCall" => Role::Tool,
        "ai.generateText" | "ai.streamText" | "ai.generateObject" | "ai.streamObject" => {
            Role::Agent
        }
        _ if operation.rsplit('.').next().is_some_and(|last| last.starts_with("do")) => Role::Model,
        _ => Role::Other,
    }
}

/// Set with `metadata`; there is no other way.
fn conversation(said: &Attributes) -> Option<&str> {
    said.first_text(&[
        "session.id",
        "ai.telemetry.metadata.sessionId",
        "ai.telemetry.metadata.session_id",
        "ai.telemetry.metadata.conversationId",
        "ai.telemetry.metadata.chatId",
        "ai.telemetry.metadata.threadId",
    ])
}

/// `{"system": "…", "messages": […]}` or `{"prompt": "…"}`
fn asked(said: &Attributes, side: Side) -> Option<Value> {
    let prompt = said.json("ai.prompt").or_else(|| said.json("ai.prompt.messages"))?;
    let inner = prompt.get("prompt").filter(|inner| !inner.is_null()).unwrap_or(&prompt);
    messages::text(inner, side).map(Value::String)
}

fn tokens(said: &Attributes) -> Tokens {
    Tokens {
        input: said.first_count(&[
            "ai.usage.inputTokens",
            "ai.usage.promptTokens",
            "ai.usage.tokens",
            "gen_ai.usage.input_tokens",
        ]),
        output: said.first_count(&[
            "ai.usage.outputTokens",
            "ai.usage.completionTokens",
            "gen_ai.usage.output_tokens",
        ]),
        cached: said.first_count(&[
            "ai.usage.cachedInputTokens",
            "ai.usage.inputTokenDetails.cacheReadTokens",
        ]),
    }
}

#[cfg(test)]
mod tests;
