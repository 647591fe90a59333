use serde_json::json;

use super::{super::sample::with_events, *};

fn reading(said: &Value, events: &[(&str, Value)]) -> Reading {
    let mut said = said.clone();
    said["gen_ai.system"] = "strands-agents".into();
    read(&with_events("x", &said, events)).unwrap()
}

#[test]
fn other_spans_are_not_its_own() {
    let said = json!({"gen_ai.operation.name": "chat", "gen_ai.system": "openai"});
    assert_eq!(read(&with_events("chat", &said, &[])), None);
}

#[test]
fn operations_are_roles() {
    for (operation, role, agent) in [
        ("invoke_agent", Role::Agent, None),
        ("invoke_swarm", Role::Agent, Some("swarm")),
        ("invoke_graph", Role::Agent, Some("graph")),
        ("execute_event_loop_cycle", Role::Other, None),
        ("chat", Role::Model, None),
        ("execute_tool", Role::Tool, None),
    ] {
        let told = reading(&json!({"gen_ai.operation.name": operation}), &[]);
        assert_eq!((told.role, told.agent.as_deref()), (role, agent), "{operation}");
        assert_eq!(told.provider, None, "it does not run the model");
    }
}

#[test]
fn an_agent_says_what_it_was_asked_and_answered_in_events() {
    let said = json!({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "lead"});
    let events = [
        ("gen_ai.system.message", json!({"content": r#"[{"text": "Be kind."}]"#})),
        ("gen_ai.user.message", json!({"content": r#"[{"text": "How old?"}]"#})),
        ("gen_ai.choice", json!({"message": "Old.\n", "finish_reason": "end_turn"})),
    ];
    let told = reading(&said, &events);
    assert_eq!(told.agent.as_deref(), Some("lead"));
    assert_eq!((told.input, told.output), (Some("How old?".into()), Some("Old.".into())));
}

#[test]
fn a_tool_says_what_it_was_given_in_events() {
    let said = json!({
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search",
        "gen_ai.tool.call.id": "call_1",
    });
    let details = "gen_ai.client.inference.operation.details";
    for events in [
        [
            ("gen_ai.tool.message", json!({"role": "tool", "content": r#"{"query": "rings"}"#})),
            ("gen_ai.choice", json!({"message": r#"[{"text": "3 pages"}]"#, "id": "call_1"})),
        ],
        [
            (
                details,
                json!({"gen_ai.input.messages":
                r#"[{"role": "tool", "parts": [{"arguments": {"query": "rings"}}]}]"#}),
            ),
            (
                details,
                json!({"gen_ai.output.messages":
                r#"[{"role": "tool", "parts": [{"response": [{"text": "3 pages"}]}]}]"#}),
            ),
        ],
    ] {
        let told = reading(&said, &events);
        assert_eq!(
            (told.tool.as_deref(), told.call_id.as_deref()),
            (Some("search"), Some("call_1"))
        );
        assert_eq!(
            (told.input, told.output),
            (Some(json!({"query": "rings"})), Some("3 pages".into()))
        );
    }
}
