use serde_json::json;

use super::story::*;
use crate::log::Entry;

fn tool_end(sequence: i64, success: bool) -> Entry {
    let payload = json!({"tool": "t", "success": success});
    event("a", sequence, "operation.tool_end", json!({"payload": payload}))
}

async fn check(entries: &[Entry], expected: &[&str]) {
    let at_once = Scene::of(entries).await;
    Scene::one_by_one(entries).await.assert_equals(&at_once).await;
    let alerts = "select message || ' ' || first_position || '-' || last_position from alert
                  order by first_position";
    assert_eq!(at_once.texts(alerts).await, expected);
    let counts = "select own_alerts || '' from session where id = 'a'";
    assert_eq!(at_once.texts(counts).await, [expected.len().to_string()]);
}

#[tokio::test]
async fn an_alert_stands_beside_its_session() {
    let story = [tool_end(1, false), tool_end(2, false), tool_end(3, false), tool_end(4, false)];
    check(&story, &["4 tool calls failed in a row 1-4"]).await;
}

#[tokio::test]
async fn a_late_event_takes_back_an_alert() {
    let story = [tool_end(1, false), tool_end(2, false), tool_end(4, false), tool_end(3, true)];
    check(&story, &[]).await;
}

#[tokio::test]
async fn a_late_event_raises_an_alert() {
    let story = [tool_end(1, false), tool_end(3, false), tool_end(2, false), tool_end(4, true)];
    check(&story, &["3 tool calls failed in a row 1-2"]).await;
}
