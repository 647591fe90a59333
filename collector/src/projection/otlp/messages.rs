//! Messages between people, agents and models, in the shapes in which spans carry them.

use banyan_protocol::otlp::Span;
use serde_json::Value;

/// Whose messages are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// What the user said last.
    Asked,
    /// What the user said first.
    AskedFirst,
    /// What the model said last.
    Answered,
}

impl Side {
    pub(super) fn is_spoken_by(self, role: &str) -> bool {
        match self {
            Self::Asked | Self::AskedFirst => matches!(role, "user" | "human"),
            Self::Answered => matches!(role, "assistant" | "ai" | "model" | "choice"),
        }
    }

    /// What the last one says that says anything, or the first.
    pub(super) fn pick<T>(
        self,
        mut among: impl DoubleEndedIterator<Item = T>,
        said: impl FnMut(T) -> Option<String>,
    ) -> Option<String> {
        match self {
            Self::AskedFirst => among.find_map(said),
            Self::Asked | Self::Answered => among.rev().find_map(said),
        }
    }

    fn event(self) -> &'static [&'static str] {
        match self {
            Self::Asked | Self::AskedFirst => &["gen_ai.user.message", "gen_ai.content.prompt"],
            Self::Answered => {
                &["gen_ai.choice", "gen_ai.assistant.message", "gen_ai.content.completion"]
            }
        }
    }
}

/// The last message of `side`, or the first, in a text, a message, or a list of messages:
/// `{role, content}`, `{role, parts: [{type, content}]}`, `{role, content: [{type, text}]}`,
/// `{message: {…}}`. A text, or messages without a role, are taken as they are.
pub(super) fn text(said: &Value, side: Side) -> Option<String> {
    match said {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(list) => side.pick(list.iter(), |message| text(message, side)),
        Value::Object(message) => {
            if let Some(inner) = ["message", "messages"].iter().find_map(|key| message.get(*key))
                && !inner.is_null()
            {
                return text(inner, side);
            }
            let role = message.get("role").and_then(Value::as_str);
            if role.is_some_and(|role| !side.is_spoken_by(&role.to_ascii_lowercase())) {
                return None;
            }
            ["parts", "content", "text"].iter().find_map(|key| content(message.get(*key)?))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// The text of a message's content: a text, or parts, of which those that are text are joined.
pub(super) fn content(content: &Value) -> Option<String> {
    let joined = match content {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(parts) => {
            let texts: Vec<String> = parts.iter().filter_map(part).collect();
            texts.join("\n")
        }
        Value::Object(_) => part(content)?,
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    (!joined.is_empty()).then_some(joined)
}

/// The text of one part: `"…"`, `{type: "text", text|content: "…"}`, `{text: "…"}`.
fn part(part: &Value) -> Option<String> {
    let text = match part {
        Value::String(text) => text.as_str(),
        Value::Object(fields) => {
            let kind = fields.get("type").or_else(|| fields.get("kind")).and_then(Value::as_str);
            if kind.is_some_and(|kind| !matches!(kind, "text" | "output_text" | "input_text")) {
                return None;
            }
            ["text", "content"].iter().find_map(|key| fields.get(*key)?.as_str())?
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The last message of `side`, or the first, among the events of a span, where the conventions had them once.
pub(super) fn in_events(span: &Span, side: Side) -> Option<String> {
    let events = span.events.iter().filter(|event| side.event().contains(&&*event.name));
    let keys = ["content", "message", "gen_ai.prompt", "gen_ai.completion", "gen_ai.event.content"];
    let said = |event: &banyan_protocol::otlp::SpanEvent| {
        let value = keys.iter().find_map(|key| event.attributes.json(key))?;
        text(&value, side).or_else(|| content(&value))
    };
    let of_details = |event: &banyan_protocol::otlp::SpanEvent| {
        let (input, output) = ("gen_ai.input.messages", "gen_ai.output.messages");
        let key = if side == Side::Answered { output } else { input };
        text(&event.attributes.json(key)?, side)
    };
    side.pick(events, said).or_else(|| side.pick(span.events.iter(), of_details))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_read_in_every_shape() {
        for (said, side, expected) in [
            (json!("hello "), Side::Asked, Some("hello")),
            (
                json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]),
                Side::Asked,
                Some("a"),
            ),
            (
                json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]),
                Side::Answered,
                Some("b"),
            ),
            (
                json!([{"role": "system", "content": "be"}, {"role": "user", "content": "a"},
                    {"role": "user", "content": "b"}]),
                Side::AskedFirst,
                Some("a"),
            ),
            (
                json!([{"role": "user", "parts": [{"type": "text", "content": "a"}]},
                    {"role": "user", "parts": [{"type": "tool_call_response", "result": 1}]}]),
                Side::Asked,
                Some("a"),
            ),
            (
                json!([{"role": "assistant", "parts": [{"type": "tool_call", "name": "x"}]}]),
                Side::Answered,
                None,
            ),
            (
                json!([{"role": "user", "content": [{"text": "a"}, {"type": "text", "text": "b"}]}]),
                Side::Asked,
                Some("a\nb"),
            ),
            (json!({"message": {"role": "assistant", "content": "b"}}), Side::Answered, Some("b")),
            (json!({"messages": [{"role": "human", "content": "a"}]}), Side::Asked, Some("a")),
            (json!(7), Side::Asked, None),
            (json!([]), Side::Asked, None),
        ] {
            assert_eq!(text(&said, side).as_deref(), expected, "{said} {side:?}");
        }
    }
}
