//! Calls of tools, and among them those that start sub-agents.

use serde_json::{Value, json};

use super::{
    super::{super::same, result},
    Call, Translator,
};

impl Translator<'_> {
    pub(super) fn tool_start(&mut self) {
        let payload = json!({
            "tool": self.hook.text("tool_name"),
            "tool_call_id": self.hook.text("tool_use_id"),
            "input": self.hook.value("tool_input"),
        });
        self.say("operation.tool_start", payload);
        self.shared(self.hook.text("tool_use_id").map(same::call_start));
        if let Some(call) = self.call() {
            let link = self.told.called(call, self.at);
            self.link(link);
        }
    }

    /// A call is over; `failure` is what to say when it failed and does not say why.
    pub(super) fn tool_end(&mut self, failure: Option<&str>) {
        let hook = self.hook;
        let response = hook.value("tool_response").unwrap_or(&Value::Null);
        let flag = |value: &Value, key: &str| value.get(key).and_then(Value::as_bool);
        let interrupted = flag(response, "interrupted") == Some(true)
            || hook.value("is_interrupt").and_then(Value::as_bool) == Some(true);
        let refused = flag(response, "is_error") == Some(true);
        let output = result::text(response);
        let said = hook.text("error").or_else(|| hook.text("reason"));
        let error = match (said, failure) {
            _ if interrupted => Some(said.unwrap_or("interrupted")),
            (Some(said), Some(_)) => Some(said),
            (None, Some(failure)) => Some(failure),
            (_, None) if refused => Some(output.as_deref().unwrap_or("the tool failed")),
            (_, None) => None,
        };
        let payload = json!({
            "tool": hook.text("tool_name"),
            "tool_call_id": hook.text("tool_use_id"),
            "success": error.is_none(),
            "duration_ms": hook.value("duration_ms"),
            "output": output,
            "error": error,
        });
        self.say("operation.tool_end", payload);
        self.shared(hook.text("tool_use_id").map(same::call_end));
        if let Some(call) = self.call() {
            let input = hook.value("tool_input").unwrap_or(&Value::Null);
            let child = (self.dialect.child)(input, response);
            let child = child.filter(|child| Some(child) != hook.agent_id.as_ref());
            let link = self.told.returned(call, child.as_deref(), self.at);
            self.link(link);
        }
    }

    /// The call for a sub-agent that the hook is about, if it is about one.
    fn call(&self) -> Option<Call> {
        let hook = self.hook;
        if !hook.text("tool_name").is_some_and(self.dialect.is_spawn) {
            return None;
        }
        let input = hook.value("tool_input").unwrap_or(&Value::Null);
        let (kind, goal) = ((self.dialect.kind)(input), (self.dialect.goal)(input));
        Some(Call::new(hook.text("tool_use_id")?, hook.agent_id.as_deref(), kind, goal))
    }
}
