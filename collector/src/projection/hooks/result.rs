//! What a tool gave back, as text.

use serde_json::Value;

/// Members that are the result when they are there, the best first.
const TELLING: [&str; 6] = ["stdout", "output", "result", "text", "message", "content"];

/// A tool's response in words: a text as it is, the texts of a message's parts, what a shell
/// wrote; anything else as JSON.
pub(super) fn text(response: &Value) -> Option<String> {
    let text = match response {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts_of(parts).unwrap_or_else(|| response.to_string()),
        Value::Object(fields) => {
            let said = TELLING.iter().find_map(|key| match fields.get(*key)? {
                Value::String(text) if !text.is_empty() => Some(text.clone()),
                Value::Array(parts) => parts_of(parts),
                _ => None,
            });
            let errors = fields.get("stderr").and_then(Value::as_str).filter(|it| !it.is_empty());
            match (said, errors) {
                (Some(said), Some(errors)) => format!("{said}\n{errors}"),
                (Some(said), None) => said,
                (None, Some(errors)) => errors.to_owned(),
                (None, None) => response.to_string(),
            }
        }
        Value::Bool(_) | Value::Number(_) => response.to_string(),
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `[{"type":"text","text":…}, …]`
fn parts_of(parts: &[Value]) -> Option<String> {
    let texts: Vec<&str> =
        parts.iter().filter_map(|part| part.get("text")?.as_str()).map(str::trim).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn results_read_as_text() {
        for (response, expected) in [
            (json!(null), None),
            (json!(""), None),
            (json!("leaf\n"), Some("leaf")),
            (json!({"stdout": "out", "stderr": "", "interrupted": false}), Some("out")),
            (json!({"stdout": "", "stderr": "no such file"}), Some("no such file")),
            (json!({"stdout": "a", "stderr": "b"}), Some("a\nb")),
            (json!([{"type": "text", "text": "a"}, {"type": "image"}]), Some("a")),
            (json!({"content": [{"type": "text", "text": "done"}]}), Some("done")),
            (json!({"filePath": "/x"}), Some(r#"{"filePath":"/x"}"#)),
            (json!([1, 2]), Some("[1,2]")),
            (json!(7), Some("7")),
        ] {
            assert_eq!(text(&response).as_deref(), expected, "{response}");
        }
    }
}
