use serde_json::json;

use super::{
    super::sample::{span, with_events},
    *,
};

#[test]
fn roles_are_said_by_the_operation_else_by_keys() {
    for (name, said, expected) in [
        ("x", json!({"gen_ai.operation.name": "invoke_agent"}), Some(Role::Agent)),
        ("x", json!({"gen_ai.operation.name": "invoke_workflow"}), Some(Role::Agent)),
        ("x", json!({"gen_ai.operation.name": "execute_tool"}), Some(Role::Tool)),
        ("x", json!({"gen_ai.operation.name": "chat"}), Some(Role::Model)),
        ("x", json!({"gen_ai.operation.name": "embeddings"}), Some(Role::Model)),
        ("x", json!({"gen_ai.operation.name": "plan"}), Some(Role::Other)),
        ("invoke_agent a", json!({"gen_ai.system": "s"}), Some(Role::Agent)),
        ("x", json!({"gen_ai.tool.name": "t"}), Some(Role::Tool)),
        ("x", json!({"gen_ai.system": "s", "gen_ai.request.model": "m"}), Some(Role::Model)),
        ("x", json!({"gen_ai.system": "s"}), Some(Role::Other)),
        ("x", json!({"http.method": "GET"}), None),
    ] {
        assert_eq!(read(&span(name, &said)).map(|it| it.role), expected, "{name} {said}");
    }
}

#[test]
fn old_and_new_names_are_read() {
    let new = json!({
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "p",
        "gen_ai.request.model": "asked", "gen_ai.response.model": "m",
        "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": "2",
        "gen_ai.usage.cache_read.input_tokens": 4, "gen_ai.conversation.id": "c",
        "gen_ai.output.messages":
            r#"[{"role":"assistant","parts":[{"type":"text","content":"so"}]}]"#,
    });
    let old = json!({
        "gen_ai.operation.name": "chat", "gen_ai.system": "p", "gen_ai.request.model": "m",
        "gen_ai.usage.prompt_tokens": 10, "gen_ai.usage.completion_tokens": 2,
        "gen_ai.usage.cache_read_input_tokens": 4, "session.id": "c",
        "gen_ai.conversation.id": "not this one",
    });
    let choice = json!({"index": 0, "message": r#"{"role":"assistant","content":"so"}"#});
    let old = with_events("chat m", &old, &[("gen_ai.choice", choice)]);
    for span in [span("chat m", &new), old] {
        let reading = read(&span).unwrap();
        let expected = Reading {
            role: Role::Model,
            conversation: Some("c".to_owned()),
            model: Some("m".to_owned()),
            provider: Some("p".to_owned()),
            operation: Some("chat".to_owned()),
            output: Some("so".into()),
            tokens: Tokens { input: Some(10), output: Some(2), cached: Some(4) },
            ..Reading::default()
        };
        assert_eq!(reading, expected);
    }
}

#[test]
fn a_name_is_that_of_the_span_where_there_is_no_other() {
    let agent = read(&span("invoke_agent lead", &json!({"gen_ai.operation.name": "invoke_agent"})));
    assert_eq!(agent.unwrap().agent.as_deref(), Some("lead"));
    let tool =
        read(&span("execute_tool search", &json!({"gen_ai.operation.name": "execute_tool"})));
    assert_eq!(tool.unwrap().tool.as_deref(), Some("search"));
}
