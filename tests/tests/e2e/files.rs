//! Everything that a query finds as a file: whole, whatever was said, and as documented.

use banyan_tests::harness::{
    Banyan, Client,
    events::{With as _, event, ndjson, thought},
};
use serde_json::{Value, json};

/// Reads a table as RFC 4180 says: lines of cells.
fn table(text: &str) -> Vec<Vec<String>> {
    let (mut lines, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    let mut is_quoted = false;
    while let Some(character) = rest.next() {
        match character {
            '"' if is_quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted => {
                assert_eq!(rest.next(), Some('\n'), "a line ends with CR LF");
                cells.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut cells));
            }
            _ => cell.push(character),
        }
    }
    assert!(!is_quoted && cell.is_empty() && cells.is_empty(), "the last line ends");
    lines
}

/// The cells of one column, by its name.
fn column(lines: &[Vec<String>], name: &str) -> Vec<String> {
    let head = lines.first().expect("a head");
    let at = head.iter().position(|column| column == name).expect(name);
    lines.iter().skip(1).map(|line| line[at].clone()).collect()
}

async fn csv(client: &Client, query: &str) -> Vec<Vec<String>> {
    let answer = client.get(&format!("/search.csv?{query}")).await.is(200);
    assert!(answer.header("content-type").starts_with("text/csv; charset=utf-8"));
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"banyan-"));
    let lines = table(&answer.text());
    let width = lines.first().expect("a head").len();
    assert!(lines.iter().all(|line| line.len() == width), "{query}: {lines:?}");
    lines
}

async fn jsonl(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("/search.jsonl?{query}")).await.is(200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    answer.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Formulas, and everything that breaks a table.
const TEXTS: [&str; 9] = [
    "=HYPERLINK(\"http://x.example\",\"click\")",
    "+1+1",
    "-2",
    "@SUM(1)",
    "\t=1",
    "a,b;\"c\"\r\nd",
    "<script>alert(1)</script>",
    "שלום 🌳",
    "nul\0l",
];

#[tokio::test]
async fn hostile_text_makes_cells_and_no_formulas() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for (at, text) in TEXTS.into_iter().enumerate() {
        let printable = text.replace(|c: char| c.is_control(), "?");
        let id = format!("{printable} {at}");
        let started = event(&id, 1, "session.started", json!({"goal": text, "model": text}));
        let thought = event(&id, 2, "cognition.thought", json!({"reasoning": text, text: text}));
        let agent = |event: Value| event.with("agent_id", &*printable);
        client.post(&json!([agent(started), agent(thought)])).await;
    }
    client.searchable().await;
    for query in ["in=sessions", "in=events"] {
        let lines = csv(&client, query).await;
        for cell in lines.iter().flatten() {
            let text = cell.trim_start();
            assert!(!text.starts_with(['=', '+', '-', '@']), "{query}: {cell:?}");
            assert!(!cell.contains('\0'));
        }
    }
    let goals = column(&csv(&client, "in=sessions").await, "goal");
    for (text, goal) in TEXTS.into_iter().rev().zip(goals) {
        let meant = text.replace('\0', "\u{fffd}");
        let bare = goal.strip_prefix('\'').unwrap_or(&goal);
        assert!(bare == meant || goal == meant, "{goal:?} is not {meant:?}");
    }
    let said = jsonl(&client, "in=events&q=kind:cognition.thought").await;
    for (text, event) in TEXTS.into_iter().rev().zip(said) {
        assert_eq!(event["payload"]["reasoning"], *text);
    }
}

#[tokio::test]
async fn files_hold_what_pages_have_no_room_for() {
    /// More than a search counts.
    const EVENTS: i64 = 10_500;
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for first in (1..=EVENTS).step_by(500) {
        let events: Vec<_> = (first..first + 500)
            .map(|at| thought(if at % 2 == 0 { "even" } else { "odd" }, at, "needle in the hay"))
            .collect();
        client.post_bytes("application/x-ndjson", ndjson(&events)).await.is(200);
    }
    client.searchable().await;
    let all = jsonl(&client, "").await;
    let positions: Vec<_> = all.iter().map(|event| event["banyan"]["position"].as_i64()).collect();
    assert_eq!(positions, (1..=EVENTS).rev().map(Some).collect::<Vec<_>>());
    assert_eq!(csv(&client, "q=id:even").await.len(), 5_251);
    assert_eq!(csv(&client, "in=sessions&q=id:even").await.len(), 2);
    let answer = client.get("/search.csv?q=id:odd+pos%3C10").await.is(200);
    assert_eq!(answer.header("banyan-as-of"), EVENTS.to_string());
    assert_eq!(column(&table(&answer.text()), "position"), ["9", "7", "5", "3", "1"]);
}

#[tokio::test]
async fn a_file_says_what_the_json_routes_say() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&json!(banyan_tests::harness::events::forest())).await;
    let sessions = client.json("/sessions").await["sessions"].clone();
    assert_eq!(json!(jsonl(&client, "in=sessions").await), sessions);
    let lines = csv(&client, "in=sessions").await;
    let ids: Vec<_> = sessions.as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(json!(column(&lines, "id")), json!(ids));
    let statuses: Vec<_> =
        sessions.as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(json!(column(&lines, "status")), json!(statuses));
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for (query, said) in [
        ("q=knd:x", "did you mean kind"),
        ("q=%22open", "quote"),
        ("in=trees", "in is events or sessions"),
    ] {
        for file in ["csv", "jsonl"] {
            let answer = client.get(&format!("/search.{file}?{query}")).await.is(400);
            assert!(answer.text().contains(said), "{query}: {}", answer.text());
        }
    }
    for path in ["/sessions?q=knd:x", "/sessions?q=%22open"] {
        assert_eq!(client.get(path).await.is(400).json()["error"], "bad_query", "{path}");
    }
    // Of an empty log a table has its head, and JSON nothing.
    assert_eq!(csv(&client, "in=events").await.len(), 1);
    assert!(jsonl(&client, "in=sessions").await.is_empty());
}
