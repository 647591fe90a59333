//! One event as one line of JSON, within what a collector takes.

use serde_json::{Map, Value};

/// What a collector takes as one event, less room for the envelope.
const PAYLOAD_MAX_BYTES: usize = 1024 * 1024 - 8 * 1024;
/// Of a payload over the limit: a text's characters, a list's items, levels.
const TEXT_MAX_CHARS: usize = 4_096;
const ITEMS_MAX: usize = 64;
const LEVELS_MAX: usize = 8;

/// Fields of an event's payload: an object written with `json!`, or `()` for none.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub(crate) Map<String, Value>);

impl From<()> for Fields {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl From<Value> for Fields {
    /// What is not an object becomes its field `value`.
    fn from(value: Value) -> Self {
        match value {
            Value::Object(map) => Self(map),
            Value::Null => Self::default(),
            other => Self(Map::from_iter([("value".to_owned(), other)])),
        }
    }
}

impl Fields {
    /// With a field more, which gives way to one of that name.
    pub(crate) fn and(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.entry(name).or_insert_with(|| value.into());
        self
    }

    /// As JSON. Over the limit it keeps the beginning of its texts and lists and says
    /// `"clipped": true`.
    pub(crate) fn text(self) -> String {
        let whole = Value::Object(self.0);
        let text = whole.to_string();
        if text.len() <= PAYLOAD_MAX_BYTES {
            return text;
        }
        let mut clipped = clip(whole, 0);
        if let Value::Object(map) = &mut clipped {
            map.insert("clipped".to_owned(), true.into());
        }
        let text = clipped.to_string();
        if text.len() <= PAYLOAD_MAX_BYTES { text } else { r#"{"clipped":true}"#.to_owned() }
    }
}

/// `text` as JSON.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn clip(value: Value, level: usize) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) if LEVELS_MAX <= level => "[deep]".into(),
        Value::String(text) => match text.char_indices().nth(TEXT_MAX_CHARS) {
            Some((end, _)) => {
                let left = text.len().saturating_sub(end);
                format!("{}… {left} more bytes", text.get(..end).unwrap_or_default()).into()
            }
            None => Value::String(text),
        },
        Value::Array(items) => {
            items.into_iter().take(ITEMS_MAX).map(|item| clip(item, level + 1)).collect()
        }
        Value::Object(map) => {
            let kept = map.into_iter().take(ITEMS_MAX);
            Value::Object(kept.map(|(name, value)| (name, clip(value, level + 1))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn payloads_are_objects_within_the_limit() {
        let long = "ü".repeat(1_000_000);
        for (given, says) in [
            (json!({ "a": 1 }), json!({ "a": 1 })),
            (json!([1, 2]), json!({ "value": [1, 2] })),
            (json!(null), json!({})),
            (
                json!({ "tool": "cat", "result": long }),
                json!({ "tool": "cat", "clipped": true,
                        "result": format!("{}… 1991808 more bytes", "ü".repeat(4_096)) }),
            ),
            (
                json!((0..64).map(|_| vec!["x".repeat(9_000); 64]).collect::<Vec<_>>()),
                json!({ "clipped": true }),
            ),
        ] {
            let text = Fields::from(given).text();
            assert!(text.len() <= PAYLOAD_MAX_BYTES);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), says);
        }
    }

    #[test]
    fn what_is_there_stays() {
        let fields = Fields::from(json!({ "goal": "mine" })).and("goal", "other").and("step", 1);
        assert_eq!(Value::Object(fields.0), json!({ "goal": "mine", "step": 1 }));
    }
}
