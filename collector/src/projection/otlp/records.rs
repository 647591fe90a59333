//! What a log record says: events of Claude Code and Codex in the words of their hooks, anything
//! else an event of its own type.

use banyan_protocol::{
    Flags,
    otlp::{Attributes, LogRecord},
};
use serde_json::{Map, Value};
use sqlx::SqliteConnection;

use super::{
    super::{identity::digest, translated::Said},
    dialect::{Place, claude_code},
    draft::Draft,
    traces::{Item, Traces},
};

mod claude;
mod codex;

/// Of a type of event.
const KIND_MAX_BYTES: usize = 120;

/// What a record says, before it is known in which session.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The event's type.
    pub kind: String,
    pub payload: Value,
    /// What makes it the same event as another one that says the same; its bytes when absent.
    pub id: Option<String>,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Speaker {
    session: String,
    parent: Option<String>,
    agent: String,
}

impl Traces {
    /// What `record` says, received as `item`.
    pub(in super::super) async fn note(
        &mut self,
        connection: &mut SqliteConnection,
        record: &LogRecord,
        Item { text: item, at, beside }: Item<'_>,
    ) -> Result<Said, sqlx::Error> {
        let name = name(record);
        let (source, event) = name.split_once('.').unwrap_or(("", &name));
        let mut lines = match source {
            "claude_code" => claude::lines(event, record),
            "codex" => codex::lines(event, record),
            _ => vec![other(&name, record)],
        };
        lines.retain(|line| line.id.is_some() || !beside.tells(&line.kind));
        if lines.is_empty() {
            return Ok(Said::default());
        }
        let Speaker { session, parent, agent } = self.speaker(connection, record, source).await?;
        let same = format!("{:032x}", u128::from_be_bytes(digest(item.as_bytes())));
        let events = lines.into_iter().enumerate().map(|(index, Line { kind, payload, id })| {
            let id = id.unwrap_or_else(|| format!("otlp-log-{same}-{index}"));
            let draft = Draft::new(&session, &agent, &kind, payload);
            let draft = draft.below(parent.as_deref()).known(record.time.unwrap_or(at), id);
            draft.write((index == 0).then_some(item))
        });
        Ok(Said { merged: None, events: events.collect(), flags: Flags::TIMED })
    }

    async fn speaker(
        &mut self,
        connection: &mut SqliteConnection,
        record: &LogRecord,
        source: &str,
    ) -> Result<Speaker, sqlx::Error> {
        let said = &record.attributes;
        let service = record.resource.text("service.name").unwrap_or("agent").to_owned();
        match source {
            "claude_code" => {
                if let Some(Place { session, parent }) = claude_code::place(said) {
                    return Ok(Speaker { session, parent, agent: claude_code::agent(said) });
                }
            }
            "codex" => {
                if let Some(thread) = thread(said) {
                    let agent = said.text("agent_name").unwrap_or("codex").to_owned();
                    return Ok(Speaker { session: thread.to_owned(), parent: None, agent });
                }
            }
            _ => {}
        }
        let named = ["session.id", "gen_ai.conversation.id", "conversation.id", "thread_id"];
        let agent = said.first_text(&["gen_ai.agent.name", "agent.name", "agent_name"]);
        let agent = agent.map_or_else(|| service.clone(), ToOwned::to_owned);
        let session = match (said.first_text(&named), &record.trace_id, &record.span_id) {
            (Some(session), _, _) => session.to_owned(),
            (None, Some(trace), Some(span)) => {
                let home = self.home(connection, trace, span).await?;
                self.await_home(connection, trace, &home).await?;
                home.session
            }
            (None, Some(trace), None) => trace.clone(),
            (None, None, _) => service,
        };
        Ok(Speaker { session, parent: None, agent })
    }
}

/// The thread that a record of Codex is about.
pub(super) fn thread(said: &Attributes) -> Option<&str> {
    said.first_text(&["conversation.id", "thread.id"])
}

/// `claude_code.user_prompt`: the name, with the source where only the body has it.
pub(super) fn name(record: &LogRecord) -> String {
    let body = record.body.as_str().unwrap_or_default();
    let name = record.event_name.as_deref().unwrap_or_default();
    let full = if body.ends_with(&format!(".{name}")) && !name.is_empty() { body } else { name };
    let is_of_claude = |service: &str| service == "claude-code" && !full.contains('.');
    match record.resource.text("service.name") {
        Some(service) if is_of_claude(service) && !full.is_empty() => format!("claude_code.{full}"),
        _ => full.to_owned(),
    }
}

/// An event of the record's own type, `otel.log` when it has none.
pub(super) fn other(name: &str, record: &LogRecord) -> Line {
    let is_type = !name.is_empty()
        && name.len() <= KIND_MAX_BYTES
        && name.chars().all(|char| char.is_ascii_graphic());
    // Nobody's log record is one of our own events.
    let is_taken = ["session.", "cognition.", "operation."].iter().any(|it| name.starts_with(it));
    let kind = if is_type && !is_taken { name } else { "otel.log" };
    let mut payload: Map<String, Value> = record.attributes.to_object();
    payload.remove("event.name");
    if kind != name && !name.is_empty() {
        payload.insert("event".to_owned(), name.into());
    }
    if !record.body.is_null() && record.body.as_str() != Some(name) {
        payload.insert("message".to_owned(), record.body.clone());
    }
    if 0 < record.severity {
        payload.insert("severity".to_owned(), severity(record.severity).into());
    }
    Line { kind: kind.to_owned(), payload: Value::Object(payload), id: None }
}

const fn severity(number: i64) -> &'static str {
    match number {
        ..=4 => "trace",
        5..=8 => "debug",
        9..=12 => "info",
        13..=16 => "warning",
        17..=20 => "error",
        _ => "fatal",
    }
}

/// A line without an identity of its own.
fn line(kind: &str, payload: Value) -> Line {
    Line { kind: kind.to_owned(), payload, id: None }
}
