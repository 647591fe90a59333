//! `traceloop.*`: Traceloop's decorators and instrumentations (seen: traceloop-sdk 0.62.4).
//!
//! Calls of models have the keys of [`super::gen_ai`] as they were at first: numbered prompts and
//! completions.

use banyan_protocol::otlp::{Attributes, Span};
use serde_json::Value;

use super::{
    super::messages::{self, Side},
    Reading, Role, Tokens, gen_ai, unquoted,
};

/// Messages that a span numbers and that are looked at.
const MESSAGES_MAX_COUNT: usize = 1_000;

/// What `span` means, if it has a key of Traceloop's.
pub(super) fn read(span: &Span) -> Option<Reading> {
    let said = &span.attributes;
    let is_ours = said.text("llm.request.type").is_some()
        || said.iter().any(|(key, _)| key.starts_with("traceloop."));
    if !is_ours {
        return None;
    }
    let also = gen_ai::read(span).unwrap_or_default();
    let kind = said.text("traceloop.span.kind");
    let role = role(kind, span, also.role);
    let entity = said.text("traceloop.entity.name").map(ToOwned::to_owned);
    let (input, output) = went_through(said, role);
    Some(Reading {
        role,
        conversation: conversation(said).map(ToOwned::to_owned).or(also.conversation),
        agent: match role {
            Role::Agent => entity.clone().or(also.agent),
            Role::Model | Role::Tool | Role::Other => also.agent,
        },
        tool: match role {
            Role::Tool => entity.or(also.tool),
            Role::Agent | Role::Model | Role::Other => None,
        },
        operation: said.text("llm.request.type").map(ToOwned::to_owned).or(also.operation),
        input: input.or(also.input),
        output: output.or(also.output),
        tokens: if role == Role::Model { tokens(said, also.tokens) } else { Tokens::default() },
        ..also
    })
}

fn role(kind: Option<&str>, span: &Span, also: Role) -> Role {
    match kind {
        Some("agent" | "workflow") => Role::Agent,
        Some("tool") => Role::Tool,
        Some(_) => Role::Other,
        None if span.attributes.text("llm.request.type").is_some() => Role::Model,
        None => also,
    }
}

/// Set with `Traceloop.set_association_properties`.
fn conversation(said: &Attributes) -> Option<&str> {
    said.first_text(&[
        "session.id",
        "traceloop.association.properties.session_id",
        "traceloop.association.properties.conversation_id",
        "traceloop.association.properties.chat_id",
        "traceloop.association.properties.thread_id",
    ])
}

fn went_through(said: &Attributes, role: Role) -> (Option<Value>, Option<Value>) {
    match role {
        Role::Model => (first_prompt(said), last_completion(said)),
        Role::Agent | Role::Tool | Role::Other => {
            let input = said.json("traceloop.entity.input").map(arguments);
            let output = said.json("traceloop.entity.output").map(unquoted);
            (input, output)
        }
    }
}

/// `{"args": ["x"], "kwargs": {}}` → `"x"`: what the function was given, as simple as it is.
fn arguments(input: Value) -> Value {
    let args = input.get("args").and_then(Value::as_array);
    let kwargs = input.get("kwargs").and_then(Value::as_object);
    match (args.map(Vec::as_slice), kwargs) {
        (Some([only]), Some(named)) if named.is_empty() => only.clone(),
        (Some([]), Some(named)) if !named.is_empty() => Value::Object(named.clone()),
        _ => input,
    }
}

fn first_prompt(said: &Attributes) -> Option<Value> {
    let numbered = |number: usize, key: &str| format!("gen_ai.prompt.{number}.{key}");
    let roles = (0..MESSAGES_MAX_COUNT).map_while(|number| {
        said.text(&numbered(number, "role")).map(|role| (number, role.to_ascii_lowercase()))
    });
    let mut asked = roles.filter(|(_, role)| Side::AskedFirst.is_spoken_by(role));
    let content =
        |number| messages::text(&said.json(&numbered(number, "content"))?, Side::AskedFirst);
    asked.find_map(|(number, _)| content(number)).map(Value::from)
}

fn last_completion(said: &Attributes) -> Option<Value> {
    let key = |number: usize| format!("gen_ai.completion.{number}.role");
    let count = (0..MESSAGES_MAX_COUNT).take_while(|at| said.get(&key(*at)).is_some()).count();
    let content = |number: usize| said.text(&format!("gen_ai.completion.{number}.content"));
    (0..count).rev().find_map(content).map(Value::from)
}

/// Some instrumentations give nothing but the total.
fn tokens(said: &Attributes, also: Tokens) -> Tokens {
    match (also.input, also.output) {
        (None, None) => Tokens { input: said.count("llm.usage.total_tokens"), ..also },
        (Some(_), _) | (_, Some(_)) => also,
    }
}

#[cfg(test)]
mod tests;
