//! The same things said in the two dialects that agents speak.

use banyan_protocol::MicroDollars;
use serde_json::{Value, json};

/// Which names an agent gives to its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Those of the protocol's documentation.
    Docs,
    /// Those of the reference code.
    Reference,
}

/// What an agent has spent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub steps: u64,
    pub tokens: u64,
    pub cost: MicroDollars,
}

/// A finished tool call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finished<'a> {
    pub tool: &'a str,
    pub call_id: &'a str,
    pub duration_ms: u64,
    /// What it gave, or why it failed.
    pub outcome: Result<&'a str, &'a str>,
    /// What it cost, where the agent says so.
    pub delta: Option<(u64, MicroDollars)>,
}

/// How a session ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending<'a> {
    /// With its final response.
    Completed(&'a str),
    /// With the reason.
    Failed(&'a str),
    /// With what was done until then.
    Cancelled(&'a str),
    /// With what was missing.
    TimedOut(&'a str),
}

impl Dialect {
    pub(super) fn started(self, goal: &str, model: &str, version: &str) -> Value {
        match self {
            Self::Docs => json!({ "goal": goal, "model": model, "agent_version": version }),
            Self::Reference => json!({
                "goal": goal, "llm": model, "metadata": { "host": "build-07", "attempt": 1 },
            }),
        }
    }

    pub(super) fn heartbeat(self, status: &str, goal: &str, totals: Option<Totals>) -> Value {
        let mut payload = json!({ "status": status, "current_goal": goal });
        let Some(totals) = totals else { return payload };
        let (step, tokens) = match self {
            Self::Docs => ("total_steps", "total_tokens"),
            Self::Reference => ("step", "token_spend"),
        };
        put(&mut payload, step, json!(totals.steps));
        put(&mut payload, tokens, json!(totals.tokens));
        put(&mut payload, "total_cost_usd", json!(totals.cost));
        payload
    }

    pub(super) fn thought(self, text: &str, confidence: f64, next: Option<&str>) -> Value {
        let mut payload = match self {
            Self::Docs => json!({ "content": text, "confidence": confidence }),
            Self::Reference => {
                let word = match confidence {
                    ..0.3 => "low",
                    ..0.7 => "medium",
                    _ => "high",
                };
                json!({ "reasoning": text, "confidence": word })
            }
        };
        if let Some(next) = next {
            put(&mut payload, "next_intent", json!(next));
        }
        payload
    }

    pub(super) fn decision(self, chosen: &str, others: &[&str], why: &str) -> Value {
        match self {
            Self::Docs => json!({ "decision": chosen, "options": others, "reasoning": why }),
            Self::Reference => {
                json!({ "chosen": chosen, "alternatives": others, "reasoning": why })
            }
        }
    }

    pub(super) fn uncertainty(self, text: &str) -> Value {
        match self {
            Self::Docs => json!({ "description": text }),
            Self::Reference => json!({ "content": text }),
        }
    }

    pub(super) fn tool_start(self, tool: &str, input: &Value, call_id: &str) -> Value {
        match self {
            Self::Docs => json!({ "tool": tool, "input": input, "tool_call_id": call_id }),
            Self::Reference => json!({ "tool_name": tool, "input": input, "call_id": call_id }),
        }
    }

    pub(super) fn tool_end(self, call: Finished<'_>) -> Value {
        let mut payload = match (self, call.outcome) {
            (Self::Docs, Ok(result)) => json!({ "success": true, "output_summary": result }),
            (Self::Docs, Err(error)) => json!({ "success": false, "error": error }),
            (Self::Reference, Ok(result)) => json!({ "status": "ok", "result_summary": result }),
            (Self::Reference, Err(error)) => json!({ "status": "error", "error_message": error }),
        };
        let (tool, call_id, duration) = match self {
            Self::Docs => ("tool", "tool_call_id", "duration_ms"),
            Self::Reference => ("tool_name", "call_id", "latency_ms"),
        };
        put(&mut payload, tool, json!(call.tool));
        put(&mut payload, call_id, json!(call.call_id));
        put(&mut payload, duration, json!(call.duration_ms));
        if let Some((tokens, cost)) = call.delta {
            put(&mut payload, "token_spend_delta", json!(tokens));
            put(&mut payload, "cost_usd_delta", json!(cost));
        }
        payload
    }

    pub(super) fn memory(self, action: &str, key: &str, summary: &str) -> Value {
        match self {
            Self::Docs => json!({ "action": action, "key": key, "summary": summary }),
            Self::Reference => json!({ "operation": action, "key": key, "summary": summary }),
        }
    }

    pub(super) fn ended(self, ending: Ending<'_>, totals: Option<Totals>) -> Value {
        let (outcome, summary, error) = match ending {
            Ending::Completed(text) => ("completed", Some(text), None),
            Ending::Failed(text) => ("failed", None, Some(text)),
            Ending::Cancelled(text) => ("cancelled", Some(text), None),
            Ending::TimedOut(text) => ("timeout", None, Some(text)),
        };
        let mut payload = match self {
            Self::Docs => json!({ "outcome": outcome }),
            Self::Reference => json!({ "status": outcome }),
        };
        let (summary_name, error_name) = match self {
            Self::Docs => ("outcome_summary", "error_message"),
            Self::Reference => ("summary", "error"),
        };
        if let Some(summary) = summary {
            put(&mut payload, summary_name, json!(summary));
        }
        if let Some(error) = error {
            put(&mut payload, error_name, json!(error));
        }
        if let Some(totals) = totals {
            put(&mut payload, "total_steps", json!(totals.steps));
            put(&mut payload, "total_tokens", json!(totals.tokens));
            put(&mut payload, "total_cost_usd", json!(totals.cost));
        }
        payload
    }
}

fn put(payload: &mut Value, name: &str, value: Value) {
    if let Some(object) = payload.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}
