//! Every id that is accepted works on every route.

use banyan_tests::harness::{
    Answer, Banyan, Client, encoded,
    events::{With as _, child, spawn, thought},
    path_of,
};
use serde_json::{Value, json};

fn ids() -> Vec<String> {
    let mut ids: Vec<String> = [
        "plain",
        "a/b/c",
        "/",
        "//host/path",
        ":",
        "agent:main:subagent:0b2f7a86-6a2a-4b4e-9d0a-8f4d2b1f0c11",
        "urn:x.y/1",
        "a%2Fb",
        "%",
        "%zz",
        "two words",
        " edges ",
        "what?",
        "?q=1&open=2",
        "#fragment",
        "a+b",
        "a;b,c=d",
        "\"quoted\"",
        "'single'",
        "<b>bold</b>",
        "back\\slash",
        "{curly}[square]",
        "🌳🌲",
        "👩‍👩‍👧‍👦",
        "שלום עולם",
        "مرحبا",
        "日本語",
        "tree",
        "export",
        "missing",
        "x/export",
        "x/tree",
        "..",
        ".",
        "../../etc/passwd",
        "~",
        "é",
        "e\u{301}",
    ]
    .map(str::to_owned)
    .into();
    ids.push("x".repeat(256));
    ids.push("🌳".repeat(64));
    ids.push("/".repeat(256));
    ids
}

#[tokio::test]
async fn every_id_works_on_every_json_route() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for id in ids() {
        let event = thought(&id, 1, "here");
        client.post(&event).await;
        let get = |behind: &'static str| fetch(client.clone(), path_of("/sessions", &id, behind));
        assert_eq!(get("").await.is(200).json()["session"]["id"], *id, "{id:?}");
        assert_eq!(get("/tree").await.is(200).json()["session"]["id"], *id, "{id:?}");
        assert_eq!(get("/children").await.is(200).json()["children"], json!([]), "{id:?}");
        assert_eq!(get("/missing").await.is(200).json()["missing"], json!([]), "{id:?}");
        let export = get("/export").await.is(200);
        assert_eq!(serde_json::from_slice::<Value>(&export.body).unwrap(), event, "{id:?}");
        let disposition = export.header("content-disposition");
        assert!(disposition.starts_with("attachment"), "{id:?}: {disposition}");
    }
}

#[tokio::test]
async fn every_id_has_its_pages() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for id in ids() {
        client.post(&thought(&id, 1, "here")).await;
        let session = client.session(&id).await;
        let position = &session["events"][0]["banyan"]["position"];
        let row = session["session"]["row"].as_str().unwrap();
        let fragment = client.get(&format!("/f/rows?ids={row}&compact=1")).await.is(200).text();
        let links = hrefs(&fragment);
        client.page(links.last().expect("a link")).await.is(200);
        let event = format!("/e/{position}");
        for behind in
            ["", "/timeline", "/timeline?only=subtree&view=table", "/tree", "/tree?open=", &event]
        {
            let path = path_of("/s", &id, behind);
            let page = client.page(&path).await.is(200);
            assert!(page.header("content-type").starts_with("text/html"), "{path}");
        }
        for (file, kind) in [("/export.html", "text/html"), ("/export.jsonl", "application/x-nd")] {
            let path = path_of("/s", &id, file);
            let saved = client.page(&path).await.is(200);
            assert!(saved.header("content-type").starts_with(kind), "{path}");
            assert!(saved.header("content-disposition").starts_with("attachment;"), "{path}");
        }
    }
}

#[tokio::test]
async fn every_id_can_be_searched_for_and_taken_away() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for id in ids() {
        client.post(&thought(&id, 1, "here")).await;
    }
    client.searchable().await;
    for id in ids() {
        let quoted = id.replace('\\', "\\\\").replace('"', "\\\"");
        let query = encoded(&format!("id:\"{quoted}\""));
        for scope in ["events", "sessions"] {
            let found = client.page(&format!("/search?in={scope}&q={query}")).await.is(200).text();
            let links = hrefs(&found);
            let target =
                links.iter().find(|link| link.starts_with("/s/") || link.starts_with("/s?"));
            client.page(target.unwrap_or_else(|| panic!("{id:?} is not found"))).await.is(200);
            let file = client.get(&format!("/search.jsonl?in={scope}&q={query}")).await.is(200);
            let line: Value = serde_json::from_slice(&file.body).expect("one line");
            let name = if scope == "events" { "session_id" } else { "id" };
            assert_eq!(line[name], *id);
            let table = client.get(&format!("/search.csv?in={scope}&q={query}")).await.is(200);
            assert_eq!(table.text().matches("\r\n").count(), 2, "{id:?}");
        }
        let forest = client.page(&format!("/?q={query}")).await.is(200).text();
        assert!(forest.contains("1 session matches"), "{id:?} is not in the forest");
    }
}

#[tokio::test]
async fn pages_link_to_every_id() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for id in ids().into_iter().filter(|id| id != "." && id != "..") {
        client.post(&thought(&id, 1, "here")).await;
        let forest = client.page("/").await.is(200).text();
        let links = hrefs(&forest);
        let target = links.iter().find(|link| {
            let path = link.split(['?', '#']).next().unwrap_or_default();
            path.strip_prefix("/s/").is_some_and(|last| {
                percent_encoding::percent_decode_str(last)
                    .decode_utf8()
                    .is_ok_and(|text| text == *id)
            })
        });
        let target = target.unwrap_or_else(|| panic!("no link to {id:?} among {links:?}"));
        client.page(target.split('#').next().unwrap()).await.is(200);
        client.delete(&path_of("/sessions", &id, "")).await.is(200);
    }
}

#[tokio::test]
async fn every_id_can_be_parent_and_child() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for id in ids() {
        let below = format!("below {}", &encoded(&id).chars().take(200).collect::<String>());
        client.post(&json!([thought(&id, 1, "boss"), child(&below, &id, "help")])).await;
        let children = client.json(&path_of("/sessions", &id, "/children")).await;
        assert_eq!(children["children"][0]["id"], *below, "{id:?}");
        let above = format!("above {}", &encoded(&id).chars().take(200).collect::<String>());
        client.post(&json!([thought(&above, 1, "boss"), spawn(&above, 2, &id)])).await;
    }
}

#[tokio::test]
async fn every_id_can_be_deleted() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for id in ids() {
        client.post(&thought(&id, 1, "here")).await;
        let path = path_of("/sessions", &id, "");
        assert_eq!(client.delete(&path).await.is(200).json(), json!({"ok": true}), "{id:?}");
        assert_eq!(client.get(&path).await.is(404).json()["error"], "Session not found", "{id:?}");
        client.page(&path_of("/s", &id, "")).await.is(410);
    }
    assert_eq!(client.json("/sessions").await["sessions"], json!([]));
}

#[tokio::test]
async fn ids_that_cannot_be_are_refused() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for (key, id, rule) in [
        ("session_id", json!(""), "empty"),
        ("session_id", json!("x".repeat(257)), "too_long"),
        ("session_id", json!("line\nbreak"), "not_printable"),
        ("session_id", json!("bell\u{7}"), "not_printable"),
        ("session_id", json!(7), "type"),
        ("session_id", json!(null), "required"),
        ("agent_id", json!(""), "empty"),
        ("agent_id", json!("x".repeat(257)), "too_long"),
        ("parent_session_id", json!("x".repeat(257)), "too_long"),
        ("parent_session_id", json!([]), "type"),
        ("type", json!("x".repeat(129)), "too_long"),
    ] {
        let answer = client.offer(&thought("s", 1, "x").with(key, id.clone())).await.is(400);
        assert_eq!(answer.rules(), [rule], "{key}: {id}");
        assert_eq!(answer.json()["violations"][0]["pointer"], format!("/{key}"));
    }
}

async fn fetch(client: Client, path: String) -> Answer {
    client.get(&path).await
}

fn hrefs(page: &str) -> Vec<String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(link, _)| link.replace("&amp;", "&").replace("&#38;", "&"))
        .collect()
}
