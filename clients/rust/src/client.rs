//! What an agent says about its session. Nothing here waits: an event is written down at once, as
//! it is at that moment, and the outbox does the rest.

use std::{process::Command, sync::Arc, time::Duration};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Builder, Spawn,
    counter::Counter,
    outbox::{Outbox, Stats},
    place,
    wire::{Fields, quoted},
    work::{SessionWork, ToolWork},
};

const FLUSH_AT_MOST: Duration = Duration::from_secs(10);

/// One session of one agent. Clones are the same session; clients with the same endpoint and
/// settings share one sender. When the last one is dropped, what is unsent is flushed.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) agent: String,
    pub(crate) session: String,
    pub(crate) parent: Option<String>,
    /// Begins the events' own identities where another process may count in the same session.
    pub(crate) run: Option<String>,
    /// Everything of an event that never changes.
    pub(crate) head: String,
    pub(crate) counter: Counter,
    pub(crate) outbox: Arc<Outbox>,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Reached its goal.
    Completed,
    /// Did not.
    Failed,
    /// Was told to stop.
    Cancelled,
    /// Ran out of time.
    Timeout,
}

impl Client {
    /// An agent of this kind, placed by its environment: [`Builder`] says how.
    pub fn new(agent: &str) -> Self {
        Self::builder(agent).build()
    }

    /// An agent of this kind, placed by hand.
    pub fn builder(agent: &str) -> Builder {
        Builder::new(agent)
    }

    /// Its session.
    pub fn session_id(&self) -> &str {
        &self.session
    }

    /// The session above it.
    pub fn parent_session_id(&self) -> Option<&str> {
        self.parent.as_deref()
    }

    /// The kind of agent.
    pub fn agent_id(&self) -> &str {
        &self.agent
    }

    /// Where it sends.
    pub fn endpoint(&self) -> &str {
        self.outbox.endpoint()
    }

    /// The number that the next event will have.
    pub fn sequence(&self) -> u64 {
        self.counter.next()
    }

    /// Of all clients that share the sender.
    pub fn stats(&self) -> Stats {
        self.outbox.stats()
    }

    /// Also known: `llm`, `metadata`.
    pub fn session_started(&self, goal: &str, fields: impl Into<Fields>) {
        self.say("session.started", fields.into().and("goal", goal));
    }

    /// `running`, `idle` or `waiting`. Also known: `step`, `token_spend`, `current_goal`.
    pub fn heartbeat(&self, status: &str, fields: impl Into<Fields>) {
        self.say("session.heartbeat", fields.into().and("status", status));
    }

    /// Also known: `outcome_summary`, `error_message`, `total_steps`, `total_tokens`,
    /// `total_cost_usd`.
    pub fn session_ended(&self, outcome: Outcome, fields: impl Into<Fields>) {
        // The protocol's documentation says `outcome`, its reference collector reads `status`.
        let word = outcome.word();
        self.say("session.ended", fields.into().and("outcome", word).and("status", word));
    }

    /// Also known: `confidence` (`high`, `medium`, `low`, 0 to 1), `next_intent`.
    pub fn thought(&self, reasoning: &str, fields: impl Into<Fields>) {
        self.say("cognition.thought", fields.into().and("reasoning", reasoning));
    }

    /// `set`, `in_progress`, `completed` or `abandoned`. Also known: `parent_goal`.
    pub fn goal(&self, goal: &str, status: &str, fields: impl Into<Fields>) {
        self.say("cognition.goal", fields.into().and("goal", goal).and("status", status));
    }

    /// Also known: `alternatives`, `reasoning`.
    pub fn decision(&self, chosen: &str, fields: impl Into<Fields>) {
        self.say("cognition.decision", fields.into().and("chosen", chosen));
    }

    /// Something it is not sure about.
    pub fn uncertainty(&self, description: &str, fields: impl Into<Fields>) {
        self.say("cognition.uncertainty", fields.into().and("description", description));
    }

    /// Gives the call's id, for [`Client::tool_end`]. [`Client::tool`] does both.
    pub fn tool_start(&self, tool: &str, input: impl Into<Value>) -> String {
        let call = Uuid::now_v7().to_string();
        let input: Value = input.into();
        let fields = json!({ "tool": tool, "input": input, "tool_call_id": call });
        self.say("operation.tool_start", fields.into());
        call
    }

    /// Also known: `latency_ms`, `tool_call_id`, `token_spend_delta`.
    ///
    /// # Errors
    /// Has none of its own: `outcome` is what the tool gave, or why it failed.
    pub fn tool_end(&self, tool: &str, outcome: Result<&str, &str>, fields: impl Into<Fields>) {
        let fields = fields.into().and("tool", tool).and("success", outcome.is_ok());
        let fields = match outcome {
            Ok(result) => fields.and("output_summary", result),
            Err(error) => fields.and("error", error),
        };
        self.say("operation.tool_end", fields);
    }

    /// Announces a child. Also known: `reason`.
    pub fn agent_spawn(&self, child_agent: &str, goal: &str, fields: impl Into<Fields>) -> Spawn {
        let session = Uuid::now_v7().to_string();
        let link = fields.into().and("child_session_id", session.as_str());
        let link = link.and("child_agent_id", child_agent).and("goal", goal);
        self.say("operation.agent_spawn", link);
        Spawn::new(self.clone(), child_agent, session)
    }

    /// Memory was read or written. Also known: `summary`.
    pub fn memory(&self, operation: &str, key: &str, fields: impl Into<Fields>) {
        self.say("operation.memory", fields.into().and("operation", operation).and("key", key));
    }

    /// A service outside was called. Also known: `method`, `endpoint`, `latency_ms`, `status`.
    pub fn external_call(&self, service: &str, fields: impl Into<Fields>) {
        self.say("operation.external_call", fields.into().and("service", service));
    }

    /// Any event, also of a type of your own.
    pub fn emit(&self, kind: &str, payload: impl Into<Fields>) {
        self.say(kind, payload.into());
    }

    /// Starts the session; the guard ends it.
    pub fn session(&self, goal: &str, fields: impl Into<Fields>) -> SessionWork<'_> {
        SessionWork::new(self, goal, fields.into())
    }

    /// Starts a tool call; the guard ends it, with its duration.
    pub fn tool(&self, tool: &str, input: impl Into<Value>) -> ToolWork<'_> {
        ToolWork::new(self, tool, input.into())
    }

    /// Makes a process that will be started a child of this session.
    pub fn tell(&self, command: &mut Command) {
        place::tell(command, self.endpoint(), &self.session, None);
    }

    /// The value of a `baggage` header (W3C) that makes the called service a child of this session.
    pub fn baggage(&self) -> String {
        place::baggage(&self.session, None)
    }

    /// Waits until what was said before is acknowledged, at most 10 s; `false` when it is not.
    pub fn flush(&self) -> bool {
        self.flush_within(FLUSH_AT_MOST)
    }

    /// The same with a time of your own.
    pub fn flush_within(&self, at_most: Duration) -> bool {
        self.outbox.flush(at_most)
    }

    fn say(&self, kind: &str, payload: Fields) {
        let (kind, payload) = (quoted(kind), payload.text());
        let now = now();
        self.outbox.put(&self.counter, |sequence| {
            let own = self.run.as_ref().map(|run| format!(r#""event_id":"{run}-{sequence}","#));
            format!(
                r#"{}{}"sequence":{sequence},"timestamp":"{now}","type":{kind},"payload":{payload}}}"#,
                self.head,
                own.unwrap_or_default(),
            )
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "an agent has no other clock")]
fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Timeout => "timeout",
        }
    }
}
