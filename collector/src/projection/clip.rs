//! Bounds texts that agents wrote.

use serde_json::{Map, Value};

/// The longest beginning of `text` that has at most `max_bytes` and ends between characters.
pub(super) fn clip(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or(text)
}

/// The same fields with shorter texts.
pub(super) fn clipped_all(fields: &Map<String, Value>, max_bytes: usize) -> Map<String, Value> {
    fields.iter().map(|(key, value)| (key.clone(), clipped(value, max_bytes))).collect()
}

/// The same value with shorter texts.
fn clipped(value: &Value, max_bytes: usize) -> Value {
    match value {
        Value::String(text) if max_bytes < text.len() => {
            Value::String(format!("{}…", clip(text, max_bytes)))
        }
        Value::Array(items) => items.iter().map(|item| clipped(item, max_bytes)).collect(),
        Value::Object(fields) => Value::Object(clipped_all(fields, max_bytes)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn clips_between_characters() {
        assert_eq!(clip("plain", 9), "plain");
        assert_eq!(clip("plain", 3), "pla");
        assert_eq!(clip("aé", 2), "a");
        assert_eq!(clip("🌳", 3), "");
    }
}
