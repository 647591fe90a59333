//! A hook of a coding agent, as its harness posts it: whose it is, its name, and its fields.
//!
//! The formats change between releases, so nothing is asked of a hook but what says whose it is.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Violation,
    envelope::is_id,
    json::{is_too_deep, lone_surrogate},
    limits::{HOOK_ID_MAX_BYTES, NESTING_MAX_LEVELS, TYPE_MAX_BYTES},
    repair::repair,
};

/// Whose hooks they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Harness {
    /// Claude Code.
    ClaudeCode,
    /// Codex.
    Codex,
}

impl Harness {
    /// `claude-code`, `codex`
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
        }
    }
}

/// A readable hook.
#[derive(Clone, Debug)]
pub struct Hook<'a> {
    /// The session of the person who uses the agent.
    pub session_id: String,
    /// The sub-agent that it is about.
    pub agent_id: Option<String>,
    /// `PreToolUse` …
    pub name: String,
    /// The whole hook, as received, or repaired where it was not JSON.
    pub json: Cow<'a, str>,
    fields: Map<String, Value>,
}

impl<'a> Hook<'a> {
    /// Reads one hook, naming everything that is wrong with it.
    pub fn read(json: &'a str) -> Result<Self, Vec<Violation>> {
        let (json, fields) = object(json)?;
        let mut violations = Vec::new();
        let mut id = |key: &str, max: usize, required: bool| match fields.get(key) {
            None | Some(Value::Null) if !required => None,
            Some(Value::String(text)) if text.is_empty() && !required => None,
            Some(Value::String(text)) if is_id(text) && text.len() <= max => Some(text.clone()),
            _ => {
                let message = format!("must be 1 to {max} printable bytes of text");
                violations.push(Violation::new(&format!("/{key}"), "required", message));
                None
            }
        };
        let session_id = id("session_id", HOOK_ID_MAX_BYTES, true);
        let agent_id = id("agent_id", HOOK_ID_MAX_BYTES, false);
        let name = id("hook_event_name", TYPE_MAX_BYTES / 2, true);
        match (session_id, name) {
            (Some(session_id), Some(name)) if violations.is_empty() => {
                Ok(Self { session_id, agent_id, name, json, fields })
            }
            _ => Err(violations),
        }
    }

    /// A field, unless it is missing or `null`.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    /// A field that is a text and not empty.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// All fields.
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}

/// A text, repaired when it was almost JSON, and the fields that it has.
pub(crate) type Object<'a> = (Cow<'a, str>, Map<String, Value>);

/// Reads one JSON object.
pub(crate) fn object(json: &str) -> Result<Object<'_>, Vec<Violation>> {
    let json = readable(json)?;
    if is_too_deep(&json) {
        let message = format!("must not nest deeper than {NESTING_MAX_LEVELS} levels");
        return Err(vec![Violation::new("", "nesting", message)]);
    }
    let fields = serde_json::from_str(&json)
        .map_err(|_broken| vec![Violation::new("", "json", "must be one JSON object")])?;
    Ok((json, fields))
}

fn readable(json: &str) -> Result<Cow<'_, str>, Vec<Violation>> {
    let is_sound = lone_surrogate(json).is_none()
        && serde_json::from_str::<&serde_json::value::RawValue>(json).is_ok();
    if is_sound {
        return Ok(Cow::Borrowed(json.trim()));
    }
    let repaired = repair(json);
    repaired.map(Cow::Owned).ok_or_else(|| vec![Violation::new("", "json", "the JSON is broken")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn broken(json: &str) -> Vec<String> {
        let violations = Hook::read(json).unwrap_err();
        violations.iter().map(|it| format!("{} {}", it.rule, it.pointer)).collect()
    }

    #[test]
    fn a_hook_says_whose_it_is() {
        let json = r#" {"session_id":"s","agent_id":"a","hook_event_name":"Stop","n":1} "#;
        let hook = Hook::read(json).unwrap();
        assert_eq!((hook.session_id.as_str(), hook.agent_id.as_deref()), ("s", Some("a")));
        assert_eq!((hook.name.as_str(), hook.value("n")), ("Stop", Some(&1.into())));
        assert_eq!(hook.json, json.trim());
    }

    #[test]
    fn what_cannot_be_told_whose_it_is_is_refused() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for (json, expected) in [
            ("", &["json "][..]),
            ("rubbish", &["json "]),
            ("[]", &["json "]),
            ("null", &["json "]),
            (&deep, &["nesting "]),
            ("{}", &["required /session_id", "required /hook_event_name"]),
            (r#"{"session_id":7,"hook_event_name":"Stop"}"#, &["required /session_id"]),
            (
                r#"{"session_id":"s","agent_id":[],"hook_event_name":"Stop"}"#,
                &["required /agent_id"],
            ),
        ] {
            assert_eq!(broken(json), expected, "{json}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_does_not_lose_a_hook() {
        let json = r#"{"session_id":"s","hook_event_name":"Stop","m":"\ud83d"}"#;
        assert_eq!(Hook::read(json).unwrap().text("m"), Some("\u{fffd}"));
    }
}
