//! Coding agents, whose log records and spans tell of the same things.

use super::*;

/// A log record.
fn record(name: &str, attributes: Value) -> Entry {
    let attributes = pairs(attributes);
    let record = json!({
        "timeUnixNano": (BEGIN_NANOS + 50_000_000_000).to_string(), "eventName": name,
        "attributes": attributes,
    });
    let item = json!({"logRecord": record});
    Entry { source: Source::Otlp(Signal::Logs), bytes: item.to_string().into() }
}

fn claude(id: u8, parent: u8, name: &str, attributes: Value) -> Entry {
    let mut span = said(id, parent, attributes);
    span.rest["name"] = name.into();
    span.entry()
}

const FIGURES: &str = "
    select id || ' ' || agent_id || ' ' || own_tool_calls || ' ' || coalesce(total_tokens, '-')
    from session where known order by id";

#[tokio::test]
async fn a_call_that_a_span_and_a_record_tell_counts_once() {
    let ids = json!({"session.id": "s", "tool_use_id": "t1", "tool_name": "Bash"});
    let span = claude(2, 1, "claude_code.tool", ids.clone());
    let told = record("claude_code.tool_result", ids);
    let count = "select count(*) || '' from event where kind = 'operation.tool_end'";
    for entries in [vec![span.clone(), told.clone()], vec![told, span]] {
        let scene = Scene::of(&entries).await;
        assert_eq!(scene.texts(count).await, ["1"]);
        assert_eq!(scene.texts(FIGURES).await, ["s claude-code 1 -"]);
    }
}

#[tokio::test]
async fn records_of_claude_code_have_the_tokens_and_spans_the_tree() {
    let tokens = json!({"session.id": "s", "agent_id": "a", "agent_type": "helper", "model": "m",
                        "input_tokens": 7, "output_tokens": 1});
    let entries = [
        record("claude_code.api_request", tokens.clone()),
        claude(3, 2, "claude_code.llm_request", tokens.clone()),
        claude(2, 1, "claude_code.interaction", tokens),
        claude(1, 0, "claude_code.interaction", json!({"session.id": "s"})),
    ];
    let scene = Scene::of(&entries).await;
    assert_eq!(scene.texts(FIGURES).await, ["s claude-code 0 -", "s:a helper 0 8"]);
    assert_eq!(places(&scene).await, ["s 0", "s:a<s 1"]);
}

#[tokio::test]
async fn records_of_codex_are_those_of_its_thread() {
    let of = |name: &str, mut rest: Value| {
        rest["conversation.id"] = "thread".into();
        record(name, rest)
    };
    let completed = json!({"event.kind": "response.completed", "model": "m",
                           "input_token_count": 20, "output_token_count": 2});
    let entries = [
        of("codex.conversation_starts", json!({"model": "m"})),
        of("codex.sse_event", json!({"event.kind": "response.output_text.delta"})),
        of("codex.sse_event", completed),
        of("codex.tool_result", json!({"tool_name": "shell", "call_id": "c", "success": "false"})),
    ];
    let scene = Scene::of(&entries).await;
    assert_eq!(scene.texts(FIGURES).await, ["thread codex 1 22"]);
}

#[tokio::test]
async fn a_record_of_a_span_belongs_where_the_span_does() {
    let mut told = json!({"logRecord": {"traceId": "1".repeat(32), "spanId": format!("{:016x}", 3),
                                        "body": {"stringValue": "hello"}}});
    told["logRecord"]["severityNumber"] = 13.into();
    let log = Entry { source: Source::Otlp(Signal::Logs), bytes: told.to_string().into() };
    let spans = entries(&[tool(3, 1, "t"), agent(1, 0, "lead")]);
    let events = "select count(*) || '' from event where kind = 'otel.log'";
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
        let all = [log.clone(), spans[0].clone(), spans[1].clone()];
        let scene = Scene::of(&order.map(|at| all[at].clone())).await;
        assert_eq!(
            (places(&scene).await, scene.texts(events).await),
            (vec!["1 0".to_owned()], vec!["1".to_owned()])
        );
    }
}
