//! What LangGraph and LangChain put into OpenInference's spans: which graph a span is in, and
//! messages in shapes of their own.

use banyan_protocol::otlp::Attributes;
use serde_json::{Map, Value, json};

/// Where a span is in the graphs that run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is a graph: the outermost, one that is a node of another, or an agent of `create_agent`.
    Agent,
    /// It is a node, or a step of one.
    Inside,
    /// It may be a graph that a node calls, or a step of that node.
    Unclear,
}

/// Where the span called `name` is, if `metadata` is LangGraph's.
///
/// A node that is a graph makes two spans of the same name: the node's, and the graph's, which
/// has the node's own place as the one to which its checkpoints belong.
pub(super) fn place(name: &str, metadata: &Value) -> Option<Place> {
    let said = |key: &str| metadata.get(key).and_then(Value::as_str);
    let node = said("langgraph_node");
    let integration = said("ls_integration");
    if node.is_none() && !matches!(integration, Some("langgraph" | "langchain_create_agent")) {
        return None;
    }
    if said("lc_agent_name") == Some(name) {
        return Some(Place::Agent);
    }
    let Some(node) = node else { return Some(Place::Agent) };
    let above = said("checkpoint_ns");
    let is_beside = above.is_some() && above == said("langgraph_checkpoint_ns");
    match (node == name, is_beside) {
        (true, true) => Some(Place::Agent),
        (true, false) => Some(Place::Inside),
        (false, _) => Some(Place::Unclear),
    }
}

/// What a tool's message says of its call.
#[derive(Debug, Default)]
pub(super) struct Called {
    /// The call's id.
    pub id: Option<String>,
    /// The result.
    pub output: Option<Value>,
    /// What went wrong.
    pub error: Option<String>,
}

/// The call that a tool's output tells of, if it is a message of LangChain's.
pub(super) fn called(said: &Attributes) -> Option<Called> {
    let output = said.json("output.value")?;
    let data = output.get("data").or_else(|| output.get("kwargs")).unwrap_or(&output);
    let id = data.get("tool_call_id")?.as_str().map(ToOwned::to_owned);
    let content = data.get("content").cloned();
    let failed = data.get("status").and_then(Value::as_str) == Some("error");
    let words = content.as_ref().and_then(Value::as_str).unwrap_or("it failed");
    let error = failed.then(|| words.to_owned());
    Some(Called { id, output: content, error })
}

/// `value` with every message of LangChain's in the shape of everybody else: `{role, content}`.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Array(list) => match list.as_slice() {
            [Value::String(role), content @ Value::String(_)] if is_role(role) => {
                json!({"role": role, "content": content})
            }
            list => list.iter().map(plain).collect(),
        },
        Value::Object(object) => {
            let data = object.get("data").or_else(|| object.get("kwargs"));
            match data.and_then(Value::as_object).filter(|data| data.contains_key("content")) {
                Some(data) => message(object, data),
                None => object.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// `{"type": "ai", "data": {…}}`, `{"lc": 1, "kwargs": {"type": "ai", …}}`
fn message(outer: &Map<String, Value>, data: &Map<String, Value>) -> Value {
    let role = data.get("type").or_else(|| outer.get("type"));
    json!({"role": role, "content": data.get("content")})
}

fn is_role(word: &str) -> bool {
    matches!(word, "user" | "human" | "assistant" | "ai" | "system" | "tool")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphs_are_told_from_their_nodes() {
        let node = |node: &str, own: &str, above: Option<&str>, agent: Option<&str>| {
            json!({
                "ls_integration": "langgraph", "langgraph_node": node,
                "langgraph_checkpoint_ns": own, "checkpoint_ns": above, "lc_agent_name": agent,
            })
        };
        for (name, metadata, expected) in [
            ("desk", json!({"ls_integration": "langgraph", "thread_id": "t"}), Some(Place::Agent)),
            ("lead", node("lead", "lead:1", None, None), Some(Place::Inside)),
            ("lead", node("lead", "lead:1", Some("lead:1"), None), Some(Place::Agent)),
            ("model", node("model", "lead:1|model:2", Some("lead:1"), None), Some(Place::Inside)),
            ("agent", node("agent", "agent:1", None, None), Some(Place::Inside)),
            (
                "helper",
                node("tools", "tools:1", Some("tools:1"), Some("helper")),
                Some(Place::Agent),
            ),
            (
                "model",
                node("model", "tools:1|model:2", Some("a"), Some("helper")),
                Some(Place::Inside),
            ),
            (
                "RunnableSequence",
                node("lead", "lead:1", Some("lead:1"), None),
                Some(Place::Unclear),
            ),
            ("ChatPromptTemplate", json!({"ls_integration": "langchain_chat_model"}), None),
            ("anything", json!("no object"), None),
        ] {
            assert_eq!(place(name, &metadata), expected, "{name} {metadata}");
        }
    }

    #[test]
    fn messages_are_plain() {
        let hello = json!({"role": "user", "content": "hello"});
        for (value, expected) in [
            (json!({"messages": [["user", "hello"]]}), json!({"messages": [hello]})),
            (json!([{"type": "user", "data": {"content": "hello"}}]), json!([hello])),
            (
                json!([[{"lc": 1, "type": "constructor", "kwargs": {"type": "user", "content": "hello"}}]]),
                json!([[hello]]),
            ),
            (json!(["hello", "you"]), json!(["hello", "you"])),
            (json!({"data": {"rows": 1}}), json!({"data": {"rows": 1}})),
        ] {
            assert_eq!(plain(&value), expected, "{value}");
        }
    }
}
