use serde_json::json;

use super::{super::sample::span, *};

#[test]
fn other_spans_are_not_its_own() {
    assert_eq!(read(&span("chat", &json!({"gen_ai.operation.name": "chat"}))), None);
}

#[test]
fn operations_are_roles() {
    for (operation, expected) in [
        ("ai.generateText", Role::Agent),
        ("ai.streamText", Role::Agent),
        ("ai.generateObject", Role::Agent),
        ("ai.generateText.doGenerate", Role::Model),
        ("ai.streamText.doStream", Role::Model),
        ("ai.embed.doEmbed", Role::Model),
        ("ai.embed", Role::Other),
        ("ai.toolCall", Role::Tool),
        ("ai.stream.firstChunk", Role::Other),
    ] {
        let reading = read(&span(operation, &json!({"ai.operationId": operation}))).unwrap();
        assert_eq!(reading.role, expected, "{operation}");
    }
}

#[test]
fn a_run_is_called_by_its_function_else_by_its_model() {
    let said = json!({
        "ai.operationId": "ai.generateText",
        "ai.telemetry.functionId": "researcher",
        "ai.telemetry.metadata.sessionId": "conversation-7",
        "ai.model.id": "gpt-9",
        "ai.model.provider": "openai",
        "ai.prompt": r#"{"system": "x", "messages": [{"role": "user", "content": "How old?"}]}"#,
        "ai.response.text": "Old.",
        "ai.usage.inputTokens": 200,
    });
    let expected = Reading {
        role: Role::Agent,
        conversation: Some("conversation-7".into()),
        agent: Some("researcher".into()),
        model: Some("gpt-9".into()),
        provider: Some("openai".into()),
        operation: Some("ai.generateText".into()),
        input: Some("How old?".into()),
        output: Some("Old.".into()),
        ..Reading::default()
    };
    assert_eq!(read(&span("ai.generateText", &said)), Some(expected));
    let nameless = json!({
        "ai.operationId": "ai.streamText", "ai.model.id": "gpt-9", "ai.prompt": r#"{"prompt": "How?"}"#,
    });
    let reading = read(&span("ai.streamText", &nameless)).unwrap();
    assert_eq!((reading.agent.as_deref(), reading.input), (Some("gpt-9"), Some("How?".into())));
}

#[test]
fn a_call_of_a_model_has_tokens_by_new_names_and_old() {
    let tokens = Tokens { input: Some(100), output: Some(20), cached: None };
    for (input, output) in [
        ("ai.usage.inputTokens", "ai.usage.outputTokens"),
        ("ai.usage.promptTokens", "ai.usage.completionTokens"),
        ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"),
    ] {
        let mut said =
            json!({"ai.operationId": "ai.generateText.doGenerate", "ai.response.text": ""});
        (said[input], said[output]) = (json!(100), json!(20));
        let reading = read(&span("x", &said)).unwrap();
        assert_eq!((reading.tokens, reading.output), (tokens, None), "{input}");
    }
}

#[test]
fn a_tool_says_what_it_was_given() {
    let said = json!({
        "ai.operationId": "ai.toolCall",
        "ai.telemetry.functionId": "lead",
        "ai.toolCall.name": "search",
        "ai.toolCall.id": "call_1",
        "ai.toolCall.args": r#"{"query": "rings"}"#,
        "ai.toolCall.result": r#""3 pages""#,
    });
    let expected = Reading {
        role: Role::Tool,
        agent: Some("lead".into()),
        operation: Some("ai.toolCall".into()),
        tool: Some("search".into()),
        call_id: Some("call_1".into()),
        input: Some(json!({"query": "rings"})),
        output: Some("3 pages".into()),
        ..Reading::default()
    };
    assert_eq!(read(&span("ai.toolCall", &said)), Some(expected));
}
