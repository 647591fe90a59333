//! Log records of Claude Code: `claude_code.user_prompt` …

use banyan_protocol::otlp::{Attributes, LogRecord};
use serde_json::{Value, json};

use super::{super::dialect::claude_code, Line, line, other, tool_end_id};

/// What it writes where the content of prompts is not to be told.
const REDACTED: &str = "<REDACTED>";

/// What a record with the event `event` says.
pub(super) fn lines(event: &str, record: &LogRecord) -> Vec<Line> {
    let said = &record.attributes;
    let usual = || vec![other(&format!("claude_code.{event}"), record)];
    let told = |key: &str| said.text(key).filter(|text| *text != REDACTED);
    match event {
        "user_prompt" => match told("prompt") {
            Some(prompt) => {
                vec![line("cognition.goal", json!({"goal": prompt, "status": "set"}))]
            }
            None => usual(),
        },
        "assistant_response" => match told("response").or_else(|| told("content")) {
            Some(text) => vec![line("cognition.thought", json!({"content": text}))],
            None => usual(),
        },
        "api_request" => vec![line("operation.external_call", request(said))],
        "api_error" => {
            let error = said.first_text(&["error", "error.message"]).unwrap_or("it failed");
            let payload = json!({
                "service": "anthropic",
                "method": "api_request",
                "endpoint": said.text("model"),
                "duration_ms": said.get("duration_ms"),
                "status": said.get("status_code").cloned().unwrap_or_else(|| "error".into()),
                "error": error,
                "attempt": said.get("attempt"),
            });
            vec![line("operation.external_call", payload)]
        }
        "tool_result" => vec![tool_result(said)],
        "subagent_completed" => {
            // Its tokens are those of the last request only.
            let payload = json!({"outcome": "completed", "duration_ms": said.get("duration_ms")});
            vec![line("session.ended", payload), other("claude_code.subagent_completed", record)]
        }
        _ => usual(),
    }
}

fn request(said: &Attributes) -> Value {
    let tokens = claude_code::tokens(said);
    json!({
        "service": "anthropic",
        "method": "api_request",
        "endpoint": said.text("model"),
        "model": said.text("model"),
        "duration_ms": said.get("duration_ms"),
        "status": "ok",
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "cached_tokens": tokens.cached,
        "token_spend_delta": tokens.total(),
        "cost_usd_delta": said.get("cost_usd"),
    })
}

/// Its span, where there is one, says the same end.
fn tool_result(said: &Attributes) -> Line {
    let call_id = said.first_text(&["tool_use_id", "gen_ai.tool.call.id"]);
    let success = said.flag("success").unwrap_or(true);
    let error = said.first_text(&["error", "error.message"]);
    let error = if success { None } else { Some(error.unwrap_or("the tool failed")) };
    let payload = json!({
        "tool": said.first_text(&["tool_name", "name"]),
        "tool_call_id": call_id,
        "success": success,
        "duration_ms": said.get("duration_ms"),
        "input": said.json("tool_input").or_else(|| said.json("tool_parameters")),
        "output": said.json("tool_output"),
        "error": error,
    });
    Line { id: call_id.map(tool_end_id), ..line("operation.tool_end", payload) }
}
