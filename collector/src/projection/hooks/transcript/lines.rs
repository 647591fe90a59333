//! What each line says: prompts, answers, thoughts, calls and their results.

use banyan_protocol::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    super::{claude_code::DIALECT, result, told::Call},
    OpenCall, Reader, Turn, is_true, text,
};

/// Calls without a result that are remembered.
const CALLS_MAX_COUNT: usize = 200;
/// What stands in a user's line and was not said by one.
const NOT_SAID: [&str; 7] = [
    "<local-command-",
    "<bash-stdout",
    "<bash-stderr",
    "<system-reminder",
    "<task-notification",
    "Caveat: The messages below",
    "[SYSTEM NOTIFICATION",
];
/// Commands that the harness carries out itself: no goal for the agent.
const OWN_COMMANDS: [&str; 18] = [
    "clear",
    "compact",
    "config",
    "context",
    "cost",
    "doctor",
    "exit",
    "help",
    "hooks",
    "login",
    "logout",
    "mcp",
    "memory",
    "model",
    "permissions",
    "resume",
    "status",
    "usage",
];
const INTERRUPTED: &str = "[Request interrupted by user";

impl Reader<'_> {
    /// What a line says.
    pub(super) fn entry(&mut self, entry: &Map<String, Value>) {
        // Old releases wrote what sub-agents said among what the session said, without a name.
        if self.line.agent_id.is_none() && is_true(entry, "isSidechain") {
            return;
        }
        match text(entry, "type") {
            Some("user") if !is_true(entry, "isMeta") => self.user(entry),
            Some("assistant") => self.assistant(entry),
            Some("system") => self.system(entry),
            Some("summary") => self.memory("summary", None, text(entry, "summary")),
            Some(_) | None => {}
        }
    }

    fn user(&mut self, entry: &Map<String, Value>) {
        let content = entry.get("message").and_then(|message| message.get("content"));
        let (blocks, whole) = match content {
            Some(Value::String(text)) => (&[][..], Some(text.clone())),
            Some(Value::Array(blocks)) => (blocks.as_slice(), None),
            _ => return,
        };
        let mut said: Vec<String> = whole.into_iter().collect();
        for block in blocks.iter().filter_map(Value::as_object) {
            match text(block, "type").unwrap_or_default() {
                "text" => said.extend(text(block, "text").map(ToOwned::to_owned)),
                kind if kind.ends_with("tool_result") => self.tool_end(entry, block),
                _ => {}
            }
        }
        let said = said.join("\n");
        if is_true(entry, "isCompactSummary") {
            self.memory("compacted", None, Some(&said));
        } else {
            self.prompt(said.trim());
        }
    }

    fn prompt(&mut self, said: &str) {
        if said.is_empty() || NOT_SAID.iter().any(|beginning| said.starts_with(beginning)) {
            return;
        }
        if said.starts_with(INTERRUPTED) {
            self.reading.turn = Turn::Interrupted;
            self.rest(Some(said));
            return;
        }
        let goal = match (within(said, "command-name"), within(said, "bash-input")) {
            (Some(name), _) => match command(name, within(said, "command-args")) {
                Some(goal) => goal,
                None => return,
            },
            (None, Some(input)) => format!("! {input}"),
            (None, None) => said.to_owned(),
        };
        self.reading.turn = Turn::Open;
        self.say("cognition.goal", json!({"goal": goal, "status": "set"}));
    }

    fn assistant(&mut self, entry: &Map<String, Value>) {
        let Some(message) = entry.get("message").and_then(Value::as_object) else { return };
        let blocks = message.get("content").and_then(Value::as_array);
        let blocks = blocks.map(Vec::as_slice).unwrap_or_default();
        if is_true(entry, "isApiErrorMessage") {
            let said = blocks.iter().find_map(|block| block.get("text")?.as_str());
            self.failed(said.unwrap_or("the service answered with an error"));
            return;
        }
        self.count(message);
        if let Some(model) = text(message, "model") {
            self.model(model);
        }
        let mut answered = false;
        for block in blocks.iter().filter_map(Value::as_object) {
            match text(block, "type").unwrap_or_default() {
                "text" => answered |= self.answer(text(block, "text").unwrap_or_default()),
                "thinking" => self.think(text(block, "thinking").unwrap_or_default()),
                kind if kind.ends_with("tool_use") => self.tool_start(block),
                kind if kind.ends_with("tool_result") => self.tool_end(entry, block),
                _ => {}
            }
        }
        let is_last = matches!(
            text(message, "stop_reason"),
            Some("end_turn" | "stop_sequence" | "max_tokens" | "refusal")
        );
        if answered && is_last && self.reading.turn == Turn::Answered {
            self.rest(None);
        }
    }

    fn answer(&mut self, said: &str) -> bool {
        if said.trim().is_empty() {
            return false;
        }
        self.reading.turn = Turn::Answered;
        self.say("cognition.thought", json!({"content": said}));
        self.told.life(self.line.agent_id.as_deref()).say(said);
        true
    }

    fn think(&mut self, thought: &str) {
        if !thought.trim().is_empty() {
            self.reading.turn = Turn::Open;
            self.say("cognition.thought", json!({"content": thought, "kind": "thinking"}));
        }
    }

    fn tool_start(&mut self, block: &Map<String, Value>) {
        let (Some(id), Some(tool)) = (text(block, "id"), text(block, "name")) else { return };
        let input = block.get("input");
        self.reading.turn = Turn::Open;
        let payload = json!({"tool": tool, "tool_call_id": id, "input": input});
        self.say("operation.tool_start", payload);
        let goes_on = input.is_some_and(|input| input.get("resume").is_some());
        let spawns = (DIALECT.is_spawn)(tool) && !goes_on;
        if CALLS_MAX_COUNT <= self.reading.calls.len() {
            self.reading.calls.remove(0);
        }
        let (id, tool, at) = (id.to_owned(), tool.to_owned(), self.at.micros());
        self.reading.calls.push(OpenCall { id: id.clone(), tool, at, spawns });
        if spawns {
            let call = self.call(id, input.unwrap_or(&Value::Null));
            let link = self.told.called(call, self.at);
            self.link(link);
        }
    }

    fn tool_end(&mut self, entry: &Map<String, Value>, block: &Map<String, Value>) {
        let Some(id) = text(block, "tool_use_id") else { return };
        let calls = &mut self.reading.calls;
        let open = calls.iter().position(|call| call.id == id).map(|place| calls.remove(place));
        let output = block.get("content").and_then(result::text);
        let failed = is_true(block, "is_error");
        let error = failed.then(|| output.as_deref().unwrap_or("the tool failed"));
        let took = |call: &OpenCall| self.at.since(Timestamp::from_micros(call.at)).max(0) / 1_000;
        let payload = json!({
            "tool": open.as_ref().map(|call| &call.tool),
            "tool_call_id": id,
            "success": !failed,
            "duration_ms": open.as_ref().map(took),
            "output": output,
            "error": error,
        });
        self.reading.turn = Turn::Open;
        self.say("operation.tool_end", payload);
        if open.is_some_and(|call| call.spawns) {
            let child = entry.get("toolUseResult").and_then(|it| it.get("agentId")?.as_str());
            let child = child.filter(|child| Some(*child) != self.line.agent_id.as_deref());
            let call = self.call(id.to_owned(), &Value::Null);
            let link = self.told.returned(call, child, self.at);
            self.link(link);
        }
    }

    fn call(&self, id: String, input: &Value) -> Call {
        Call {
            id,
            caller: self.line.agent_id.clone(),
            kind: (DIALECT.kind)(input).to_owned(),
            goal: (DIALECT.goal)(input).map(ToOwned::to_owned),
            child: None,
            done: false,
        }
    }

    fn system(&mut self, entry: &Map<String, Value>) {
        match text(entry, "subtype") {
            Some("compact_boundary") => {
                let trigger = entry.get("compactMetadata").and_then(|it| it.get("trigger"));
                self.memory("compact", trigger.and_then(Value::as_str), text(entry, "content"));
            }
            Some("api_error") => {
                let error = entry.get("error");
                let payload = json!({
                    "message": error.and_then(message),
                    "status": error.and_then(|error| error.get("status")),
                    "retry_attempt": entry.get("retryAttempt"),
                    "max_retries": entry.get("maxRetries"),
                    "retry_in_ms": entry.get("retryInMs"),
                });
                self.say("claude_code.api_error", payload);
            }
            Some(_) | None => {}
        }
    }

    fn memory(&mut self, action: &str, key: Option<&str>, summary: Option<&str>) {
        let payload = json!({"action": action, "key": key, "summary": summary});
        self.say("operation.memory", payload);
    }
}

/// The innermost message of an error.
fn message(error: &Value) -> Option<&str> {
    let deeper = error.get("error").and_then(message);
    deeper.or_else(|| error.get("message")?.as_str()).or_else(|| error.as_str())
}

/// `/name arguments`, unless the harness carries the command out itself.
fn command(name: &str, arguments: Option<&str>) -> Option<String> {
    let bare = name.trim_start_matches('/');
    if OWN_COMMANDS.contains(&bare) {
        return None;
    }
    Some(format!("/{bare} {}", arguments.unwrap_or_default()).trim_end().to_owned())
}

/// What stands between `<tag>` and `</tag>`.
fn within<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{tag}>"))?;
    rest.split_once(&format!("</{tag}>")).map(|(inside, _)| inside.trim())
}
