//! How sessions and sub-agents begin, speak, wait and end.

use serde_json::{Value, json};

use super::{super::super::same, Translator, hex, turn_of};

impl Translator<'_> {
    pub(super) fn session_start(&mut self) {
        let resumed = self.hook.text("source") == Some("resume");
        self.start(None, resumed);
    }

    pub(super) fn subagent_start(&mut self) {
        let agent = self.hook.agent_id.clone();
        self.start(agent.as_deref(), false);
    }

    /// A start behind the end is a new beginning, unless it is the first one, which only came
    /// late: then the end is said again behind it.
    fn start(&mut self, agent: Option<&str>, resumed: bool) {
        let hook = self.hook;
        let metadata = json!({
            "source": hook.text("source"),
            "cwd": hook.text("cwd"),
            "permission_mode": hook.text("permission_mode"),
            "transcript_path": hook.text("transcript_path"),
        });
        let mut metadata = metadata;
        if let Value::Object(fields) = &mut metadata {
            fields.retain(|_, value| !value.is_null());
        }
        let payload = json!({"model": hook.text("model"), "metadata": metadata});
        self.say_in(agent, "session.started", payload);
        let life = self.told.life(agent);
        life.starts += 1;
        if !life.ended {
            return;
        }
        if resumed || 1 < life.starts {
            (life.ended, life.error) = (false, None);
        } else {
            self.end(agent);
        }
    }

    pub(super) fn session_end(&mut self) {
        self.end(None);
        let open = self.told.agents.iter().filter(|(_, agent)| !agent.life.ended);
        let open: Vec<String> = open.map(|(id, _)| id.clone()).collect();
        for agent in open {
            let payload = json!({"outcome": "cancelled", "error": "the main session ended"});
            self.say_in(Some(&agent), "session.ended", payload);
            self.told.life(Some(&agent)).ended = true;
        }
    }

    pub(super) fn subagent_stop(&mut self) {
        let agent = self.hook.agent_id.clone();
        if let Some(message) = self.hook.text("last_assistant_message") {
            self.told.life(agent.as_deref()).say(message);
        }
        self.end(agent.as_deref());
    }

    /// Says that a session ended, and how, by what is known of it.
    fn end(&mut self, agent: Option<&str>) {
        let life = self.told.life(agent);
        life.ended = true;
        let outcome = if life.error.is_some() { "failed" } else { "completed" };
        let payload = json!({
            "outcome": outcome,
            "summary": life.message,
            "error": life.error,
            "reason": self.hook.text("reason"),
        });
        self.say_in(agent, "session.ended", payload);
    }

    pub(super) fn prompt(&mut self) {
        let payload = json!({"goal": self.hook.text("prompt"), "status": "set"});
        self.say("cognition.goal", payload);
        self.shared(self.hook.text("prompt_id").map(same::prompt));
        let agent = self.hook.agent_id.clone();
        let is_new_turn = self.told.turn.as_deref() != Some(turn_of(self.hook));
        let life = self.told.life(agent.as_deref());
        if life.ended && (is_new_turn || agent.is_some()) {
            (life.ended, life.error) = (false, None);
            let payload = json!({"metadata": {"source": "prompt"}});
            self.say("session.started", payload);
        }
    }

    /// The turn is over: the agent waits for the next prompt.
    pub(super) fn stop(&mut self) {
        let agent = self.hook.agent_id.clone();
        let message = self.hook.text("last_assistant_message");
        let life = self.told.life(agent.as_deref());
        if let Some(message) = message {
            life.say(message);
        }
        if life.ended {
            // It came late: what it says belongs to the end.
            self.end(agent.as_deref());
            return;
        }
        let digest = message.map(|message| hex(message.as_bytes()));
        if let Some(message) = message
            && (agent.is_some() || digest != self.told.shown)
        {
            self.answer(message);
        }
        self.say("session.heartbeat", json!({"status": "idle"}));
    }

    /// A turn failed: the session has, until it gets another prompt.
    pub(super) fn stop_failure(&mut self) {
        let texts = ["error", "error_details"].map(|key| self.hook.text(key));
        let texts: Vec<&str> = texts.into_iter().flatten().collect();
        let error = if texts.is_empty() { "the turn failed".to_owned() } else { texts.join(": ") };
        let agent = self.hook.agent_id.clone();
        self.told.life(agent.as_deref()).fail(&error);
        self.end(agent.as_deref());
    }

    /// A message that is shown at once; those that come in pieces end up in the stop's hook.
    pub(super) fn message(&mut self) {
        let is_whole = self.hook.value("index").and_then(Value::as_u64) == Some(0)
            && self.hook.value("final").and_then(Value::as_bool) == Some(true);
        let Some(message) = self.hook.text("delta").filter(|_| is_whole) else { return };
        self.answer(message);
        if self.hook.agent_id.is_none() {
            self.told.shown = Some(hex(message.as_bytes()));
        }
    }

    fn answer(&mut self, message: &str) {
        self.say("cognition.thought", json!({"content": message}));
        self.shared(self.hook.text("prompt_id").map(|prompt| same::answer(prompt, message)));
    }

    pub(super) fn waiting(&mut self) {
        let payload = json!({
            "status": "waiting",
            "message": self.hook.text("message"),
            "tool": self.hook.text("tool_name"),
            "input": self.hook.value("tool_input"),
        });
        self.say("session.heartbeat", payload);
    }

    pub(super) fn notification(&mut self) {
        let message = self.hook.text("message").unwrap_or_default();
        let kind = self.hook.text("notification_type").unwrap_or_default();
        let status = match kind {
            "permission_prompt" | "elicitation_dialog" => Some("waiting"),
            "idle_prompt" => Some("idle"),
            "" if message.contains("permission") => Some("waiting"),
            "" if message.contains("waiting for your input") => Some("idle"),
            _ => None,
        };
        match status {
            Some(status) => {
                self.say("session.heartbeat", json!({"status": status, "message": message}));
            }
            None => self.other(),
        }
    }

    pub(super) fn compact(&mut self, action: &str, summary: &str) {
        let payload = json!({
            "action": action,
            "key": self.hook.text("trigger"),
            "summary": self.hook.text(summary),
        });
        self.say("operation.memory", payload);
    }

    pub(super) fn task(&mut self, status: &str) {
        let payload = json!({
            "goal": self.hook.text("task_subject"),
            "status": status,
            "task_id": self.hook.value("task_id"),
            "description": self.hook.text("task_description"),
            "teammate": self.hook.text("teammate_name"),
        });
        self.say("cognition.goal", payload);
    }
}
