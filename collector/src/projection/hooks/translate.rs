//! What each hook says. One pure step: what was told so far and a hook → events.

use banyan_protocol::{Timestamp, hook::Hook};
use serde_json::{Map, Value};

use super::{
    super::identity::digest,
    draft::{Draft, Identity},
    links::Link,
    repeats::Turn,
    told::{Call, Told, word},
};

mod life;
mod tools;

/// Fields of every hook, which say nothing of what happened.
const BASE_FIELDS: [&str; 9] = [
    "session_id",
    "transcript_path",
    "cwd",
    "prompt_id",
    "turn_id",
    "permission_mode",
    "hook_event_name",
    "agent_id",
    "effort",
];

/// How harnesses of one shape differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    /// What the main session's agent is called.
    pub agent: &'static str,
    /// Whether a tool of this name starts a sub-agent.
    pub is_spawn: fn(&str) -> bool,
    /// The kind of sub-agent that a call with this input asks for.
    pub kind: fn(&Value) -> &str,
    /// What the sub-agent is asked to do.
    pub goal: fn(&Value) -> Option<&str>,
    /// The sub-agent that a call's input and response name.
    pub child: fn(&Value, &Value) -> Option<String>,
    /// The id of a sub-agent's session, by the main session and the sub-agent.
    pub session: fn(&str, &str) -> String,
}

/// One hook on its way to events.
#[derive(Debug)]
pub(super) struct Translator<'a> {
    dialect: &'a Dialect,
    told: &'a mut Told,
    hook: &'a Hook<'a>,
    at: Timestamp,
    /// What makes the hook itself when it comes again.
    identity: Identity,
    drafts: Vec<Draft>,
}

impl<'a> Translator<'a> {
    /// The events that `hook` says.
    pub(super) fn run(
        dialect: &'a Dialect,
        told: &'a mut Told,
        hook: &'a Hook<'a>,
        at: Timestamp,
    ) -> Vec<Draft> {
        let id = hook.text("tool_use_id").filter(|_| hook.name.contains("ToolUse"));
        let (turn, own) = if let Some(id) = id {
            let agent = hook.agent_id.as_deref().unwrap_or_default();
            (Turn::New(0), [hook.name.as_str(), agent, turn_of(hook), id].map(str::to_owned))
        } else {
            // An end behind another prompt is another end, though it says the same.
            let behind = match (hook.name.as_str(), &told.turn) {
                ("SessionEnd", Some(turn)) => turn.as_str(),
                _ => "",
            };
            let digest = hex([hook.json.as_bytes(), behind.as_bytes()].concat().as_slice());
            let turn = told.repeats.see(&digest, at);
            (turn, [hook.name.clone(), digest, turn.number().to_string(), String::new()])
        };
        // A hook that comes again says its first event again, and changes nothing.
        let mut unchanged = matches!(turn, Turn::Again(_)).then(|| told.clone());
        let identity = Identity { varies: id.is_some(), ..Identity::of(own.to_vec()) };
        let told = unchanged.as_mut().unwrap_or(told);
        let mut it = Translator { dialect, told, hook, at, identity, drafts: Vec::new() };
        it.translate();
        let mut drafts = it.drafts;
        if matches!(turn, Turn::Again(_)) {
            drafts.truncate(1);
        }
        drafts
    }

    fn translate(&mut self) {
        let link = self
            .hook
            .agent_id
            .as_deref()
            .and_then(|agent| self.told.meet(agent, self.hook.text("agent_type"), self.at));
        match self.hook.name.as_str() {
            "SessionStart" => self.session_start(),
            "SessionEnd" => self.session_end(),
            "SubagentStart" => self.subagent_start(),
            "SubagentStop" => self.subagent_stop(),
            "UserPromptSubmit" => self.prompt(),
            "Stop" => self.stop(),
            "StopFailure" => self.stop_failure(),
            "MessageDisplay" => self.message(),
            "PreToolUse" => self.tool_start(),
            "PostToolUse" => self.tool_end(None),
            "PostToolUseFailure" => self.tool_end(Some("the tool failed")),
            "PermissionDenied" => self.tool_end(Some("permission was denied")),
            // Says again what each tool's own hook says.
            "PostToolBatch" => {}
            "PermissionRequest" | "Elicitation" => self.waiting(),
            "Notification" => self.notification(),
            "PreCompact" => self.compact("compact", "custom_instructions"),
            "PostCompact" => self.compact("compacted", "compact_summary"),
            "TaskCreated" => self.task("set"),
            "TaskCompleted" => self.task("completed"),
            _ => self.other(),
        }
        self.link(link);
        let turn = turn_of(self.hook);
        if self.hook.agent_id.is_none() && !turn.is_empty() {
            self.told.turn = Some(word(turn));
        }
    }

    /// Says an event in the session that the hook is about.
    fn say(&mut self, kind: &str, payload: Value) {
        let speaker = self.hook.agent_id.clone();
        self.say_in(speaker.as_deref(), kind, payload);
    }

    /// Says an event in the main session or that of a sub-agent. The first one of a hook is the
    /// same event when the hook comes again, whatever it says then.
    fn say_in(&mut self, agent: Option<&str>, kind: &str, payload: Value) {
        let mut identity = self.identity.clone();
        identity.varies &= self.drafts.is_empty();
        identity.parts.push(self.drafts.len().to_string());
        self.push(agent, kind, payload, identity);
    }

    /// What was said last is told by other channels too, as the event `shared`.
    fn shared(&mut self, shared: Option<String>) {
        if let Some(last) = self.drafts.last_mut() {
            last.identity.shared = shared;
        }
    }

    fn push(&mut self, agent: Option<&str>, kind: &str, payload: Value, identity: Identity) {
        let speaker = (self.session(agent), self.kind(agent));
        self.drafts.push(Draft::new(speaker, kind, payload, identity));
    }

    /// Says whose child a sub-agent is, in the session that spawned it.
    fn link(&mut self, link: Option<Link>) {
        let Some(link) = link else { return };
        let (payload, parts) = link.said(self.session(Some(&link.child)));
        let identity = Identity::of(parts);
        self.push(link.caller.as_deref(), "operation.agent_spawn", payload, identity);
    }

    fn session(&self, agent: Option<&str>) -> String {
        let main = &self.hook.session_id;
        agent.map_or_else(|| main.clone(), |agent| (self.dialect.session)(main, agent))
    }

    fn kind(&self, agent: Option<&str>) -> String {
        let Some(agent) = agent else { return self.dialect.agent.to_owned() };
        let known = self.told.agents.get(agent).and_then(|agent| agent.kind.clone());
        known.unwrap_or_else(|| "sub-agent".to_owned())
    }

    /// The fields that say what happened.
    fn rest(&self) -> Map<String, Value> {
        let fields = self.hook.fields().iter();
        fields
            .filter(|(key, _)| !BASE_FIELDS.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }

    fn other(&mut self) {
        let mut kind = format!("{}.", self.dialect.agent.replace('-', "_"));
        for (index, char) in self.hook.name.chars().enumerate() {
            if char.is_ascii_uppercase() && 0 < index {
                kind.push('_');
            }
            kind.push(char.to_ascii_lowercase());
        }
        let rest = self.rest();
        self.say(&kind, Value::Object(rest));
    }
}

/// The prompt, or turn, that a hook belongs to; empty when it does not say.
fn turn_of<'a>(hook: &'a Hook<'_>) -> &'a str {
    hook.text("prompt_id").or_else(|| hook.text("turn_id")).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    format!("{:032x}", u128::from_be_bytes(digest(bytes)))
}
