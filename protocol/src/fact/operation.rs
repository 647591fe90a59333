//! `operation.*`: what a session does: tools, children, memory, services.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Text,
    fields::{Fields, Found, Odd},
};
use crate::{MicroDollars, envelope::is_id, json::Json};

/// A tool call began.
#[derive(Clone, Debug, Default)]
pub struct ToolStart<'a> {
    /// The tool's name.
    pub tool: Text<'a>,
    /// Its arguments.
    pub input: Option<&'a RawValue>,
    /// Ties start and end together.
    pub call_id: Text<'a>,
}

/// A tool call ended.
#[derive(Clone, Debug)]
pub struct ToolEnd<'a> {
    /// The tool's name.
    pub tool: Text<'a>,
    /// Ties start and end together.
    pub call_id: Text<'a>,
    /// `false` for `false`, `"false"`, `status: "error"`, or an error without any of them.
    pub success: bool,
    /// As the agent measured it, in microseconds.
    pub duration_micros: Option<i64>,
    /// What it gave: a string, or any other JSON as text.
    pub result: Text<'a>,
    /// Why it failed.
    pub error: Text<'a>,
    /// Tokens spent on this call.
    pub token_delta: Option<u64>,
    /// Cost of this call, where the agent sends it.
    pub cost_delta: Option<MicroDollars>,
}

/// A session spawned another one.
#[derive(Clone, Debug, Default)]
pub struct Spawn<'a> {
    /// The child's session, if known: an accepted id of at most 256 bytes.
    pub child_session_id: Text<'a>,
    /// The child's agent type.
    pub child_agent_id: Text<'a>,
    /// What it was asked to do.
    pub goal: Text<'a>,
    /// Why it was spawned.
    pub reason: Text<'a>,
    /// How sure the spawner is that the child is its own.
    pub certainty: Certainty,
}

/// How sure it is that a session spawned another one. The surest claim counts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It says so.
    #[default]
    Stated,
    /// It called for such a child right before.
    Matched,
    /// Nobody else is known.
    Guessed,
}

impl Certainty {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Matched => "matched",
            Self::Guessed => "guessed",
        }
    }

    /// Whether nothing is doubted; not written then.
    pub fn is_stated(&self) -> bool {
        *self == Self::Stated
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Stated, Self::Matched, Self::Guessed].into_iter().find(|it| it.word() == word)
    }
}

/// Memory was read or written.
#[derive(Clone, Debug, Default)]
pub struct Memory<'a> {
    /// `read`, `write` …
    pub action: Text<'a>,
    /// Under which key.
    pub key: Text<'a>,
    /// What.
    pub summary: Text<'a>,
}

/// A service outside was called.
#[derive(Clone, Debug, Default)]
pub struct ExternalCall<'a> {
    /// Which.
    pub service: Text<'a>,
    /// `GET`, `rpc.Name` …
    pub method: Text<'a>,
    /// URL or path.
    pub endpoint: Text<'a>,
    /// In microseconds.
    pub duration_micros: Option<i64>,
    /// `200`, `ok` …
    pub status: Text<'a>,
    /// The model, where the service is one that answers with a model.
    pub model: Text<'a>,
    /// What a user asked it first.
    pub asked: Text<'a>,
    /// Tokens that it took.
    pub token_delta: Option<u64>,
    /// What it cost.
    pub cost_delta: Option<MicroDollars>,
}

impl<'a> ToolStart<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [tool, tool_name, name, input, tool_call_id, call_id] =
            fields.find(["tool", "tool_name", "name", "input", "tool_call_id", "call_id"]);
        Self {
            tool: fields.text([tool, tool_name, name]),
            input,
            call_id: fields.text([tool_call_id, call_id]),
        }
    }
}

impl<'a> ToolEnd<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [
            tool,
            tool_name,
            name,
            tool_call_id,
            call_id,
            success,
            status,
            latency_ms,
            duration_ms,
            output_summary,
            result_summary,
            output,
            result,
            error,
            error_message,
            token_delta,
            cost_delta,
        ] = fields.find([
            "tool",
            "tool_name",
            "name",
            "tool_call_id",
            "call_id",
            "success",
            "status",
            "latency_ms",
            "duration_ms",
            "output_summary",
            "result_summary",
            "output",
            "result",
            "error",
            "error_message",
            "token_spend_delta",
            "cost_usd_delta",
        ]);
        let error = fields.error([error, error_message]);
        let success = Self::success(fields, success, status).unwrap_or(error.is_none());
        Self {
            tool: fields.text([tool, tool_name, name]),
            call_id: fields.text([tool_call_id, call_id]),
            success,
            duration_micros: fields.duration([latency_ms, duration_ms]),
            result: fields.any_text([output_summary, result_summary, output, result]),
            error,
            token_delta: fields.count([token_delta]),
            cost_delta: fields.cost([cost_delta]),
        }
    }

    /// What `success` says, else `status`; `None` when neither says anything that we know.
    fn success(fields: &mut Fields<'a>, success: Found<'a>, status: Found<'a>) -> Option<bool> {
        fields
            .first([success], |json| match json {
                Json::Bool(success) => Ok(Some(success)),
                Json::Text(word) if word.eq_ignore_ascii_case("true") => Ok(Some(true)),
                Json::Text(word) if word.eq_ignore_ascii_case("false") => Ok(Some(false)),
                Json::Number("1") => Ok(Some(true)),
                Json::Number("0") => Ok(Some(false)),
                _ => Err(Odd),
            })
            .or_else(|| {
                fields.word([status], |word| match word {
                    "error" | "failed" | "failure" | "timeout" | "timed_out" => Some(Some(false)),
                    "ok" | "success" | "succeeded" | "completed" | "done" => Some(Some(true)),
                    _ => Some(None),
                })?
            })
    }
}

impl<'a> Spawn<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [child_session_id, child_agent_id, goal, reason, certainty] =
            fields.find(["child_session_id", "child_agent_id", "goal", "reason", "certainty"]);
        Self {
            child_session_id: fields.first([child_session_id], |json| match json {
                Json::Text(text) if text.is_empty() => Ok(None),
                Json::Text(text) if is_id(&text) => Ok(Some(text)),
                _ => Err(Odd),
            }),
            child_agent_id: fields.text([child_agent_id]),
            goal: fields.text([goal]),
            reason: fields.text([reason]),
            certainty: fields.word([certainty], Certainty::of).unwrap_or_default(),
        }
    }
}

impl<'a> Memory<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [action, operation, key, summary] =
            fields.find(["action", "operation", "key", "summary"]);
        Self {
            action: fields.text([action, operation]),
            key: fields.text([key]),
            summary: fields.text([summary]),
        }
    }
}

impl<'a> ExternalCall<'a> {
    pub(super) fn read(fields: &mut Fields<'a>) -> Self {
        let [service, method, endpoint, url, latency_ms, duration_ms, status, status_code] = fields
            .find([
                "service",
                "method",
                "endpoint",
                "url",
                "latency_ms",
                "duration_ms",
                "status",
                "status_code",
            ]);
        let [model, asked, token_delta, cost_delta] =
            fields.find(["model", "asked", "token_spend_delta", "cost_usd_delta"]);
        Self {
            service: fields.text([service]),
            method: fields.text([method]),
            endpoint: fields.text([endpoint, url]),
            duration_micros: fields.duration([latency_ms, duration_ms]),
            status: fields.label([status, status_code]),
            model: fields.text([model]),
            asked: fields.text([asked]),
            token_delta: fields.count([token_delta]),
            cost_delta: fields.cost([cost_delta]),
        }
    }
}
