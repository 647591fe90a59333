//! `openinference.span.kind`: OpenInference, which instruments most frameworks (seen: its
//! instrumentations of `openai-agents`, 2.6.0, and of LangChain and LangGraph, 0.1.80).
//!
//! LangGraph says of nothing that it is an agent; what is one is told by [`super::langgraph`].

use banyan_protocol::otlp::{Attributes, Span};
use serde_json::Value;

use super::{
    super::messages::{self, Side},
    Reading, Role, Tokens,
    langgraph::{self, Place},
};

/// Messages that a span numbers and that are looked at.
const MESSAGES_MAX_COUNT: usize = 1_000;

/// What `span` means, if it says `openinference.span.kind`.
pub(super) fn read(span: &Span) -> Option<Reading> {
    let said = &span.attributes;
    let kind = said.text("openinference.span.kind")?.to_ascii_uppercase();
    let metadata = said.json("metadata").unwrap_or_default();
    let in_metadata = |keys: &[&str]| keys.iter().find_map(|key| metadata.get(*key)?.as_str());
    let owned = |keys: &[&str]| said.first_text(keys).map(ToOwned::to_owned);
    let role = role(&kind, span, &metadata);
    let called =
        (role == Role::Tool).then(|| langgraph::called(said)).flatten().unwrap_or_default();
    Some(Reading {
        role,
        conversation: owned(&["session.id"]).or_else(|| {
            in_metadata(&["session_id", "conversation_id", "thread_id"]).map(ToOwned::to_owned)
        }),
        agent: owned(&["agent.name"])
            .or_else(|| (role == Role::Agent).then(|| span.name.clone()))
            .or_else(|| in_metadata(&["lc_agent_name"]).map(ToOwned::to_owned)),
        model: owned(&["llm.model_name", "embedding.model_name"])
            .or_else(|| in_metadata(&["ls_model_name"]).map(ToOwned::to_owned)),
        provider: owned(&["llm.provider", "llm.system"])
            .or_else(|| in_metadata(&["ls_provider"]).map(ToOwned::to_owned)),
        operation: operation(&kind).map(ToOwned::to_owned),
        tool: owned(&["tool.name"]).or_else(|| (role == Role::Tool).then(|| span.name.clone())),
        call_id: owned(&["tool_call.id", "tool.id"]).or(called.id),
        input: match role {
            Role::Tool => said.json("input.value"),
            Role::Model => in_words(said, Side::AskedFirst),
            Role::Agent | Role::Other => in_words(said, Side::Asked),
        },
        output: match role {
            Role::Tool => called.output.or_else(|| said.json("output.value")),
            Role::Agent | Role::Model | Role::Other => in_words(said, Side::Answered),
        },
        tokens: if role == Role::Model { tokens(said) } else { Tokens::default() },
        cost_usd: said.get("llm.cost.total").filter(|cost| cost.is_number()).cloned(),
        error: called.error,
        ..Reading::default()
    })
}

fn role(kind: &str, span: &Span, metadata: &Value) -> Role {
    match kind {
        // LangChain's instrumentation calls whatever has "agent" in its name an agent.
        "AGENT" if span.attributes.text("tool.name").is_some() => Role::Tool,
        "AGENT" => match langgraph::place(&span.name, metadata) {
            Some(Place::Inside) => Role::Other,
            Some(Place::Agent | Place::Unclear) | None => Role::Agent,
        },
        "CHAIN" => match langgraph::place(&span.name, metadata) {
            Some(Place::Agent) => Role::Agent,
            Some(Place::Inside | Place::Unclear) | None => Role::Other,
        },
        "LLM" | "EMBEDDING" => Role::Model,
        "TOOL" => Role::Tool,
        _ => Role::Other,
    }
}

fn operation(kind: &str) -> Option<&'static str> {
    match kind {
        "LLM" => Some("chat"),
        "EMBEDDING" => Some("embeddings"),
        "AGENT" => Some("invoke_agent"),
        "TOOL" => Some("execute_tool"),
        _ => None,
    }
}

fn tokens(said: &Attributes) -> Tokens {
    Tokens {
        input: said.count("llm.token_count.prompt"),
        output: said.count("llm.token_count.completion"),
        cached: said.count("llm.token_count.prompt_details.cache_read"),
    }
}

/// The last message of `side`, or the first: among the numbered ones, else in the value as a whole.
fn in_words(said: &Attributes, side: Side) -> Option<Value> {
    let (numbered, whole, word) = match side {
        Side::Asked | Side::AskedFirst => ("llm.input_messages", "input.value", "input"),
        Side::Answered => ("llm.output_messages", "output.value", "output"),
    };
    let words = || {
        let value = langgraph::plain(&said.json(whole)?);
        let inner = value.get(word).filter(|inner| inner.is_string() || inner.is_array());
        messages::text(inner.unwrap_or(&value), side)
    };
    numbered_text(said, numbered, side).or_else(words).map(Value::String)
}

/// `llm.input_messages.0.message.role`, `….content`, `….contents.0.message_content.text`.
fn numbered_text(said: &Attributes, prefix: &str, side: Side) -> Option<String> {
    let message = |number: usize| format!("{prefix}.{number}.message");
    let role = |number: usize| said.text(&format!("{}.role", message(number)));
    let count = (0..MESSAGES_MAX_COUNT).take_while(|number| role(*number).is_some()).count();
    side.pick(0..count, |number| {
        if !role(number).is_some_and(|role| side.is_spoken_by(&role.to_ascii_lowercase())) {
            return None;
        }
        let key = message(number);
        let content = |at: &String| said.text(at).map(ToOwned::to_owned);
        content(&format!("{key}.content")).or_else(|| {
            let parts = (0..MESSAGES_MAX_COUNT)
                .map_while(|part| content(&format!("{key}.contents.{part}.message_content.text")));
            let joined = parts.collect::<Vec<_>>().join("\n");
            (!joined.is_empty()).then_some(joined)
        })
    })
}

#[cfg(test)]
mod tests;
