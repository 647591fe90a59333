//! `/live` and its fragments: whoever was away is told what changed, once and in bounds.

use std::collections::BTreeSet;

use banyan_tests::harness::{
    Banyan, Client, Message, Sse,
    events::{child, ndjson, started, thought},
    request, within,
};
use hyper::Method;
use serde_json::{Value, json};

/// Changed sessions that are listed; of more a page refreshes everything.
const CHANGES_MAX: usize = 500;

/// The next message of the type `event`; others are passed over.
async fn next(stream: &mut Sse, event: &str) -> Message {
    loop {
        let message = stream.next().await.expect("the stream goes on");
        if message.event.as_deref() == Some(event) {
            return message;
        }
    }
}

/// Row ids with those of their parents, as pages know them.
async fn rows(client: &Client, page: &str) -> BTreeSet<String> {
    let html = client.page(page).await.is(200).text();
    let ids = html.split("<li class=\"n").skip(1).filter_map(|item| item.split("id=\"n-").nth(1));
    ids.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn named(message: &Message) -> BTreeSet<String> {
    let pairs = message.json()["n"].as_array().cloned().unwrap_or_default();
    pairs.iter().map(|pair| pair[0].as_str().unwrap_or_default().to_owned()).collect()
}

/// The end of the log, once the view covers it.
async fn head(client: &Client) -> i64 {
    client.get("/sessions?limit=1").await.is(200);
    client.json("/f/head?after=0").await["head"].as_i64().expect("a position")
}

#[tokio::test]
async fn a_change_is_one_of_every_row_above_it() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client
        .post(&json!([
            started("root", 1, "g"),
            child("mid", "root", "g"),
            child("leaf", "mid", "g"),
            started("other", 1, "g"),
        ]))
        .await;
    let mut forest = Sse::open(&client, "/live?v=forest", None).await;
    let mut session = Sse::open(&client, "/live?v=session&s=mid", None).await;
    let mut other = Sse::open(&client, "/live?v=session&s=other", None).await;
    assert_eq!(forest.headers["content-type"], "text/event-stream");
    assert!(forest.comment().await && session.comment().await && other.comment().await);
    client.post(&thought("leaf", 2, "deep down")).await;
    let tree = rows(&client, "/s/leaf?open=1.2.3").await;
    assert_eq!(tree.len(), 3);
    assert_eq!(named(&next(&mut forest, "dirty").await), tree);
    assert_eq!(named(&next(&mut session, "dirty").await), tree);
    client.post(&thought("other", 2, "elsewhere")).await;
    let told = next(&mut other, "dirty").await;
    assert_eq!(named(&told).len(), 1, "of the other tree it was told nothing: {told:?}");
}

#[tokio::test]
async fn who_comes_back_is_told_what_changed() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&json!([started("a", 1, "g"), started("b", 1, "g")])).await;
    let before = head(&client).await;
    client.post(&json!([thought("a", 2, "one"), thought("a", 3, "two")])).await;
    for (path, last_id) in [
        (format!("/live?v=session&s=a&after={before}"), None),
        ("/live?v=session&s=a&after=0".to_owned(), Some(before.to_string())),
        (format!("/live?v=session&s=a&after={before}"), Some("0".to_owned())),
    ] {
        let mut stream = Sse::open(&client, &path, last_id.as_deref()).await;
        let rows = next(&mut stream, "ev").await.json();
        let html = rows["html"].as_str().expect("rows");
        assert_eq!(html.matches("<li id=\"e-").count(), 2, "{path} {last_id:?}: {html}");
        assert!(html.contains("one") && html.contains("two"), "{html}");
        let dirty = next(&mut stream, "dirty").await;
        assert_eq!(dirty.id, Some((before + 2).to_string()));
        assert_eq!(named(&dirty).len(), 1, "only what changed behind {before}");
    }
    // Also across a restart: nothing is kept for anybody.
    let banyan = banyan.restart().await;
    let client = banyan.client();
    let path = format!("/live?v=forest&after={before}");
    let mut stream = Sse::open(&client, &path, None).await;
    assert_eq!(named(&next(&mut stream, "dirty").await).len(), 1);
    client.post(&thought("b", 2, "afterwards")).await;
    assert_eq!(named(&next(&mut stream, "dirty").await).len(), 1);
}

#[tokio::test]
async fn who_asks_learns_what_a_page_says_besides_its_rows() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&started("a", 1, "g")).await;
    client.post(&thought("a", 2, "x")).await;
    head(&client).await;
    let told = client.json("/f/head?after=0&v=forest").await;
    assert_eq!(told["t"]["c-run"], json!(["1", ""]), "{told}");
    let told = client.json("/f/head?after=0&v=session&s=a").await;
    assert_eq!(told["t"]["h-mark"], json!(["running", "s pill run"]), "{told}");
    let counts = ["all", "think", "act", "life", "err"].map(|kind| &told["t"][format!("c-{kind}")]);
    assert_eq!(counts, ["2", "1", "0", "1", "0"], "{told}");
    assert_eq!(client.json("/f/head?after=0").await["t"], json!({}));
}

#[tokio::test]
async fn too_many_changes_are_everything() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let many: Vec<Value> = (0..=CHANGES_MAX).map(|n| started(&format!("s{n}"), 1, "g")).collect();
    client.post_bytes("application/x-ndjson", ndjson(&many)).await.is(200);
    let end = head(&client).await;
    let mut stream = Sse::open(&client, "/live?v=forest&after=0", None).await;
    assert_eq!(next(&mut stream, "all").await.id, Some(end.to_string()));
    assert_eq!(client.json("/f/head?after=0").await["n"], "all");
    let mut stream = Sse::open(&client, "/live?v=forest&after=1", None).await;
    assert_eq!(named(&next(&mut stream, "dirty").await).len(), CHANGES_MAX);
    let told = client.json(&format!("/f/head?after={}", end - 1)).await;
    assert_eq!(told["n"].as_array().map(Vec::len), Some(1), "{told}");
}

#[tokio::test]
async fn a_long_absence_costs_a_bounded_answer() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&started("a", 1, "g")).await;
    let before = head(&client).await;
    let many: Vec<Value> = (2..=1_241).map(|n| thought("a", n, "x")).collect();
    for part in many.chunks(1_000) {
        client.post_bytes("application/x-ndjson", ndjson(part)).await.is(200);
    }
    head(&client).await;
    let mut stream = Sse::open(&client, &format!("/live?v=session&s=a&after={before}"), None).await;
    let rows = next(&mut stream, "ev").await.json();
    let html = rows["html"].as_str().expect("rows");
    assert_eq!(html.matches("<li id=\"e-").count(), 500);
    assert!(html.contains("740 events skipped"), "{}", &html[..300]);
    // The gap is filled in bounded parts, each of which leads to the next.
    let mut found = 0;
    let mut link = Some(gap(html));
    while let Some(path) = link {
        let answer = client.get(&path).await.is(200);
        let html = answer.text();
        found += html.matches("<li id=\"e-").count();
        link = html.contains("events skipped").then(|| gap(&html));
        assert_eq!(link.is_some(), !answer.header("x-skipped").is_empty());
        assert!(!answer.header("x-seq").is_empty());
    }
    // Each part gives the row behind it again, because it counts from the part's last.
    assert_eq!(found, 742);
}

/// Where a gap leads.
fn gap(html: &str) -> String {
    let link = html.split("gap away\"><a href=\"").nth(1).and_then(|rest| rest.split('"').next());
    link.expect("a link").replace("&amp;", "&")
}

#[tokio::test]
async fn a_page_of_another_log_or_build_is_told_to_load_anew() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&started("a", 1, "g")).await;
    for path in ["/live?v=forest&after=99", "/live?v=forest&b=older"] {
        let mut stream = Sse::open(&client, path, None).await;
        let told = stream.next().await.expect("a reset");
        assert_eq!(told.event.as_deref(), Some("reset"), "{path}");
    }
    for path in ["/live", "/live?v=what", "/live?v=session"] {
        client.get(path).await.is(400);
    }
}

#[tokio::test]
async fn it_ends_when_the_collector_stops() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&started("a", 1, "g")).await;
    let mut streams = Vec::new();
    for path in ["/live?v=forest", "/live?v=session&s=a", "/live?v=session&s=nobody"] {
        let mut stream = Sse::open(&client, path, None).await;
        assert!(stream.comment().await);
        streams.push(stream);
    }
    let metrics = client.get("/metrics").await.text();
    assert!(metrics.contains("banyan_live_subscribers 3"), "{metrics}");
    let (_setup, code) = banyan.stop().await;
    assert_eq!(code, Some(0));
    for mut stream in streams {
        while stream.next().await.is_some() {}
    }
}

#[tokio::test]
async fn it_is_not_compressed_and_pages_that_leave_are_missed() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let headers = [("accept-encoding", "gzip, zstd"), ("accept", "text/event-stream")];
    let mut connection = client.connect().await;
    let ask = request(Method::GET, "/live?v=forest", &headers, "");
    let answer = connection.begin(ask).await.expect("an answer");
    assert!(answer.headers().get("content-encoding").is_none());
    drop((answer, connection));
    let gone = async {
        while !client.get("/metrics").await.text().contains("banyan_live_subscribers 0") {
            tokio::task::yield_now().await;
        }
    };
    within("the page to be missed", gone).await;
}

#[tokio::test]
async fn one_event_is_a_fragment_of_its_page() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&json!([started("a", 1, "g"), thought("a", 2, "see <b>me</b>")])).await;
    let position = head(&client).await;
    let html = client.get(&format!("/f/event/{position}?s=a")).await.is(200).text();
    assert!(html.trim_start().starts_with("<aside class=\"insp\""), "{html}");
    assert!(html.contains("see &lt;b&gt;me"), "{html}");
    for (path, status) in [
        (format!("/f/event/{position}?s=nobody"), 404),
        ("/f/event/999?s=a".to_owned(), 404),
        ("/f/event/x?s=a".to_owned(), 404),
        (format!("/f/event/{position}"), 400),
        ("/f/events?s=nobody&after=0".to_owned(), 404),
        ("/f/events?s=a".to_owned(), 400),
        ("/f/head?after=x".to_owned(), 400),
        ("/f/head?after=0&v=session".to_owned(), 400),
        ("/f/head?after=0&v=session&s=nobody".to_owned(), 404),
        ("/f/head?after=0&v=tree".to_owned(), 400),
    ] {
        assert_eq!(client.get(&path).await.status, status, "{path}");
    }
}
