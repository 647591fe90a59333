//! Log records of Claude Code: `claude_code.user_prompt` …

use banyan_protocol::otlp::{Attributes, LogRecord};
use serde_json::{Value, json};

use super::{
    super::{super::same, dialect::claude_code},
    Line, line, other,
};

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
                let id = said.text("prompt.id").map(same::prompt);
                let payload = json!({"goal": prompt, "status": "set"});
                vec![Line { id, ..line("cognition.goal", payload) }]
            }
            None => usual(),
        },
        "assistant_response" => match told("response").or_else(|| told("content")) {
            Some(text) => {
                let id = said.text("prompt.id").map(|prompt| same::answer(prompt, text));
                vec![Line { id, ..line("cognition.thought", json!({"content": text})) }]
            }
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
        // It reads its settings, under the id of a session that may never be: who resumes an earlier
        // one has another one until then. And its hooks say themselves what they have to say.
        "managed_settings_resolved"
        | "hook_registered"
        | "plugin_loaded"
        | "hook_execution_start" => Vec::new(),
        "hook_execution_complete" if !troubled(said) => Vec::new(),
        _ => usual(),
    }
}

/// Whether hooks failed, or kept the agent from what it wanted.
fn troubled(said: &Attributes) -> bool {
    let counts = ["num_blocking", "num_non_blocking_error", "num_cancelled"];
    counts.iter().any(|key| said.count(key).is_some_and(|count| 0 < count))
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

/// Its span and its hook, where there are any, say the same end.
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
    Line { id: call_id.map(same::call_end), ..line("operation.tool_end", payload) }
}
