use serde_json::json;

use super::{super::sample::span, *};

#[test]
fn other_spans_are_not_its_own() {
    assert_eq!(read(&span("chat", &json!({"gen_ai.operation.name": "chat"}))), None);
}

#[test]
fn kinds_are_roles() {
    for (said, expected) in [
        (json!({"traceloop.span.kind": "workflow"}), Role::Agent),
        (json!({"traceloop.span.kind": "agent"}), Role::Agent),
        (json!({"traceloop.span.kind": "tool"}), Role::Tool),
        (json!({"traceloop.span.kind": "task"}), Role::Other),
        (json!({"llm.request.type": "chat"}), Role::Model),
        (json!({"traceloop.workflow.name": "w", "gen_ai.operation.name": "chat"}), Role::Model),
        (json!({"traceloop.workflow.name": "w"}), Role::Other),
    ] {
        assert_eq!(read(&span("x", &said)).map(|it| it.role), Some(expected), "{said}");
    }
}

#[test]
fn an_agent_says_what_its_function_was_given() {
    let said = json!({
        "traceloop.workflow.name": "desk",
        "traceloop.association.properties.session_id": "conversation-7",
        "traceloop.span.kind": "agent",
        "traceloop.entity.name": "researcher",
        "gen_ai.agent.name": "researcher",
        "traceloop.entity.input": r#"{"args": ["How old?"], "kwargs": {}}"#,
        "traceloop.entity.output": r#""Old.""#,
    });
    let expected = Reading {
        role: Role::Agent,
        conversation: Some("conversation-7".into()),
        agent: Some("researcher".into()),
        input: Some("How old?".into()),
        output: Some("Old.".into()),
        ..Reading::default()
    };
    assert_eq!(read(&span("researcher.agent", &said)), Some(expected));
}

#[test]
fn a_tool_is_called_by_the_agent_that_it_names() {
    let said = json!({
        "gen_ai.agent.name": "lead",
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "search",
        "gen_ai.tool.name": "search",
        "traceloop.entity.input": r#"{"args": [], "kwargs": {"query": "rings"}}"#,
        "traceloop.entity.output": r#"{"pages": 3}"#,
    });
    let expected = Reading {
        role: Role::Tool,
        agent: Some("lead".into()),
        tool: Some("search".into()),
        input: Some(json!({"query": "rings"})),
        output: Some(json!({"pages": 3})),
        ..Reading::default()
    };
    assert_eq!(read(&span("search.tool", &said)), Some(expected));
}

#[test]
fn a_call_of_a_model_has_tokens_and_an_answer() {
    let said = json!({
        "traceloop.workflow.name": "desk",
        "llm.request.type": "chat",
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-9",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "Old.",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "llm.usage.total_tokens": 120,
    });
    let reading = read(&span("openai.chat", &said)).unwrap();
    let told = (reading.role, reading.model.as_deref(), reading.provider.as_deref());
    assert_eq!(told, (Role::Model, Some("gpt-9"), Some("openai")));
    assert_eq!(reading.output, Some("Old.".into()));
    let tokens = Tokens { input: Some(100), output: Some(20), cached: None };
    assert_eq!(reading.tokens, tokens);
    let total = json!({"llm.request.type": "chat", "llm.usage.total_tokens": 120});
    assert_eq!(read(&span("x", &total)).unwrap().tokens.total(), Some(120));
}
