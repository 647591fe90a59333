//! What agents post, in both dialects of the protocol.

use serde_json::{Value, json};

/// Which names an agent's payloads use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Those of the protocol's documentation.
    Docs,
    /// Those of the reference collector's code.
    Reference,
}

impl Dialect {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Docs, Self::Reference];

    fn name(self, docs: &'static str, reference: &'static str) -> &'static str {
        match self {
            Self::Docs => docs,
            Self::Reference => reference,
        }
    }

    /// `session.ended` with an outcome.
    pub fn ended(self, session: &str, sequence: i64, outcome: &str, why: &str) -> Value {
        let about = match outcome {
            "completed" => self.name("outcome_summary", "summary"),
            _ => self.name("error_message", "error"),
        };
        let payload = json!({self.name("outcome", "status"): outcome, about: why});
        event(session, sequence, "session.ended", payload)
    }

    /// `session.heartbeat` with a running total.
    pub fn heartbeat(self, session: &str, sequence: i64, tokens: u64) -> Value {
        let payload =
            json!({"status": "running", self.name("token_spend", "total_tokens"): tokens});
        event(session, sequence, "session.heartbeat", payload)
    }

    /// `cognition.thought`
    pub fn thought(self, session: &str, sequence: i64, text: &str) -> Value {
        let payload = json!({self.name("reasoning", "content"): text, "confidence": "high"});
        event(session, sequence, "cognition.thought", payload)
    }

    /// `operation.tool_start`
    pub fn tool_start(self, session: &str, sequence: i64, tool: &str, call: &str) -> Value {
        let payload = json!({
            self.name("tool", "tool_name"): tool,
            self.name("tool_call_id", "call_id"): call,
            "input": {"call": call},
        });
        event(session, sequence, "operation.tool_start", payload)
    }

    /// `operation.tool_end`
    pub fn tool_end(self, session: &str, sequence: i64, tool: &str, call: &str) -> Value {
        let payload = json!({
            self.name("tool", "tool_name"): tool,
            self.name("tool_call_id", "call_id"): call,
            self.name("latency_ms", "duration_ms"): 25,
            "success": true,
            "token_spend_delta": 10,
        });
        event(session, sequence, "operation.tool_end", payload)
    }
}

/// Any event of the agent type `agent-of-<session's first letter>`, a second after the one before.
pub fn event(session: &str, sequence: i64, kind: &str, payload: Value) -> Value {
    let (minute, second) = (sequence.rem_euclid(3600) / 60, sequence.rem_euclid(60));
    json!({
        "spec": "aop/1.0",
        "session_id": session,
        "agent_id": "worker",
        "sequence": sequence,
        "timestamp": format!("2026-01-02T03:{minute:02}:{second:02}.000Z"),
        "type": kind,
        "payload": payload,
    })
}

/// `session.started`
pub fn started(session: &str, sequence: i64, goal: &str) -> Value {
    event(session, sequence, "session.started", json!({"goal": goal, "llm": "model-1"}))
}

/// `session.started` of a child.
pub fn child(session: &str, parent: &str, goal: &str) -> Value {
    started(session, 1, goal).with("parent_session_id", parent)
}

/// `operation.agent_spawn`
pub fn spawn(session: &str, sequence: i64, child: &str) -> Value {
    let payload = json!({"child_session_id": child, "child_agent_id": "helper", "goal": "help", "reason": "r"});
    event(session, sequence, "operation.agent_spawn", payload)
}

/// `cognition.thought`
pub fn thought(session: &str, sequence: i64, text: &str) -> Value {
    Dialect::Docs.thought(session, sequence, text)
}

/// Changes to an event.
pub trait With {
    /// With another value for a key of the envelope.
    #[must_use]
    fn with(self, key: &str, value: impl Into<Value>) -> Self;
    /// With another value for a key of the payload.
    #[must_use]
    fn saying(self, key: &str, value: impl Into<Value>) -> Self;
    /// Without a key of the envelope.
    #[must_use]
    fn without(self, key: &str) -> Self;
}

impl With for Value {
    fn with(mut self, key: &str, value: impl Into<Self>) -> Self {
        self[key] = value.into();
        self
    }

    fn saying(mut self, key: &str, value: impl Into<Self>) -> Self {
        self["payload"][key] = value.into();
        self
    }

    fn without(mut self, key: &str) -> Self {
        if let Some(object) = self.as_object_mut() {
            object.remove(key);
        }
        self
    }
}

/// Many events as NDJSON.
pub fn ndjson(events: &[Value]) -> String {
    events.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// 19 events: two trees, an orphan and a placeholder, told in both dialects.
pub fn forest() -> Vec<Value> {
    let (docs, reference) = (Dialect::Docs, Dialect::Reference);
    vec![
        started("a", 1, "plan"),
        spawn("a", 2, "b"),
        spawn("a", 3, "ghost"),
        docs.thought("a", 4, "so far so good"),
        docs.heartbeat("a", 5, 120),
        child("b", "a", "build"),
        reference.tool_start("b", 2, "bash", "c1"),
        reference.tool_end("b", 3, "bash", "c1"),
        reference.heartbeat("b", 4, 60),
        reference.ended("b", 5, "failed", "exit 101"),
        child("c", "b", "check"),
        docs.tool_start("c", 2, "read", "c2"),
        docs.tool_end("c", 3, "read", "c2"),
        docs.ended("c", 4, "completed", "fine"),
        started("x", 1, "another root"),
        child("y", "x", "another branch"),
        docs.ended("y", 3, "cancelled", "not needed"),
        child("z", "unheard-of", "an orphan"),
        docs.ended("a", 7, "completed", "done"),
    ]
}
