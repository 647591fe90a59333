//! What searches find, how it is counted, and in which pages it comes.

use banyan_protocol::view::{FoundSession, SearchView, Status, Tally};

use super::{
    super::fixture::{EventDraft, Fixture},
    *,
};

/// An event whose payload is a text.
fn says(text: &'static str) -> impl FnOnce(&mut EventDraft) {
    move |event| event.payload = text
}

fn ran(tool: &'static str, ok: bool, text: &'static str) -> impl FnOnce(&mut EventDraft) {
    move |event| {
        (event.kind, event.payload) = ("operation.tool_end", text);
        (event.tool, event.ok) = (Some(tool), Some(ok));
    }
}

/// Coder said hello (1) and ran bash, which failed (2) and succeeded (4); tester ran `bash_run` (3)
/// and said hello world (5).
async fn fixture() -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture.session("coder", None).await;
    fixture
        .session_with("tester", Some("coder"), |draft| {
            (draft.agent_id, draft.status) = ("Tester".to_owned(), Status::Failed);
            draft.goal = Some("Say hello".to_owned());
        })
        .await;
    fixture.event("coder", says(r#"{"reasoning":"hello"}"#)).await;
    fixture.event("coder", ran("bash", false, r#"{"error":"exit 101"}"#)).await;
    fixture.event("tester", ran("bash_run", true, r#"{"result":"exit 0"}"#)).await;
    fixture.event("coder", ran("Bash", true, r#"{"result":"exit 0"}"#)).await;
    fixture.event("tester", says(r#"{"reasoning":"hello <b>world</b>"}"#)).await;
    fixture.index().await;
    fixture
}

async fn search(fixture: &Fixture, scope: Scope, text: &str) -> SearchView {
    let request = SearchRequest { text: text.to_owned(), scope, ..SearchRequest::default() };
    fixture.query.search(&request).await.unwrap()
}

/// `tester 5 3, coder 4`
fn line(sessions: &[FoundSession]) -> String {
    let session = |found: &FoundSession| {
        let hits = found.hits.iter().map(|hit| format!(" {}", hit.key));
        format!("{}{}", found.session.id, hits.collect::<String>())
    };
    sessions.iter().map(session).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn searches_find_events_by_session_newest_first() {
    let fixture = fixture().await;
    for (text, expected) in [
        ("hello", "tester 5, coder 1"),
        ("hell*", "tester 5, coder 1"),
        (r#""hello world""#, ""),
        ("hello -world", "coder 1"),
        ("-hello", "coder 4 2, tester 3"),
        ("exit", "coder 4 2, tester 3"),
        ("tool:bash", "coder 4 2"),
        ("tool:BASH*", "coder 4 2, tester 3"),
        ("tool:bash ok:false", "coder 2"),
        ("ok:false,true", "coder 4 2, tester 3"),
        ("-tool:bash", "tester 5 3, coder 1"),
        ("-ok:true", "tester 5, coder 2 1"),
        ("kind:tool.end exit", "coder 4 2, tester 3"),
        ("kind:thought", "tester 5, coder 1"),
        ("-kind:thought", "coder 4 2, tester 3"),
        ("agent:tester", "tester 5 3"),
        ("status:failed hello", "tester 5"),
        ("-status:failed", "coder 4 2 1"),
        ("under:coder exit", "tester 3"),
        ("pos<4", "tester 3, coder 2 1"),
        ("pos>=4 exit", "coder 4"),
        ("pos:2,3", "tester 3, coder 2"),
        ("after:-1h exit", "coder 4 2, tester 3"),
        ("before:-1h", ""),
        ("id:nobody", ""),
        ("🌳", ""),
    ] {
        let found = search(&fixture, Scope::Events, text).await;
        assert_eq!(line(&found.sessions), expected, "{text}");
        let hits =
            expected.split(' ').filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        assert_eq!(found.total, tally(hits.count(), false), "{text}");
    }
}

#[tokio::test]
async fn searches_find_sessions_by_what_they_are_and_said() {
    let fixture = fixture().await;
    for (text, expected) in [
        ("hello", "tester, coder"),
        ("tool:bash", "coder"),
        ("agent:tester exit", "tester"),
        ("status:failed,running", "tester, coder"),
        ("cost>1", ""),
    ] {
        let found = search(&fixture, Scope::Sessions, text).await;
        assert_eq!(line(&found.sessions), expected, "{text}");
        assert_eq!(found.total, found.total_sessions, "{text}");
    }
    let found = search(&fixture, Scope::Sessions, "hello").await;
    let goal: Vec<_> =
        found.sessions[0].goal.iter().map(|part| (part.text.as_str(), part.marked)).collect();
    assert_eq!(goal, [("Say ", false), ("hello", true)]);
}

#[tokio::test]
async fn hits_are_marked_and_read_as_rows_of_a_feed() {
    let fixture = fixture().await;
    let found = search(&fixture, Scope::Events, "world ok:true").await;
    assert!(found.sessions.is_empty());
    let found = search(&fixture, Scope::Events, "world").await;
    let hit = &found.sessions[0].hits[0];
    let text: Vec<_> = hit.text.iter().map(|part| (part.text.as_str(), part.marked)).collect();
    assert_eq!(text, [("hello <b>", false), ("world", true), ("</b>", false)]);
    assert_eq!((hit.title.as_str(), hit.ok), ("thought", None));
    let found = search(&fixture, Scope::Events, "101").await;
    let hit = &found.sessions[0].hits[0];
    assert_eq!(
        (hit.title.as_str(), hit.ok, hit.key),
        ("tool_end", Some(false), EventKey::first(2))
    );
}

/// AC-33
#[tokio::test]
async fn the_count_of_a_facet_is_that_of_its_query() {
    let fixture = fixture().await;
    let mut checked = 0;
    for scope in [Scope::Events, Scope::Sessions] {
        for text in
            ["exit", "hell*", "-nothing", "tool:bash,bash_run", "agent:coder,tester ok:true"]
        {
            for facet in search(&fixture, scope, text).await.facets {
                for value in facet.values {
                    let narrowed = search(&fixture, scope, &value.query).await;
                    assert_eq!(
                        narrowed.total,
                        Tally { count: value.count, capped: false },
                        "{value:?}"
                    );
                    checked += 1;
                }
            }
        }
    }
    assert!(40 < checked, "{checked}");
}

#[tokio::test]
async fn a_session_shows_three_hits_and_leads_to_the_others() {
    let mut fixture = fixture().await;
    for _ in 0..120 {
        fixture.event("coder", says(r#"{"reasoning":"hello again"}"#)).await;
    }
    fixture.index().await;
    let found = search(&fixture, Scope::Events, "hello").await;
    assert_eq!(line(&found.sessions), "coder 125 124 123, tester 5");
    assert_eq!(found.sessions[0].count, 121);
    assert_eq!(found.sessions[0].query, "hello id:coder");
    let mut request = SearchRequest { text: "hello id:coder".to_owned(), ..Default::default() };
    let mut seen = 0;
    for (hits, newer, older) in [(50, false, true), (50, true, true), (21, true, false)] {
        let page = fixture.query.search(&request).await.unwrap();
        assert_eq!(page.sessions[0].hits.len(), hits);
        assert_eq!((page.newer.is_some(), page.older.is_some()), (newer, older));
        seen += hits;
        request.after = page.older;
    }
    assert_eq!(seen, 121);
}

#[tokio::test]
async fn pages_of_sessions_show_each_once() {
    let mut fixture = Fixture::new().await;
    for no in 0..45 {
        let id = format!("s{no}");
        fixture.session(&id, None).await;
        fixture.event(&id, |_| {}).await;
    }
    fixture.index().await;
    for scope in [Scope::Events, Scope::Sessions] {
        let mut request = SearchRequest { text: "agent:*".to_owned(), scope, ..Default::default() };
        let (mut ids, mut pages) = (Vec::new(), 0);
        loop {
            let page = fixture.query.search(&request).await.unwrap();
            ids.extend(page.sessions.iter().map(|found| found.session.id.clone()));
            pages += 1;
            request.after = page.older;
            if request.after.is_none() {
                break;
            }
        }
        let expected: Vec<_> = (0..45).rev().map(|no| format!("s{no}")).collect();
        assert_eq!((ids, pages), (expected, 3), "{scope:?}");
    }
}

#[tokio::test]
async fn where_nothing_is_found_the_nearest_query_is_offered() {
    let fixture = fixture().await;
    let found = search(&fixture, Scope::Events, "exit tool:bash -status:running cost>1").await;
    assert!(found.sessions.is_empty() && found.relaxed.is_none());
    let found = search(&fixture, Scope::Events, "exit tool:bash agent:tester").await;
    let relaxed = found.relaxed.unwrap();
    assert_eq!(
        (relaxed.dropped.as_str(), relaxed.query.as_str()),
        ("tool:bash", "exit agent:tester")
    );
    assert_eq!(relaxed.total, Tally { count: 1, capped: false });
    let terms: Vec<_> = found.terms.iter().map(|term| term.without.as_str()).collect();
    assert_eq!(terms, ["tool:bash agent:tester", "exit agent:tester", "exit tool:bash"]);
}

#[tokio::test]
async fn counts_above_a_limit_say_so_and_lead_further() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture
        .run(
            "with recursive n(n) as (select 1 union all select n + 1 from n where n < 10500)
             insert into event (key, session_no, sequence, kind, at, received_at, variant, flags,
                                digest, raw)
             select n * 256, 1, n, 'x', n, n, 0, 0, x'00', '{}'
             from n",
        )
        .await;
    fixture.index().await;
    for text in ["kind:x", "-kind:y"] {
        let found = search(&fixture, Scope::Events, text).await;
        assert_eq!(found.total, Tally { count: 10_000, capped: true });
        let request = SearchRequest {
            text: text.to_owned(),
            after: Some((501 * 256 + 1).to_string()),
            ..Default::default()
        };
        let last = fixture.query.search(&request).await.unwrap();
        assert_eq!((last.older, last.further.clone()), (None, Some(format!("{text} pos<501"))));
        let rest = search(&fixture, Scope::Events, &last.further.unwrap()).await;
        assert_eq!(rest.total, Tally { count: 500, capped: false });
    }
}

#[tokio::test]
async fn events_that_are_not_indexed_yet_are_counted() {
    let mut fixture = fixture().await;
    fixture.run("insert or replace into checkpoint values ('sessions', 5), ('search', 3)").await;
    assert_eq!(search(&fixture, Scope::Events, "hello").await.unindexed, 2);
}

#[test]
fn a_query_that_cannot_be_read_is_explained() {
    let error = filter::parse("knd:x").unwrap_err();
    let misread = misread("knd:x", &error);
    assert_eq!(misread.message, "unknown key (did you mean kind?) at 1");
    assert_eq!(misread.corrected.as_deref(), Some("kind:x"));
}
