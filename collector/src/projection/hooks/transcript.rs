//! Transcripts of Claude Code (seen: 2.1.329) → events: what the agent wrote down of its sessions,
//! told after the fact.
//!
//! **The rule.** Hooks have told what they told. A line is left out when it was written before
//! hooks told of the session's end, or while they tell of it; only what was written after that is
//! taken in. So no prompt, call or message is told twice, and nothing old comes behind something
//! new. Lines of a file are read once, in their order: [`Reading`] says how far.
//!
//! Lines carry their time, which is the events'. No event says that a session is over, so the end
//! of the file does, when it is not fresh; what is written behind it later opens the session
//! again. Sessions and sub-agents are called as by hooks, so hooks go on where a transcript ended.

mod life;
mod lines;

use banyan_protocol::{Timestamp, transcript::Transcript, transcript::is_left_to_hooks};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    claude_code::DIALECT,
    draft::{Draft, Identity},
    links::Link,
    told::{AGENTS_MAX_COUNT, Call, Heard, Told},
};

/// What the ids of events begin with that transcripts tell.
pub(in super::super) const NAME: &str = "claude-code-transcript";

/// How far one transcript is read, as far as the meaning of its next line depends on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Reading {
    /// The last line that was read.
    line: u64,
    /// When it was written, in microseconds.
    at: i64,
    /// The session goes on, as far as was read.
    goes_on: bool,
    /// The file ended too shortly before it was read to say that the session is over.
    open: bool,
    /// How the last turn stands.
    turn: Turn,
    /// It was said that the turn is over.
    rests: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// What all its messages took.
    tokens: u64,
    /// The latest messages, each of which stands on several lines, and what they took.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<(String, u64)>,
    /// Calls of tools without a result yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<OpenCall>,
}

/// How a turn stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Turn {
    /// Nothing was answered yet.
    #[default]
    Open,
    /// The last thing said was an answer.
    Answered,
    /// The person stopped it.
    Interrupted,
}

/// A call of a tool without a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct OpenCall {
    id: String,
    tool: String,
    /// When it was made, in microseconds.
    at: i64,
    /// It starts a sub-agent.
    spawns: bool,
}

/// One line on its way to events.
#[derive(Debug)]
struct Reader<'a> {
    told: &'a mut Told,
    reading: &'a mut Reading,
    line: &'a Transcript<'a>,
    at: Timestamp,
    begun: bool,
    drafts: Vec<Draft>,
}

impl Told {
    /// The last line of a transcript that was read, and whether its end is still to be told.
    pub(in super::super) fn progress(&self, agent: &str) -> Option<(u64, bool)> {
        self.files.get(agent).map(|reading| (reading.line, reading.open || reading.goes_on))
    }

    /// Whether hooks told of it, and until when.
    pub(in super::super) const fn heard_hooks(&self) -> Option<Heard> {
        self.hooks
    }

    /// Whether what was written down, or exported, of `at` is left to hooks.
    pub(in super::super) fn is_told(&self, at: Timestamp) -> bool {
        let until = |heard: Heard| heard.until.map(Timestamp::from_micros);
        self.hooks.is_some_and(|heard| is_left_to_hooks(until(heard), at))
    }

    /// Forgets the transcript that was read longest ago, when there are too many.
    fn bound_files(&mut self) {
        if AGENTS_MAX_COUNT < self.files.len() {
            let age = |(id, reading): &(&String, &Reading)| (reading.at, (*id).clone());
            let oldest = self.files.iter().filter(|(id, _)| !id.is_empty()).min_by_key(age);
            let oldest = oldest.map(|(id, _)| id.clone());
            oldest.map(|id| self.files.remove(&id));
        }
    }
}

/// What a line says, and when it was said. Version 1.
pub(super) fn translate(
    told: &mut Told,
    line: &Transcript<'_>,
    received_at: Timestamp,
) -> (Timestamp, Vec<Draft>) {
    let key = line.agent_id.clone().unwrap_or_default();
    let mut reading = told.files.remove(&key).unwrap_or_default();
    let written = line.entry().and_then(|entry| entry.get("timestamp")?.as_str());
    let last = Some(reading.at).filter(|at| *at != 0).map(Timestamp::from_micros);
    let at = written.and_then(Timestamp::parse).or(last).unwrap_or(received_at);
    let is_told = told.is_told(at);
    let mut reader =
        Reader { told, reading: &mut reading, line, at, begun: false, drafts: Vec::new() };
    match line.entry() {
        Some(_) if line.line <= reader.reading.line => {}
        Some(entry) => {
            reader.reading.line = line.line;
            if !is_told {
                reader.reading.at = at.micros().max(reader.reading.at);
                reader.reading.open = false;
                reader.entry(entry);
            }
        }
        None if is_told => (reader.reading.goes_on, reader.reading.open) = (false, false),
        None => reader.file_end(received_at),
    }
    let drafts = reader.drafts;
    told.files.insert(key, reading);
    told.bound_files();
    (at, drafts)
}

impl Reader<'_> {
    /// Says an event in the session whose transcript it is, which begins with it, if it has not.
    fn say(&mut self, kind: &str, payload: Value) {
        self.begin();
        let own = self.line.entry().and_then(|entry| entry.get("uuid")?.as_str());
        let own = own.map_or_else(|| format!("line {}", self.line.line), ToOwned::to_owned);
        let parts = vec![own, self.drafts.len().to_string()];
        self.push(self.line.agent_id.clone().as_deref(), kind, payload, parts);
    }

    fn push(&mut self, agent: Option<&str>, kind: &str, payload: Value, parts: Vec<String>) {
        let identity = Identity::of(parts);
        let (session, speaker) = (self.session(agent), self.kind(agent));
        self.drafts.push(Draft::new((session, speaker), kind, payload, identity));
    }

    /// Before the first event of a line: whose child speaks, and that it began or goes on.
    fn begin(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let agent = self.line.agent_id.as_deref();
        if let Some(agent) = agent {
            let link = self.parent_of(agent);
            self.link(link);
        }
        (self.reading.goes_on, self.reading.rests) = (true, false);
        let life = self.told.life(agent);
        if life.starts == 0 || life.ended {
            life.starts += 1;
            (life.ended, life.error) = (false, None);
            self.started();
        }
    }

    /// Whose child a sub-agent is, when that is new: what the agent wrote down of it is sure.
    fn parent_of(&mut self, agent: &str) -> Option<Link> {
        let Some(meta) = self.line.meta() else { return self.told.meet(agent, None, self.at) };
        let text = |key: &str| meta.get(key)?.as_str().filter(|it| !it.is_empty());
        let unnamed = format!("of {agent}");
        let call = Call::new(
            text("toolUseId").unwrap_or(&unnamed),
            text("parentAgentId").filter(|it| *it != agent),
            text("agentType").unwrap_or("general-purpose"),
            text("description"),
        );
        self.told.returned(call, Some(agent), self.at)
    }

    fn started(&mut self) {
        let field = |key: &str| self.line.entry().and_then(|entry| entry.get(key)).cloned();
        let meta = |key: &str| self.line.meta().and_then(|meta| meta.get(key)).cloned();
        let model = meta("model");
        if let Some(Value::String(model)) = &model {
            self.reading.model = Some(model.clone());
        }
        let mut metadata = json!({
            "source": "transcript",
            "cwd": field("cwd"),
            "git_branch": field("gitBranch"),
            "entrypoint": field("entrypoint"),
            "description": meta("description"),
            "transcript_path": self.line.file(),
        });
        if let Value::Object(fields) = &mut metadata {
            fields.retain(|_, value| !value.is_null());
        }
        let version = field("version");
        let payload = json!({"model": model, "agent_version": version, "metadata": metadata});
        self.say("session.started", payload);
    }

    /// Says whose child a sub-agent is, in the session that spawned it.
    fn link(&mut self, link: Option<Link>) {
        let Some(link) = link else { return };
        let child = self.session(Some(&link.child));
        let (payload, parts) = link.said(child);
        self.push(link.caller.as_deref(), "operation.agent_spawn", payload, parts);
    }

    fn session(&self, agent: Option<&str>) -> String {
        let main = &self.line.session_id;
        agent.map_or_else(|| main.clone(), |agent| (DIALECT.session)(main, agent))
    }

    fn kind(&self, agent: Option<&str>) -> String {
        let Some(agent) = agent else { return DIALECT.agent.to_owned() };
        let known = self.told.agents.get(agent).and_then(|agent| agent.kind.clone());
        known.unwrap_or_else(|| "sub-agent".to_owned())
    }
}

/// A member that is a text and not empty.
fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    fields.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn is_true(fields: &Map<String, Value>, key: &str) -> bool {
    fields.get(key).and_then(Value::as_bool) == Some(true)
}
