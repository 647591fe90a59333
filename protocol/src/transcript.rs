//! What a coding agent wrote down of its sessions, on its way into the log: one line of one
//! transcript, as it stands in the file, and whose it is.
//!
//! ```text
//! {"session_id": "1fd0…", "agent_id": "ab65…", "line": 17, "meta": {…}, "entry": {…}}
//! {"session_id": "1fd0…", "agent_id": "ab65…", "line": 17, "meta": {…}, "end": true}
//! ```
//!
//! `agent_id` is missing in the transcript of the session itself. `meta` is what the agent wrote
//! down about a sub-agent, beside its transcript. `end` says that nothing stood behind that line
//! when the file was read.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::{Timestamp, Violation, envelope::is_id, hook::object, limits::HOOK_ID_MAX_BYTES};

/// Types of lines that say what happened. The others (file contents, progress, titles …) are not
/// worth a place in the log.
pub const TELLING_TYPES: [&str; 4] = ["user", "assistant", "system", "summary"];

/// How long after the end that hooks told what is written down still belongs to what they told,
/// in microseconds.
const AFTER_END_MICROS: i64 = 10 * 1_000_000;

/// A readable line of a transcript.
#[derive(Clone, Debug)]
pub struct Transcript<'a> {
    /// The session of the person who uses the agent.
    pub session_id: String,
    /// The sub-agent whose transcript it is.
    pub agent_id: Option<String>,
    /// Which line of the file, from 1.
    pub line: u64,
    /// All of it, as received, or repaired where it was not JSON.
    pub json: Cow<'a, str>,
    fields: Map<String, Value>,
}

impl<'a> Transcript<'a> {
    /// Reads one line, naming everything that is wrong with it.
    pub fn read(json: &'a str) -> Result<Self, Vec<Violation>> {
        let (json, fields) = object(json)?;
        let mut violations = Vec::new();
        let mut refuse = |key: &str, message: String| {
            violations.push(Violation::new(&format!("/{key}"), "required", message));
        };
        let id = |key: &str| match fields.get(key) {
            Some(Value::String(text)) if is_id(text) && text.len() <= HOOK_ID_MAX_BYTES => {
                Ok(Some(text.clone()))
            }
            None | Some(Value::Null) => Ok(None),
            Some(_) => Err(()),
        };
        let printable = || format!("must be 1 to {HOOK_ID_MAX_BYTES} printable bytes of text");
        let session_id = id("session_id").unwrap_or_default();
        if session_id.is_none() {
            refuse("session_id", printable());
        }
        let agent_id = id("agent_id").unwrap_or_else(|()| {
            refuse("agent_id", printable());
            None
        });
        let line = fields.get("line").and_then(Value::as_u64).filter(|line| 0 < *line);
        if line.is_none() {
            refuse("line", "must be the number of a line, from 1".to_owned());
        }
        let has_entry = fields.get("entry").is_some_and(Value::is_object);
        if !has_entry && fields.get("end") != Some(&Value::Bool(true)) {
            refuse("entry", "must be an object, unless \"end\" is true".to_owned());
        }
        match (session_id, line) {
            (Some(session_id), Some(line)) if violations.is_empty() => {
                Ok(Self { session_id, agent_id, line, json, fields })
            }
            _ => Err(violations),
        }
    }

    /// What stands in the line; `None` where the file ended.
    pub fn entry(&self) -> Option<&Map<String, Value>> {
        self.fields.get("entry")?.as_object()
    }

    /// What the agent wrote down about the sub-agent.
    pub fn meta(&self) -> Option<&Map<String, Value>> {
        self.fields.get("meta")?.as_object()
    }

    /// The file, as whoever sent the line names it.
    pub fn file(&self) -> Option<&str> {
        self.fields.get("file")?.as_str()
    }

    /// All fields.
    pub const fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }
}

/// Whether what was written down at `at` is left to the hooks, which told of the session until
/// `until`, or tell of it still. What was written before they began is left out as well: it would
/// stand behind what they told.
pub fn is_left_to_hooks(until: Option<Timestamp>, at: Timestamp) -> bool {
    until.is_none_or(|until| at.since(until) <= AFTER_END_MICROS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whose_it_is() {
        let json = r#" {"session_id":"s","agent_id":"a","line":3,"entry":{"type":"user"}} "#;
        let read = Transcript::read(json).unwrap();
        assert_eq!((read.session_id.as_str(), read.agent_id.as_deref()), ("s", Some("a")));
        assert_eq!((read.line, read.json.as_ref()), (3, json.trim()));
        assert_eq!(read.entry().unwrap()["type"], "user");
        let end = Transcript::read(r#"{"session_id":"s","line":3,"end":true}"#).unwrap();
        assert!(end.entry().is_none() && end.agent_id.is_none() && end.meta().is_none());
    }

    #[test]
    fn what_cannot_be_told_whose_it_is_is_refused() {
        for (json, expected) in [
            ("", &["json "][..]),
            ("[]", &["json "]),
            ("{}", &["required /session_id", "required /line", "required /entry"]),
            (r#"{"session_id":7,"line":1,"end":true}"#, &["required /session_id"]),
            (r#"{"session_id":"s","line":0,"end":true}"#, &["required /line"]),
            (r#"{"session_id":"s","line":-1,"end":true}"#, &["required /line"]),
            (r#"{"session_id":"s","agent_id":"","line":1,"end":true}"#, &["required /agent_id"]),
            (r#"{"session_id":"s","line":1,"end":false}"#, &["required /entry"]),
            (r#"{"session_id":"s","line":1,"entry":"x"}"#, &["required /entry"]),
        ] {
            let violations = Transcript::read(json).unwrap_err();
            let found: Vec<_> =
                violations.iter().map(|it| format!("{} {}", it.rule, it.pointer)).collect();
            assert_eq!(found, expected, "{json}");
        }
    }

    #[test]
    fn hooks_have_told_what_was_written_until_right_after_their_end() {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        for (until, written, expected) in [
            (None, 0, true),
            (None, 1_000_000, true),
            (Some(100), 0, true),
            (Some(100), 110, true),
            (Some(100), 111, false),
        ] {
            assert_eq!(is_left_to_hooks(until.map(at), at(written)), expected, "{until:?}");
        }
    }
}
