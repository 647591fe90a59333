//! What each line says, one row a case.

use banyan_protocol::{Timestamp, transcript::Transcript};
use serde_json::{Value, json};

use super::{
    super::super::{Told, translate_line},
    assistant, line, text, user,
};

/// `kind payload` of what lines of a transcript say; each is written a second after the other, and
/// read `later` seconds after the first.
fn said(lines: &[Value], later: i64) -> Vec<String> {
    let mut told = Told::default();
    let begin = Timestamp::parse("2026-01-01T00:00:00Z").unwrap().micros();
    let mut said = Vec::new();
    for (number, entry) in (1..).zip(lines) {
        let mut entry = entry.clone();
        let rest = if entry == json!("end") {
            json!({"end": true})
        } else {
            let at = Timestamp::from_micros(begin + i64::try_from(number).unwrap() * 1_000_000);
            entry["timestamp"] = json!(at);
            json!({"entry": entry})
        };
        let entry = line("", number, rest);
        let read = Transcript::read(std::str::from_utf8(&entry.bytes).unwrap()).unwrap();
        let received_at = Timestamp::from_micros(begin + later * 1_000_000);
        for event in translate_line(&mut told, &read, received_at) {
            let event: Value = serde_json::from_str(&event.text).unwrap();
            let kind = event["type"].as_str().unwrap();
            if kind != "session.started" {
                said.push(format!("{kind} {}", event["payload"]));
            }
        }
    }
    said
}

const DAY_SECONDS: i64 = 24 * 3_600;

#[track_caller]
fn check(lines: &[Value], expected: &[&str]) {
    assert_eq!(said(lines, DAY_SECONDS), expected);
}

#[test]
fn prompts_are_goals_unless_nobody_said_them() {
    let goal = |text: &str| format!(r#"cognition.goal {{"goal":"{text}","status":"set"}}"#);
    for (content, expected) in [
        (json!("go please"), Some("go please")),
        (json!([text("go"), {"type": "image", "source": {}}]), Some("go")),
        (
            json!(
                "<command-message>x</command-message><command-name>/fix</command-name><command-args>it</command-args>"
            ),
            Some("/fix it"),
        ),
        (json!("<command-name>/clear</command-name>"), None),
        (json!("<bash-input>ls</bash-input>"), Some("! ls")),
        (json!("<bash-stdout>a</bash-stdout>"), None),
        (json!("<local-command-stdout>a</local-command-stdout>"), None),
        (json!("<task-notification>a</task-notification>"), None),
        (json!(" "), None),
        (json!(7), None),
    ] {
        let expected: Vec<String> = expected.map(goal).into_iter().collect();
        assert_eq!(said(&[user(&content)], 0), expected, "{content}");
    }
    let mut meta = user(&json!("not said"));
    meta["isMeta"] = json!(true);
    let mut inline = user(&json!("a sub-agent's, without a name"));
    inline["isSidechain"] = json!(true);
    for silent in [meta, inline, json!({"type": "progress"}), json!({"type": 7}), json!({})] {
        assert_eq!(said(&[silent.clone(), json!("end")], 0), Vec::<String>::new(), "{silent}");
    }
}

#[test]
fn a_turn_is_thoughts_calls_and_an_answer() {
    let call = json!({"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}});
    let result = json!([{"type": "tool_result", "tool_use_id": "t1", "content": "a b"}]);
    check(
        &[
            user(&json!("list")),
            assistant("m1", &json!({"type": "thinking", "thinking": "hm"}), 10, None),
            // The same message again: what it took counts once, or as far as it is more.
            assistant("m1", &call, 12, Some("tool_use")),
            user(&result),
            assistant("m2", &text("two files"), 20, Some("end_turn")),
            json!("end"),
        ],
        &[
            r#"cognition.goal {"goal":"list","status":"set"}"#,
            r#"session.heartbeat {"model":"m","status":"running","total_tokens":115}"#,
            r#"cognition.thought {"content":"hm","kind":"thinking"}"#,
            r#"operation.tool_start {"input":{"command":"ls"},"tool":"Bash","tool_call_id":"t1"}"#,
            r#"operation.tool_end {"duration_ms":1000,"output":"a b","success":true,"tool":"Bash","tool_call_id":"t1"}"#,
            r#"cognition.thought {"content":"two files"}"#,
            r#"session.heartbeat {"status":"idle","total_tokens":242}"#,
            r#"session.ended {"outcome":"completed","summary":"two files","total_tokens":242}"#,
        ],
    );
}

#[test]
fn failures_say_why() {
    let failed = json!([{"type": "tool_result", "tool_use_id": "t", "content": [text("no file")], "is_error": true}]);
    let mute = json!([{"type": "tool_result", "tool_use_id": "t", "is_error": true}]);
    check(
        &[user(&failed), user(&mute)],
        &[
            r#"operation.tool_end {"error":"no file","output":"no file","success":false,"tool_call_id":"t"}"#,
            r#"operation.tool_end {"error":"the tool failed","success":false,"tool_call_id":"t"}"#,
        ],
    );
    let mut broken = assistant("m", &text("API Error: 529"), 0, None);
    broken["isApiErrorMessage"] = json!(true);
    let retry = json!({"type": "system", "subtype": "api_error", "retryAttempt": 2,
        "error": {"status": 529, "error": {"error": {"message": "Overloaded"}}}});
    check(
        &[retry, broken, json!("end"), user(&json!("again"))],
        &[
            r#"claude_code.api_error {"message":"Overloaded","retry_attempt":2,"status":529}"#,
            r#"session.ended {"error":"API Error: 529","outcome":"failed"}"#,
            r#"cognition.goal {"goal":"again","status":"set"}"#,
        ],
    );
}

#[test]
fn compaction_is_memory() {
    let boundary = json!({"type": "system", "subtype": "compact_boundary",
        "content": "Conversation compacted", "compactMetadata": {"trigger": "auto"}});
    let mut summary = user(&json!("what went before"));
    summary["isCompactSummary"] = json!(true);
    check(
        &[boundary, summary, json!({"type": "summary", "summary": "A title"})],
        &[
            r#"operation.memory {"action":"compact","key":"auto","summary":"Conversation compacted"}"#,
            r#"operation.memory {"action":"compacted","summary":"what went before"}"#,
            r#"operation.memory {"action":"summary","summary":"A title"}"#,
        ],
    );
}

#[test]
fn how_a_file_ends_says_how_the_session_ended() {
    let stopped = user(&json!([text("[Request interrupted by user for tool use]")]));
    let ended = |outcome: &str, reason: &str| {
        format!(r#"session.ended {{"outcome":"{outcome}","reason":"{reason}"}}"#)
    };
    for (lines, later, expected) in [
        (
            vec![user(&json!("x"))],
            DAY_SECONDS,
            ended("cancelled", "the transcript ends in the middle of a turn"),
        ),
        (vec![user(&json!("x")), stopped], DAY_SECONDS, ended("cancelled", "interrupted")),
        // What is fresh may go on, and is no alarm when it does not.
        (vec![user(&json!("x"))], 3_599, r#"session.heartbeat {"status":"idle"}"#.to_owned()),
    ] {
        let lines = [lines, vec![json!("end")]].concat();
        assert_eq!(said(&lines, later).last(), Some(&expected));
    }
}
