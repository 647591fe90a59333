use serde_json::json;

use super::{super::sample::span, *};

#[test]
fn every_span_knows_its_session() {
    for (said, expected) in [
        (json!({"session.id": "s"}), Some(("s", None))),
        (json!({"session.id": "s", "gen_ai.conversation.id": "s"}), Some(("s", None))),
        (json!({"session.id": "s", "gen_ai.conversation.id": "a"}), Some(("s:a", None))),
        // Inside of a sub-agent the conversation is the sub-agent's.
        (
            json!({"session.id": "s", "agent_id": "a", "gen_ai.conversation.id": "a"}),
            Some(("s:a", Some("s"))),
        ),
        (
            json!({"session.id": "s", "agent_id": "b", "parent_agent_id": "a"}),
            Some(("s:b", Some("s:a"))),
        ),
        (json!({"gen_ai.conversation.id": "a"}), None),
    ] {
        let expected = expected.map(|(session, parent)| Place {
            session: session.to_owned(),
            parent: parent.map(str::to_owned),
        });
        let reading = read(&span("claude_code.tool", &said)).unwrap();
        assert_eq!((reading.place, reading.conversation), (expected, None), "{said}");
    }
}

#[test]
fn spans_are_read_by_their_names() {
    for (name, expected) in [
        ("claude_code.interaction", Some(Role::Agent)),
        ("claude_code.llm_request", Some(Role::Model)),
        ("claude_code.tool", Some(Role::Tool)),
        ("claude_code.tool.execution", Some(Role::Tool)),
        ("tool", None),
    ] {
        assert_eq!(read(&span(name, &json!({}))).map(|it| it.role), expected, "{name}");
    }
}

#[test]
fn the_input_includes_what_a_cache_gave() {
    let said = json!({
        "session.id": "s", "model": "m", "input_tokens": 3, "output_tokens": 5,
        "cache_read_tokens": 100, "cache_creation_tokens": 20, "success": false,
    });
    let reading = read(&span("claude_code.llm_request", &said)).unwrap();
    let tokens = Tokens { input: Some(123), output: Some(5), cached: Some(100) };
    assert_eq!((reading.tokens, reading.is_counted_elsewhere), (tokens, true));
    assert_eq!(
        (reading.model.as_deref(), reading.error.as_deref()),
        (Some("m"), Some("it failed"))
    );
}

#[test]
fn a_call_begins_in_one_span_and_ends_in_another() {
    for (name, said, role, part, error) in [
        ("tool", json!({}), Role::Tool, CallPart::Start, None),
        ("tool.execution", json!({"success": true}), Role::Tool, CallPart::End, None),
        (
            "tool.execution",
            json!({"success": false, "error": "Shell command failed"}),
            Role::Tool,
            CallPart::End,
            Some("Shell command failed"),
        ),
        ("tool.execution", json!({"success": false}), Role::Tool, CallPart::End, Some("it failed")),
    ] {
        let told = span(&format!("claude_code.{name}"), &said);
        let reading = read(&told).unwrap();
        assert_eq!((reading.role, reading.call_part), (role, part), "{name}");
        assert_eq!(reading.error.as_deref(), error, "{name} {said}");
    }
}
