//! The hooks in an agent's settings: text in, text out. Pure.
//!
//! Takes away nothing but what `hook` calls ours.

use banyan_protocol::hook::Harness;
use serde_json::{Value, json, value::RawValue};

use super::{
    hook,
    members::{Members, list},
};

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
    let held = at.and_then(|at| settings.0.get(at)).map(|(_, hooks)| hooks.get());
    let mut hooks: Members = held.map_or(Ok(Members::default()), serde_json::from_str)?;
    let held = Held::of(held, hooks.0.is_empty());
    let mut is_changed = false;
    let mut kept = Vec::new();
    for (event, groups) in hooks.0 {
        let after = groups_after(&groups, harness, wish.group(harness, &event)?)?;
        is_changed |= after.as_ref().is_none_or(|after| after.get() != groups.get());
        kept.extend(after.map(|after| (event, after)));
    }
    hooks = Members(kept);
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
    let is_gone = hooks.0.is_empty() && held == Held::Filled;
    let written = hooks.write(2);
    let written = match wish {
        Wish::Connected { .. } => held.mark(written),
        Wish::Disconnected => written,
    };
    let written = RawValue::from_string(written)?;
    match at.and_then(|at| settings.0.get_mut(at)) {
        Some((_, hooks)) => *hooks = written,
        None => settings.0.push(("hooks".to_owned(), written)),
    }
    if let Some(at) = at.filter(|_| is_gone) {
        settings.0.remove(at);
    }
    let end = if text.ends_with('\n') || text == "{}" { "\n" } else { "" };
    Ok(format!("{}{end}", settings.write(0)))
}

/// An event's groups with `ours`, or with none of ours; `None` when nothing is left of them.
fn groups_after(
    groups: &RawValue,
    harness: Harness,
    ours: Option<Box<RawValue>>,
) -> Result<Option<Box<RawValue>>, serde_json::Error> {
    let before: Vec<Box<RawValue>> = serde_json::from_str(groups.get())?;
    let mut after = Vec::new();
    for group in &before {
        let is_wanted = ours.as_ref().is_some_and(|ours| is_same(ours, group));
        if is_wanted {
            after.push(group.clone());
        } else {
            after.extend(without_ours(group, harness)?);
        }
    }
    let has_ours = ours.is_some();
    let is_there = |ours: &RawValue| after.iter().any(|group| is_same(ours, group));
    if let Some(ours) = ours.filter(|ours| !is_there(ours)) {
        after.push(ours);
    }
    let is_as_before = before.len() == after.len()
        && before.iter().zip(&after).all(|(before, after)| before.get() == after.get());
    if is_as_before {
        return Ok(Some(groups.to_owned()));
    }
    let held = Held::of(Some(groups.get()), before.is_empty());
    if after.is_empty() && held == Held::Filled {
        return Ok(None);
    }
    let written = list(&after, 4);
    RawValue::from_string(if has_ours { held.mark(written) } else { written }).map(Some)
}

/// What the person had where ours is put.
///
/// A list or an object that was there and empty shall be there when ours has gone. What is
/// written there says so by a space behind its bracket, which means nothing to anybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Empty,
    Filled,
}

impl Held {
    fn of(text: Option<&str>, is_empty: bool) -> Self {
        let is_marked =
            text.is_some_and(|text| text.starts_with("[ \n") || text.starts_with("{ \n"));
        if is_marked || (is_empty && text.is_some()) { Self::Empty } else { Self::Filled }
    }

    fn mark(self, text: String) -> String {
        match self {
            Self::Empty => text.replacen('\n', " \n", 1),
            Self::Filled => text,
        }
    }
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
        let hook = hook::of(harness, event, origin);
        pretty(&json!({"hooks": [hook]})).map(Some)
    }
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
    let whole = || Ok(Some(group.to_owned()));
    let Ok(mut members) = serde_json::from_str::<Members>(group.get()) else { return whole() };
    let hooks = members.0.iter_mut().find(|(name, _)| name == "hooks");
    let Some((_, hooks)) = hooks else { return whole() };
    let Ok(before) = serde_json::from_str::<Vec<Box<RawValue>>>(hooks.get()) else {
        return whole();
    };
    let mut after = before.clone();
    after.retain(|hook| !value(hook).is_some_and(|hook| hook::is_ours(&hook, harness)));
    if after.len() == before.len() {
        return whole();
    }
    if after.is_empty() {
        return Ok(None);
    }
    *hooks = RawValue::from_string(list(&after, 8))?;
    RawValue::from_string(members.write(6)).map(Some)
}

fn is_same(one: &RawValue, other: &RawValue) -> bool {
    value(one) == value(other)
}

fn value(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get()).ok()
}

#[cfg(test)]
mod tests;
