//! The hooks in an agent's settings: text in, text out. Pure.
//!
//! An entry is ours when it calls our route, at whatever address.

use banyan_protocol::hook::Harness;
use serde_json::{Value, json, value::RawValue};

use super::members::{Members, list};

/// The hooks of Claude Code that say something of a session's tree.
const CLAUDE_CODE_EVENTS: [&str; 17] = [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "PostToolUseFailure",
    "PermissionRequest",
    "PermissionDenied",
    "Notification",
    "SubagentStart",
    "SubagentStop",
    "Stop",
    "StopFailure",
    "SessionEnd",
    "PreCompact",
    "PostCompact",
    "TaskCreated",
    "TaskCompleted",
];
/// All hooks of Codex that were seen.
const CODEX_EVENTS: [&str; 9] = [
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PostToolUse",
    "PermissionRequest",
    "SubagentStart",
    "SubagentStop",
    "Stop",
    "SessionEnd",
];
/// How long an agent waits for a collector that does not answer.
const TIMEOUT_SECONDS: u64 = 2;

/// What shall be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Our hooks.
    Connected {
        /// Where the collector is, such as `http://127.0.0.1:4317`.
        origin: String,
    },
    /// None of ours.
    Disconnected,
}

/// The settings `text`, empty when there are none, with what is wished for.
pub(super) fn changed(
    text: &str,
    harness: Harness,
    wish: &Wish,
) -> Result<String, serde_json::Error> {
    let text = if text.trim().is_empty() { "{}" } else { text };
    let mut settings: Members = serde_json::from_str(text)?;
    let at = settings.0.iter().position(|(name, _)| name == "hooks");
    let held = at.and_then(|at| settings.0.get(at));
    let mut hooks: Members = match held {
        Some((_, hooks)) => serde_json::from_str(hooks.get())?,
        None => Members::default(),
    };
    let mut is_changed = false;
    for (event, groups) in &mut hooks.0 {
        let before: Vec<Box<RawValue>> = serde_json::from_str(groups.get())?;
        let ours = wish.group(harness, event)?;
        let mut after = Vec::new();
        for group in &before {
            let is_wanted = ours.as_ref().is_some_and(|ours| is_same(ours, group));
            if is_wanted {
                after.push(group.clone());
            } else {
                after.extend(without_ours(group, harness)?);
            }
        }
        let is_there = |ours: &RawValue| after.iter().any(|group| is_same(ours, group));
        if let Some(ours) = ours.filter(|ours| !is_there(ours)) {
            after.push(ours);
        }
        let is_as_before = before.len() == after.len()
            && before.iter().zip(&after).all(|(before, after)| before.get() == after.get());
        if !is_as_before {
            is_changed = true;
            *groups = RawValue::from_string(list(&after, 4))?;
        }
    }
    for event in events(harness) {
        if let Some(ours) = wish.group(harness, event)?
            && hooks.0.iter().all(|(name, _)| name != event)
        {
            is_changed = true;
            let groups = RawValue::from_string(list(&[ours], 4))?;
            hooks.0.push(((*event).to_owned(), groups));
        }
    }
    if !is_changed {
        return Ok(text.to_owned());
    }
    hooks.0.retain(|(_, groups)| groups.get() != "[]");
    let written = RawValue::from_string(hooks.write(2))?;
    match at.and_then(|at| settings.0.get_mut(at)) {
        Some((_, hooks)) => *hooks = written,
        None => settings.0.push(("hooks".to_owned(), written)),
    }
    settings.0.retain(|(name, value)| name != "hooks" || value.get() != "{}");
    let end = if text.ends_with('\n') || text == "{}" { "\n" } else { "" };
    Ok(format!("{}{end}", settings.write(0)))
}

/// The events that our hooks shall run at.
pub(super) fn events(harness: Harness) -> &'static [&'static str] {
    match harness {
        Harness::ClaudeCode => &CLAUDE_CODE_EVENTS,
        Harness::Codex => &CODEX_EVENTS,
    }
}

impl Wish {
    /// Our entry for `event`, if there shall be one.
    fn group(
        &self,
        harness: Harness,
        event: &str,
    ) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        let Self::Connected { origin } = self else { return Ok(None) };
        if !events(harness).contains(&event) {
            return Ok(None);
        }
        let url = format!("{origin}{}", route(harness));
        let command = format!(
            "curl -s -m {TIMEOUT_SECONDS} -X POST -H 'content-type: application/json' --data-binary @- {url} >/dev/null || true"
        );
        let hook = match (harness, event) {
            // Takes commands only; whoever is starting need not wait.
            (Harness::ClaudeCode, "SessionStart") => {
                json!({"type": "command", "command": command, "async": true})
            }
            (Harness::ClaudeCode, _) => {
                json!({"type": "http", "url": url, "timeout": TIMEOUT_SECONDS})
            }
            (Harness::Codex, _) => json!({"type": "command", "command": command}),
        };
        pretty(&json!({"hooks": [hook]})).map(Some)
    }
}

/// Where hooks of `harness` are taken.
pub(super) fn route(harness: Harness) -> String {
    format!("/hooks/{}", harness.name())
}

/// Whether a hook calls our route, at whatever address.
pub(super) fn is_ours(hook: &Value, harness: Harness) -> bool {
    let route = route(harness);
    let calls = ["url", "command"].map(|key| hook.get(key).and_then(Value::as_str));
    calls.into_iter().flatten().any(|call| call.contains(&route))
}

/// Written as an item of an event's list.
fn pretty(group: &Value) -> Result<Box<RawValue>, serde_json::Error> {
    let text = serde_json::to_string_pretty(group)?;
    RawValue::from_string(text.replace('\n', "\n      "))
}

/// The group without our hooks; none when nothing else is in it.
fn without_ours(
    group: &RawValue,
    harness: Harness,
) -> Result<Option<Box<RawValue>>, serde_json::Error> {
    let mut value: Value = serde_json::from_str(group.get())?;
    let Some(hooks) = value.get_mut("hooks").and_then(Value::as_array_mut) else {
        return Ok(Some(group.to_owned()));
    };
    let before = hooks.len();
    hooks.retain(|hook| !is_ours(hook, harness));
    match hooks.len() {
        after if after == before => Ok(Some(group.to_owned())),
        0 => Ok(None),
        _ => pretty(&value).map(Some),
    }
}

fn is_same(one: &RawValue, other: &RawValue) -> bool {
    let value = |raw: &RawValue| serde_json::from_str::<Value>(raw.get()).ok();
    value(one) == value(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HARNESSES: [Harness; 2] = [Harness::ClaudeCode, Harness::Codex];

    fn connected(text: &str, harness: Harness) -> String {
        let origin = "http://127.0.0.1:4317".to_owned();
        changed(text, harness, &Wish::Connected { origin }).unwrap()
    }

    #[test]
    fn what_is_connected_and_disconnected_is_as_before() {
        let own = r#"{
  "model": "opus",
  "hooks": {
    "Stop": [
      {
        "matcher": "",
        "hooks": [ {"type":"command", "command":"say done"} ]
      }
    ],
    "Setup": []
  },
  "n": 0.10
}
"#;
        for harness in HARNESSES {
            for text in [own, "{\n  \"a\": {\"b\": 1}\n}", "{}\n"] {
                let with = connected(text, harness);
                assert_ne!(with, text);
                assert_eq!(connected(&with, harness), with, "a second time changes nothing");
                let without = changed(&with, harness, &Wish::Disconnected).unwrap();
                assert_eq!(without, text.replace(",\n    \"Setup\": []", ""));
            }
        }
    }

    #[test]
    fn every_event_has_our_hook_once() {
        for harness in HARNESSES {
            let settings: Value = serde_json::from_str(&connected("", harness)).unwrap();
            for event in events(harness) {
                let groups = settings["hooks"][event].as_array().unwrap();
                assert_eq!(groups.len(), 1, "{event}");
                let hook = groups[0]["hooks"][0].to_string();
                assert!(hook.contains(&format!(":4317/hooks/{}", harness.name())), "{hook}");
            }
        }
        let start = &serde_json::from_str::<Value>(&connected("", Harness::ClaudeCode)).unwrap()["hooks"]
            ["SessionStart"][0]["hooks"][0];
        assert_eq!((&start["type"], &start["async"]), (&json!("command"), &json!(true)));
    }

    #[test]
    fn another_address_replaces_ours_and_nothing_else() {
        let old = connected("", Harness::Codex).replace("4317", "9999");
        let old = old.replacen(
            "[\n      {",
            "[\n      {\"hooks\": [{\"command\": \"mine\"}]},\n      {",
            1,
        );
        let new = connected(&old, Harness::Codex);
        assert!(new.contains("mine") && !new.contains("9999"), "{new}");
        assert_eq!(new.matches("4317").count(), CODEX_EVENTS.len());
    }

    #[test]
    fn settings_that_are_none_are_left_alone() {
        for text in ["[]", "{", "{\"hooks\": []}", "{\"hooks\": {\"Stop\": {}}}"] {
            assert!(changed(text, Harness::Codex, &Wish::Disconnected).is_err(), "{text}");
        }
        assert_eq!(changed("{ }", Harness::Codex, &Wish::Disconnected).unwrap(), "{ }");
    }
}
