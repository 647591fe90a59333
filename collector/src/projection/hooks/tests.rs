//! Hooks in, a view out: captures of real runs, and stories that real runs may tell.

mod beside;
mod captures;
mod lives;
mod transcripts;
mod trees;

use banyan_protocol::hook::Harness;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::projection::tests::story::{Entry, Scene, Source};

const CLAUDE_CODE: &str =
    include_str!("../../../../tests/fixtures/claude-code-2.1.329-hooks.jsonl");
const CODEX: &str = include_str!("../../../../tests/fixtures/codex-0.169.0-hooks.jsonl");

/// The hooks of a capture.
fn capture(harness: Harness, lines: &str) -> Vec<Entry> {
    lines.lines().map(|line| entry(harness, line.to_owned())).collect()
}

fn entry(harness: Harness, json: String) -> Entry {
    Entry { source: Source::Hook(harness), bytes: json.into() }
}

/// A hook of the session `s`; `agent` is empty for the main session.
fn hook(agent: &str, name: &str, rest: Value) -> Entry {
    let mut hook = json!({"session_id": "s", "hook_event_name": name, "cwd": "/p"});
    let Value::Object(fields) = &mut hook else { unreachable!("an object") };
    if let Value::Object(rest) = rest {
        fields.extend(rest);
    }
    if !agent.is_empty() {
        fields.insert("agent_id".to_owned(), agent.into());
        fields.entry("agent_type").or_insert("general".into());
    }
    entry(Harness::ClaudeCode, hook.to_string())
}

fn call(agent: &str, id: &str, kind: &str) -> Entry {
    let input = json!({"subagent_type": kind, "prompt": format!("goal of {id}")});
    hook(agent, "PreToolUse", json!({"tool_name": "Agent", "tool_use_id": id, "tool_input": input}))
}

fn returned(agent: &str, id: &str, kind: &str, child: &str) -> Entry {
    let input = json!({"subagent_type": kind, "prompt": format!("goal of {id}")});
    let response = json!({"status": "completed", "agentId": child});
    hook(
        agent,
        "PostToolUse",
        json!({
            "tool_name": "Agent", "tool_use_id": id, "tool_input": input,
            "tool_response": response,
        }),
    )
}

fn start(agent: &str, kind: &str) -> Entry {
    hook(agent, "SubagentStart", json!({"agent_type": kind}))
}

fn stop(agent: &str, message: &str) -> Entry {
    hook(agent, "SubagentStop", json!({"last_assistant_message": message}))
}

fn bash(agent: &str, id: &str) -> Entry {
    let input = json!({"command": "ls"});
    hook(agent, "PreToolUse", json!({"tool_name": "Bash", "tool_use_id": id, "tool_input": input}))
}

/// `entries` in any order, some of them twice.
fn any_delivery(entries: Vec<Entry>) -> impl Strategy<Value = Vec<Entry>> {
    let twice = prop::collection::vec(any::<prop::sample::Index>(), 0..6);
    twice
        .prop_map(move |twice| {
            let again: Vec<Entry> = twice.iter().map(|at| at.get(&entries).clone()).collect();
            entries.iter().cloned().chain(again).collect::<Vec<_>>()
        })
        .prop_shuffle()
}

fn block_on(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future);
}

/// `id goal`
async fn goals(scene: &Scene) -> Vec<String> {
    scene.texts("select id || ' ' || coalesce(goal, '-') from session order by id").await
}
