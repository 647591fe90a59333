//! What a collector knows, without what follows its log's order or the reader's clock.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Client, encoded, path_of};

/// Keys that follow the order of arrival or the time of asking.
const ACCIDENTAL: [&str; 11] = [
    "row",
    "last_seen_at",
    "first_position",
    "last_position",
    "position",
    "received_at",
    "group",
    "attention",
    "evidence",
    "number",
    "cursor",
];

/// Every session with its events and alerts, its tree below it, and its missing ranges, by id.
pub async fn knowledge(client: &Client) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for id in session_ids(client).await {
        let session = client.session(&id).await;
        let tree = client.json(&path_of("/sessions", &id, "/tree")).await;
        let missing = client.json(&path_of("/sessions", &id, "/missing")).await;
        let whole = json!({"session": session, "tree": tree, "missing": missing});
        all.insert(id, essential(whole));
    }
    all
}

/// Every session's id, newest first.
pub async fn session_ids(client: &Client) -> Vec<String> {
    let rows = sessions(client).await;
    rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// Every session's row, newest first, through all pages.
pub async fn sessions(client: &Client) -> Vec<Value> {
    let (mut rows, mut path) = (Vec::new(), "/sessions".to_owned());
    loop {
        let page = client.json(&path).await;
        rows.extend_from_slice(page["sessions"].as_array().expect("a list"));
        match page["next_cursor"].as_str() {
            Some(next) => path = format!("/sessions?cursor={}", encoded(next)),
            None => return rows,
        }
    }
}

/// Without accidental keys; children, which stand in order of arrival, by id instead.
pub fn essential(value: Value) -> Value {
    match value {
        Value::Object(object) => object
            .into_iter()
            .filter(|(key, _)| !ACCIDENTAL.contains(&key.as_str()))
            .map(|(key, value)| {
                let mut value = essential(value);
                if let (true, Some(list)) =
                    (key == "children" || key == "alerts", value.as_array_mut())
                {
                    list.sort_by_key(Value::to_string);
                }
                (key, value)
            })
            .collect(),
        Value::Array(list) => list.into_iter().map(essential).collect(),
        other => other,
    }
}
