//! What a span says, once it is known where.

use banyan_protocol::{Timestamp, otlp::Span};
use serde_json::{Value, json};

use super::super::{
    super::{clip::clip, same, translated::Translated},
    EVENTS_MAX_COUNT,
    dialect::{self, CallPart, Reading, Role},
    draft::Draft,
    messages,
    traces::{Home, Item, Turn},
};

/// What is not asked for, but put in numbers.
const EMBEDDING: Option<&str> = Some("embeddings");
/// Of what is remembered of an agent for its conversation, and of what a model is asked.
const TURN_TEXT_MAX_BYTES: usize = 2 * 1024;

/// A span on its way to events.
#[derive(Debug)]
pub(super) struct Teller<'a> {
    span: &'a Span,
    pub(super) reading: Reading,
    /// `otlp-<trace>-<span>`
    id: String,
    start: Timestamp,
    /// None while it runs.
    end: Option<Timestamp>,
    drafts: Vec<Draft>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(span: &'a Span, at: Timestamp) -> Self {
        let start = span.start.or(span.end).unwrap_or(at);
        Self {
            span,
            reading: dialect::read(span),
            id: format!("otlp-{}-{}", span.trace_id, span.span_id),
            start,
            end: span.end.map(|end| end.max(start)),
            drafts: Vec::new(),
        }
    }

    /// The name of the agent that speaks.
    fn agent(&self) -> &str {
        let named = self.reading.agent.as_deref();
        let of_root = || (self.span.parent_span_id.is_none()).then_some(&*self.span.name);
        let service = || self.span.resource.text("service.name");
        let service = service().filter(|name| !name.starts_with("unknown_service"));
        named.or(service).or_else(of_root).filter(|name| !name.is_empty()).unwrap_or("agent")
    }

    /// What it does for the conversation that it names.
    pub(super) fn turn(&self) -> Option<Turn> {
        let clipped = |text: String| clip(&text, TURN_TEXT_MAX_BYTES).to_owned();
        Some(Turn {
            conversation: self.reading.conversation.clone()?,
            span: self.span.span_id.clone(),
            agent: self.agent().to_owned(),
            start: self.start.micros(),
            end: self.end.map(Timestamp::micros),
            goal: text(self.reading.input.as_ref()).map(clipped),
            response: text(self.reading.output.as_ref()).map(clipped),
            error: self.reading.error.clone().map(clipped),
        })
    }

    /// Says in the session of a conversation that `root` belongs to it.
    pub(super) fn converse(&mut self, root: &str, turn: &Turn) {
        let Turn { conversation, span, agent, start, end, goal, response, error } = turn;
        if conversation == root {
            return;
        }
        let id = format!("otlp-{}-{span}", self.span.trace_id);
        let start = Timestamp::from_micros(*start);
        let mut say = |kind: &str, at: Timestamp, part: &str, payload: Value| {
            let draft = Draft::new(conversation, agent, kind, payload);
            self.drafts.push(draft.known(at, format!("{id}-conversation-{part}")));
        };
        say("session.started", start, "start", json!({"goal": goal}));
        let payload = json!({"child_session_id": root, "child_agent_id": agent, "goal": goal});
        say("operation.agent_spawn", start, "spawn", payload);
        if let Some(end) = end {
            let payload = json!({
                "outcome": outcome(error.as_ref()), "summary": response, "error": error,
            });
            say("session.ended", Timestamp::from_micros(*end), "end", payload);
        }
    }

    pub(super) fn say_all(&mut self, session: Option<&str>, home: Option<&Home>) {
        let speaker = session.or(home.map(|home| &*home.session)).unwrap_or_default().to_owned();
        let is_session = self.reading.role == Role::Agent
            || (self.reading.place.is_none() && self.span.parent_span_id.is_none());
        if is_session {
            self.begin(&speaker);
        }
        let above = match &self.reading.place {
            Some(place) => place.parent.clone().filter(|parent| *parent != speaker),
            None => home.map(|home| home.session.clone()),
        };
        if let (true, Some(above)) = (is_session, above) {
            self.spawn(&above, &speaker);
        }
        match self.reading.role {
            Role::Agent => {}
            Role::Tool => self.tool(&speaker),
            Role::Model => self.call(&speaker),
            Role::Other => self.other(&speaker, is_session),
        }
        if is_session {
            self.finish(&speaker);
        }
    }

    fn say(&mut self, session: &str, kind: &str, (at, part): (Timestamp, &str), payload: Value) {
        let parent = self.reading.place.as_ref().and_then(|place| place.parent.as_deref());
        let draft = Draft::new(session, self.agent(), kind, payload).below(parent);
        self.drafts.push(draft.known(at, format!("{}-{part}", self.id)));
    }

    /// What was said last is told by other channels too, as the event `shared`.
    fn shared(&mut self, shared: Option<String>) {
        if let (Some(last), Some(id)) = (self.drafts.last_mut(), shared) {
            last.event_id = id;
        }
    }

    fn begin(&mut self, session: &str) {
        let said = &self.reading;
        let goal = text(said.input.as_ref()).filter(|_| said.role == Role::Agent);
        let payload = json!({
            "goal": goal,
            "model": said.model,
            "agent_version": said.agent_version,
            "metadata": {
                "trace_id": self.span.trace_id,
                "span_id": self.span.span_id,
                "span": self.span.name,
                "conversation": said.conversation,
                "service": self.span.resource.text("service.name"),
                "instrumentation": self.span.scope.name,
            },
        });
        self.say(session, "session.started", (self.start, "start"), payload);
    }

    fn finish(&mut self, session: &str) {
        let Some(end) = self.end else { return };
        let said = &self.reading;
        let summary = text(said.output.as_ref()).filter(|_| said.role == Role::Agent);
        let payload = json!({
            "outcome": outcome(said.error.as_ref()),
            "summary": summary,
            "error": said.error,
            "duration_ms": self.duration_ms(),
        });
        self.say(session, "session.ended", (end, "end"), payload);
    }

    /// Says whose child the session is, in the one above it.
    fn spawn(&mut self, above: &str, session: &str) {
        let goal = text(self.reading.input.as_ref());
        let agent = self.agent();
        let payload = json!({"child_session_id": session, "child_agent_id": agent, "goal": goal});
        let draft = Draft::new(above, parent_agent(self.span), "operation.agent_spawn", payload);
        self.drafts.push(draft.known(self.start, format!("{}-spawn", self.id)));
    }

    fn tool(&mut self, session: &str) {
        let said = &self.reading;
        let part = said.call_part;
        let named = said.tool.as_deref().or((part != CallPart::End).then_some(&self.span.name));
        let start = json!({"tool": named, "tool_call_id": self.call_id(), "input": said.input});
        let end = json!({
            "tool": named,
            "tool_call_id": self.call_id(),
            "success": said.error.is_none(),
            "duration_ms": self.duration_ms(),
            "output": said.output,
            "error": said.error,
        });
        // Who says in spans where they are may tell the same in log records, and by hooks.
        let shared = said.place.as_ref().and(said.call_id.clone());
        if part != CallPart::End {
            self.say(session, "operation.tool_start", (self.start, "tool-start"), start);
            self.shared(shared.as_deref().map(same::call_start));
        }
        if let (Some(at), true) = (self.end, part != CallPart::Start) {
            self.say(session, "operation.tool_end", (at, "tool-end"), end);
            self.shared(shared.as_deref().map(same::call_end));
        }
    }

    fn call_id(&self) -> &str {
        self.reading.call_id.as_deref().unwrap_or(&self.span.span_id)
    }

    fn call(&mut self, session: &str) {
        let Some(at) = self.end else { return };
        let said = &self.reading;
        let mut payload = json!({
            "service": said.provider,
            "method": said.operation,
            "endpoint": said.model,
            "model": said.model,
            "duration_ms": self.duration_ms(),
            "status": if said.error.is_some() { "error" } else { "ok" },
            "error": said.error,
            "input_tokens": said.tokens.input,
            "output_tokens": said.tokens.output,
            "cached_tokens": said.tokens.cached,
            "token_spend_delta": said.tokens.total().filter(|_| !said.is_counted_elsewhere),
            "cost_usd_delta": said.cost_usd,
        });
        let thought = text(said.output.as_ref());
        let asked = text(said.input.as_ref()).filter(|_| said.operation.as_deref() != EMBEDDING);
        if let (Some(asked), Value::Object(fields)) = (asked, &mut payload) {
            fields.insert("asked".to_owned(), clip(&asked, TURN_TEXT_MAX_BYTES).into());
        }
        self.say(session, "operation.external_call", (at, "call"), payload);
        if let Some(thought) = thought {
            let payload = json!({"content": thought});
            self.say(session, "cognition.thought", (at, "thought"), payload);
        }
    }

    /// A session's own span is told by its start and end.
    fn other(&mut self, session: &str, is_session: bool) {
        if is_session {
            return;
        }
        let payload = json!({
            "name": self.span.name,
            "duration_ms": self.duration_ms(),
            "error": self.reading.error,
            "attributes": self.span.attributes.to_object(),
        });
        self.say(session, "otel.span", (self.end.unwrap_or(self.start), "span"), payload);
    }

    /// Milliseconds with three digits behind the point at most.
    fn duration_ms(&self) -> Option<Value> {
        let micros = self.end?.since(self.start);
        let (whole, rest) = (micros / 1_000, micros % 1_000);
        let exact = || serde_json::from_str(&format!("{whole}.{rest:03}")).ok();
        if rest == 0 { Some(whole.into()) } else { exact() }
    }

    /// The first event carries the span. What others tell is left to them.
    pub(super) fn write(mut self, Item { text: item, beside, .. }: Item<'_>) -> Vec<Translated> {
        self.drafts.retain(|draft| !beside.tells(&draft.kind));
        self.drafts.truncate(EVENTS_MAX_COUNT);
        let drafts = self.drafts.iter().enumerate();
        drafts.map(|(index, draft)| draft.write((index == 0).then_some(item))).collect()
    }
}

/// What the agent above is called, as far as the span below it knows.
fn parent_agent(span: &Span) -> &str {
    let service = span.resource.text("service.name");
    service.filter(|name| !name.starts_with("unknown_service")).unwrap_or("agent")
}

fn outcome(error: Option<&String>) -> &'static str {
    if error.is_some() { "failed" } else { "completed" }
}

/// A value in words.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => messages::content(other).or_else(|| Some(other.to_string())),
    }
}
