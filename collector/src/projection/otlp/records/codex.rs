//! Log records of Codex: `codex.user_prompt` … Its spans are many and say little; these say it.

use banyan_protocol::otlp::{Attributes, LogRecord};
use serde_json::{Value, json};

use super::{super::super::same, Line, line, other};

/// What a record with the event `event` says; nothing where another one says it better.
pub(super) fn lines(event: &str, record: &LogRecord) -> Vec<Line> {
    let said = &record.attributes;
    let usual = || vec![other(&format!("codex.{event}"), record)];
    match event {
        "conversation_starts" => vec![line("session.started", started(said))],
        "user_prompt" => match said.text("prompt").filter(|text| *text != "[REDACTED]") {
            Some(prompt) => {
                vec![line("cognition.goal", json!({"goal": prompt, "status": "set"}))]
            }
            None => usual(),
        },
        "sse_event" => match said.first_text(&["event.kind", "kind"]) {
            // It comes twice; one of them has the tokens.
            Some("response.completed") if said.get("input_token_count").is_none() => Vec::new(),
            Some("response.completed") => vec![line("operation.external_call", completed(said))],
            Some("response.failed") => usual(),
            // One for each piece of an answer.
            _ => Vec::new(),
        },
        "tool_result" => {
            let id = said.text("call_id").map(same::call_end);
            vec![Line { id, ..line("operation.tool_end", tool_result(said)) }]
        }
        _ => usual(),
    }
}

fn started(said: &Attributes) -> Value {
    json!({
        "model": said.text("model"),
        "agent_version": said.text("app.version"),
        "metadata": {
            "provider": said.text("provider_name"),
            "approval_policy": said.text("approval_policy"),
            "sandbox_policy": said.text("sandbox_policy"),
            "terminal": said.text("terminal.type"),
        },
    })
}

fn completed(said: &Attributes) -> Value {
    let (input, output) = (said.count("input_token_count"), said.count("output_token_count"));
    let total = [input, output].into_iter().flatten().reduce(u64::saturating_add);
    json!({
        "service": "openai",
        "method": "response",
        "endpoint": said.text("model"),
        "model": said.text("model"),
        "duration_ms": said.get("duration_ms"),
        "status": "ok",
        "input_tokens": input,
        "output_tokens": output,
        "cached_tokens": said.count("cached_token_count"),
        "reasoning_tokens": said.count("reasoning_token_count"),
        "token_spend_delta": total,
    })
}

fn tool_result(said: &Attributes) -> Value {
    let success = said.flag("success").unwrap_or(true);
    let output = said.text("output");
    json!({
        "tool": said.text("tool_name"),
        "tool_call_id": said.text("call_id"),
        "success": success,
        "duration_ms": said.get("duration_ms"),
        "input": said.json("arguments"),
        "output": output,
        "error": (!success).then(|| output.unwrap_or("the tool failed")),
    })
}
