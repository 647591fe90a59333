//! Strands Agents (seen: 1.62.0): [`super::gen_ai`], but for what goes in and comes out, which
//! stands in the events of its spans.

use banyan_protocol::otlp::Span;
use serde_json::Value;

use super::{Reading, Role, gen_ai};

/// What `span` means, if Strands made it.
pub(super) fn read(span: &Span) -> Option<Reading> {
    let said = &span.attributes;
    let names = [said.text("gen_ai.system"), said.text("gen_ai.provider.name")];
    let is_ours = span.scope.name == "strands.telemetry.tracer"
        || names.into_iter().flatten().any(|name| name == "strands-agents");
    if !is_ours {
        return None;
    }
    let also = gen_ai::read(span)?;
    let together = match said.text("gen_ai.operation.name") {
        Some("invoke_swarm") => Some("swarm"),
        Some("invoke_graph") => Some("graph"),
        Some(_) | None => None,
    };
    let role = if together.is_some() { Role::Agent } else { also.role };
    let (input, output) = match role {
        Role::Tool => (went_in(span), came_out(span)),
        Role::Agent | Role::Model | Role::Other => (None, None),
    };
    Some(Reading {
        role,
        agent: together.map(ToOwned::to_owned).or(also.agent),
        // Its own name, not that of whoever runs the model.
        provider: also.provider.filter(|name| name != "strands-agents"),
        input: also.input.or(input),
        output: also.output.or(output),
        ..also
    })
}

/// A tool's arguments.
fn went_in(span: &Span) -> Option<Value> {
    in_event(span, "gen_ai.tool.message", "content")
        .or_else(|| in_details(span, "gen_ai.input.messages", "arguments"))
}

/// A tool's result: the text, where it is nothing else.
fn came_out(span: &Span) -> Option<Value> {
    let result = in_event(span, "gen_ai.choice", "message")
        .or_else(|| in_details(span, "gen_ai.output.messages", "response"))?;
    let only_text = match result.as_array().map(Vec::as_slice) {
        Some([part]) => part.get("text").filter(|text| text.is_string()).cloned(),
        Some(_) | None => None,
    };
    Some(only_text.unwrap_or(result))
}

fn in_event(span: &Span, name: &str, key: &str) -> Option<Value> {
    let mut events = span.events.iter().filter(|event| event.name == name);
    events.find_map(|event| event.attributes.json(key))
}

/// The newer way: `[{"role": "tool", "parts": [{"arguments": …}]}]` in an event, or, with
/// `gen_ai_span_attributes_only`, in the span itself.
fn in_details(span: &Span, key: &str, member: &str) -> Option<Value> {
    let events = span.events.iter().map(|event| &event.attributes);
    let mut messages = events.chain([&span.attributes]).filter_map(|said| said.json(key));
    messages.find_map(|list| list.get(0)?.get("parts")?.get(0)?.get(member).cloned())
}

#[cfg(test)]
mod tests;
