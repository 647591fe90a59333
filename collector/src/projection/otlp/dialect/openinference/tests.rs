use serde_json::json;

use super::{super::sample::span, *};

#[test]
fn other_spans_are_not_its_own() {
    assert_eq!(read(&span("chat", &json!({"gen_ai.operation.name": "chat"}))), None);
}

#[test]
fn kinds_are_roles() {
    for (kind, name, metadata, expected) in [
        ("AGENT", "lead", "", Role::Agent),
        ("agent", "lead", "", Role::Agent),
        ("LLM", "generation", "", Role::Model),
        ("EMBEDDING", "embed", "", Role::Model),
        ("TOOL", "search", "", Role::Tool),
        ("CHAIN", "turn", "", Role::Other),
        ("RETRIEVER", "find", "", Role::Other),
        ("CHAIN", "desk", r#"{"ls_integration": "langgraph"}"#, Role::Agent),
        ("CHAIN", "node", r#"{"langgraph_node": "node"}"#, Role::Other),
        // A node that happens to be called so.
        ("AGENT", "agent", r#"{"langgraph_node": "agent", "checkpoint_ns": "a"}"#, Role::Other),
        // A graph that a node calls.
        ("AGENT", "agent_x", r#"{"langgraph_node": "tools", "checkpoint_ns": "a"}"#, Role::Agent),
    ] {
        let said = json!({"openinference.span.kind": kind, "metadata": metadata});
        let reading = read(&span(name, &said)).unwrap();
        assert_eq!(reading.role, expected, "{kind} {name} {metadata}");
    }
}

#[test]
fn an_agent_of_the_agents_sdk_has_a_name() {
    let said = json!({
        "openinference.span.kind": "AGENT", "agent.name": "writer", "graph.node.id": "writer",
        "graph.node.parent_id": "lead",
    });
    let expected = Reading {
        role: Role::Agent,
        agent: Some("writer".into()),
        operation: Some("invoke_agent".into()),
        ..Reading::default()
    };
    assert_eq!(read(&span("agent: writer", &said)), Some(expected));
}

#[test]
fn a_call_of_a_model_has_tokens_and_an_answer() {
    let said = json!({
        "openinference.span.kind": "LLM",
        "llm.system": "openai",
        "llm.model_name": "gpt-9",
        "llm.token_count.prompt": 100,
        "llm.token_count.completion": 20,
        "llm.token_count.prompt_details.cache_read": 30,
        "llm.cost.total": 0.25,
        "session.id": "conversation-7",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "How old?",
        "llm.input_messages.1.message.role": "assistant",
        "output.value": r#"[{"role": "assistant", "content": [{"type": "output_text", "text": "Old."}]}]"#,
    });
    let expected = Reading {
        role: Role::Model,
        conversation: Some("conversation-7".into()),
        model: Some("gpt-9".into()),
        provider: Some("openai".into()),
        operation: Some("chat".into()),
        input: Some("How old?".into()),
        output: Some("Old.".into()),
        tokens: Tokens { input: Some(100), output: Some(20), cached: Some(30) },
        cost_usd: Some(json!(0.25)),
        ..Reading::default()
    };
    assert_eq!(read(&span("generation", &said)), Some(expected));
}

#[test]
fn a_tool_of_langchain_says_its_call_in_its_output() {
    let said = |status: &str, content: &str| {
        let data = json!({"content": content, "tool_call_id": "call_1", "status": status});
        json!({
            "openinference.span.kind": "TOOL",
            "tool.name": "search",
            "input.value": "tree rings",
            "output.value": json!({"type": "tool", "data": data}).to_string(),
            "metadata": r#"{"thread_id": "thread-7", "lc_agent_name": "researcher"}"#,
        })
    };
    let expected = Reading {
        role: Role::Tool,
        conversation: Some("thread-7".into()),
        agent: Some("researcher".into()),
        operation: Some("execute_tool".into()),
        tool: Some("search".into()),
        call_id: Some("call_1".into()),
        input: Some("tree rings".into()),
        output: Some("3 pages".into()),
        ..Reading::default()
    };
    assert_eq!(read(&span("search", &said("success", "3 pages"))), Some(expected));
    let failed = read(&span("search", &said("error", "no library"))).unwrap();
    assert_eq!(failed.error.as_deref(), Some("no library"));
}

#[test]
fn messages_are_found_wherever_they_stand() {
    for (said, asked, answered) in [
        (json!({"input.value": r#"{"messages": [["user", "How old?"]]}"#}), Some("How old?"), None),
        (
            json!({"output.value": r#"{"messages": [{"type": "ai", "data": {"content": "Old."}}]}"#}),
            None,
            Some("Old."),
        ),
        (
            json!({"input.value": "How old?", "output.value": "Old."}),
            Some("How old?"),
            Some("Old."),
        ),
        (json!({"input.value": r#"{"input": "How old?"}"#}), Some("How old?"), None),
        (
            json!({
                "llm.output_messages.0.message.role": "assistant",
                "llm.output_messages.0.message.contents.0.message_content.text": "Old",
                "llm.output_messages.0.message.contents.1.message_content.text": "enough.",
            }),
            None,
            Some("Old\nenough."),
        ),
    ] {
        let mut all = said.clone();
        all["openinference.span.kind"] = "AGENT".into();
        let reading = read(&span("x", &all)).unwrap();
        let texts = [&reading.input, &reading.output].map(|it| it.as_ref().and_then(Value::as_str));
        assert_eq!(texts, [asked, answered], "{said}");
    }
}
