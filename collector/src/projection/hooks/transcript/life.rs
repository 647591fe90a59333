//! How sessions rest and end, as far as their transcripts tell, and what they took.

use banyan_protocol::Timestamp;
use serde_json::{Map, Value, json};

use super::{Reader, Turn};

/// Who wrote less than an hour ago may go on.
const FRESH_MICROS: i64 = 60 * 60 * 1_000_000;
/// Messages whose tokens are remembered.
const MESSAGES_MAX_COUNT: usize = 16;
/// What a message's usage consists of: everything that the model was given and gave.
const TOKENS: [&str; 4] =
    ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"];

impl Reader<'_> {
    /// Nothing stands behind the last line: the session is over, unless that is fresh.
    pub(super) fn file_end(&mut self, received_at: Timestamp) {
        self.reading.open = false;
        if !self.reading.goes_on {
            return;
        }
        let is_over = self.line.meta().is_some_and(|meta| super::is_true(meta, "finished"));
        let agent = self.line.agent_id.clone();
        let last = self.line.line.to_string();
        if !is_over && received_at.since(self.at) < FRESH_MICROS {
            self.reading.open = true;
            if !std::mem::replace(&mut self.reading.rests, true) {
                let payload = json!({"status": "idle", "total_tokens": self.tokens()});
                let parts = vec!["rest".to_owned(), last];
                self.push(agent.as_deref(), "session.heartbeat", payload, parts);
            }
            return;
        }
        self.reading.goes_on = false;
        self.reading.calls.clear();
        let (outcome, reason) = match self.reading.turn {
            Turn::Answered => ("completed", None),
            Turn::Open if is_over => ("completed", None),
            Turn::Interrupted => ("cancelled", Some("interrupted")),
            Turn::Open => ("cancelled", Some("the transcript ends in the middle of a turn")),
        };
        let total_tokens = self.tokens();
        let life = self.told.life(agent.as_deref());
        life.ended = true;
        let payload = json!({
            "outcome": outcome,
            "summary": life.message,
            "reason": reason,
            "total_tokens": total_tokens,
        });
        self.push(agent.as_deref(), "session.ended", payload, vec!["end".to_owned(), last]);
    }

    /// The service could not answer: the session has failed, until it goes on.
    pub(super) fn failed(&mut self, error: &str) {
        let total_tokens = self.tokens();
        let payload = json!({"outcome": "failed", "error": error, "total_tokens": total_tokens});
        self.say("session.ended", payload);
        self.reading.goes_on = false;
        let life = self.told.life(self.line.agent_id.as_deref());
        (life.ended, life.error) = (true, Some(error.to_owned()));
    }

    /// The turn is over: the agent waits for the next prompt.
    pub(super) fn rest(&mut self, message: Option<&str>) {
        let total_tokens = self.tokens();
        let payload = json!({"status": "idle", "message": message, "total_tokens": total_tokens});
        self.say("session.heartbeat", payload);
        self.reading.rests = true;
    }

    /// The model that answers, when it is another one than before.
    pub(super) fn model(&mut self, model: &str) {
        if model.starts_with('<') || self.reading.model.as_deref() == Some(model) {
            return;
        }
        self.begin();
        // A sub-agent's model may have been written down beside its transcript.
        if self.reading.model.as_deref() != Some(model) {
            self.reading.model = Some(model.to_owned());
            let payload =
                json!({"status": "running", "model": model, "total_tokens": self.tokens()});
            self.say("session.heartbeat", payload);
        }
    }

    /// Counts what a message took. It stands on several lines, each of which says it again, or
    /// says more.
    pub(super) fn count(&mut self, message: &Map<String, Value>) {
        let Some(usage) = message.get("usage").and_then(Value::as_object) else { return };
        let said = TOKENS.iter().filter_map(|key| usage.get(*key)?.as_u64());
        let tokens = said.fold(0_u64, u64::saturating_add);
        let messages = &mut self.reading.messages;
        let id = super::text(message, "id").unwrap_or_default();
        let known = messages.iter_mut().find(|(known, _)| known == id && !id.is_empty());
        let counted = if let Some((_, counted)) = known {
            std::mem::replace(counted, tokens.max(*counted))
        } else {
            if MESSAGES_MAX_COUNT <= messages.len() {
                messages.remove(0);
            }
            messages.push((id.to_owned(), tokens));
            0
        };
        let more = tokens.saturating_sub(counted);
        self.reading.tokens = self.reading.tokens.saturating_add(more);
    }

    /// What it took so far, when that was said.
    fn tokens(&self) -> Option<u64> {
        Some(self.reading.tokens).filter(|tokens| 0 < *tokens)
    }
}
