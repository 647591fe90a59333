//! Every statement of this room, as SQLite plans it: none may walk through a whole table.
//!
//! The statements are those that sqlx reports while every question is asked, so that a new one
//! cannot be forgotten as long as its question is asked here.

mod statements;

use banyan_protocol::{
    EventKey,
    view::{AlertRule, AlertState},
};

pub(crate) use self::statements::Statements;
use self::statements::{plan, walks};
use super::{
    AlertsRequest, Direction, FeedRequest, ForestRequest, ForestSort, FreshRequest, Neighbours,
    Query, RowKey, RowNo, Scope, SearchRequest, SearchScope, SessionsRequest, Skip, TreeRequest,
    fixture::Fixture,
};

async fn ask_of_alerts(query: &Query) {
    query.open_alerts().await.unwrap();
    query.alert("1-loop-1").await.unwrap();
    for state in [None].into_iter().chain(AlertState::ALL.map(Some)) {
        let all = AlertsRequest { state, ..AlertsRequest::default() };
        let after = Some("9.1.0.1".to_owned());
        query.alerts(&AlertsRequest { after, ..all.clone() }).await.unwrap();
        query.alerts(&AlertsRequest { rule: Some(AlertRule::Loop), ..all.clone() }).await.unwrap();
        query.alerts(&AlertsRequest { session: Some("a".to_owned()), ..all }).await.unwrap();
    }
}

async fn ask_everything(fixture: &Fixture) {
    let query = &fixture.query;
    query.settle().await;
    query.outcome(1, 1).await.unwrap();
    for filter in [
        None,
        Some("status:failed"),
        Some("id:a"),
        Some("root:a"),
        Some("parent:a"),
        Some("under:a"),
        Some("group:1"),
        Some("pos:1"),
        Some("alert:loop"),
        Some("text goal:x cost>1"),
        Some("kind:thought tool:x ok:true -kind:goal"),
        Some("tool:x* -ok:false"),
        Some("kind:thought,goal"),
    ] {
        let filter = filter.map(str::to_owned);
        let request = SessionsRequest { limit: 9, after: None, filter };
        query.sessions(&request).await.unwrap();
    }
    ask_searches(fixture).await;
    query.session("a").await.unwrap();
    query.session("nobody").await.unwrap();
    query.events_of("a").await.unwrap();
    query.events_after(0, 9).await.unwrap();
    query.alerts_of("a").await.unwrap();
    query.alerts_between(0, 9).await.unwrap();
    ask_of_alerts(query).await;
    query.tree("a", 9, 9).await.unwrap();
    query.tree("b", 9, 9).await.unwrap();
    query.children("a", None, 9).await.unwrap();
    query.ancestors("b").await.unwrap();
    query.cast("a").await.unwrap();
    query.missing("a").await.unwrap();
    query.groups(0, 9).await.unwrap();
    let chosen = ForestRequest {
        after: Some("9.9".to_owned()),
        open: Some(vec!["1".to_owned()]),
        window: Some(("1".to_owned(), 0)),
        ..ForestRequest::default()
    };
    query.forest(&chosen).await.unwrap();
    ask_forests(fixture, &chosen).await;
    query.tree_around("b", None, 200).await.unwrap();
    let request = TreeRequest::default();
    query.subtree("a", &request).await.unwrap();
    query.branches(&[(RowNo(1), 0), (RowNo(2), 9)], Neighbours::Folded).await.unwrap();
    query.rows(&[RowKey::One(RowNo(1)), RowKey::Several(RowNo(2), RowNo(3))]).await.unwrap();
    query.siblings((RowNo(2), RowNo(3))).await.unwrap();
    for direction in [Direction::After(RowNo(1)), Direction::Before(RowNo(2)), Direction::Last] {
        query.trouble(RowNo(1), direction).await.unwrap();
    }
    query.timeline("b", Scope::Tree, &request).await.unwrap();
    query.timeline("b", Scope::Subtree, &request).await.unwrap();
    query.counts().await.unwrap();
    query.changes_after(0).await.unwrap();
    query.changes_around("b", 0).await.unwrap();
    query.standings(&["a".to_owned()]).await.unwrap();
    ask_feeds(fixture).await;
}

async fn ask_feeds(fixture: &Fixture) {
    let query = &fixture.query;
    query.feed("a", &FeedRequest::default()).await.unwrap();
    let around = FeedRequest { around: Some(EventKey::first(1)), ..FeedRequest::default() };
    query.feed("a", &around).await.unwrap();
    for skip in [Skip::Oldest, Skip::Newest] {
        let stretch = FreshRequest { after: 0, until: 9, skip };
        query.fresh_feed("a", &FeedRequest::default(), stretch).await.unwrap();
    }
    for position in [1, 2, 3] {
        query.event("a", EventKey::first(position)).await.unwrap();
    }
    query.raw_of(1, None).await.unwrap();
    query.raw_of(1, Some((1, 256))).await.unwrap();
    query.session_number("a").await.unwrap();
    query.subtree_numbers("a").await.unwrap();
    let share = super::Share { rows: 9, bytes: 999, payload_bytes: 99 };
    query.portable("a", share).await.unwrap();
}

async fn ask_forests(fixture: &Fixture, chosen: &ForestRequest) {
    use ForestSort::{Cost, Duration, First, Last, Tokens};
    for sort in [Last, First, Cost, Tokens, Duration] {
        for after in [None, Some("9.9".to_owned())] {
            let request = ForestRequest { after, sort, ..ForestRequest::default() };
            fixture.query.forest(&request).await.unwrap();
        }
        for text in ["status:failed", "is:attention x tool:y", "cost>1 agent:coder"] {
            let request = ForestRequest { sort, ..ForestRequest::default() };
            fixture.query.forest_of(text, &request).await.unwrap();
            fixture.query.forest_of(text, chosen).await.unwrap();
        }
    }
}

async fn ask_searches(fixture: &Fixture) {
    let query = &fixture.query;
    for scope in [SearchScope::Events, SearchScope::Sessions] {
        for text in [
            "x",
            "kind:thought",
            "-kind:thought",
            "-x",
            "agent:coder",
            "status:failed x",
            "pos<9 after:-1h",
            "id:a tool:x",
        ] {
            let text = text.to_owned();
            let request = SearchRequest { text, scope, ..SearchRequest::default() };
            query.search(&request).await.unwrap();
        }
    }
}

#[tokio::test]
async fn no_question_walks_through_a_whole_table() {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture.session("b", Some("a")).await;
    fixture.event("a", |_| {}).await;
    fixture
        .event("a", |event| {
            (event.kind, event.payload) = ("operation.agent_spawn", r#"{"child_session_id":"b"}"#);
        })
        .await;
    fixture.event("a", |event| event.more = r#","event_id":"e""#).await;
    fixture.run("update event set event_id = 'e' where key = 3 * 256").await;
    // More than is looked at for one page of a feed, so that the page is cut out.
    fixture.run("update session set own_events = 1000000 where id = 'a'").await;

    let statements = Statements::watch();
    ask_everything(&fixture).await;
    // The same where the log has grown: what is far behind is found in another way.
    fixture.run("insert or replace into checkpoint values ('sessions', 1000000)").await;
    ask_feeds(&fixture).await;
    let seen = statements.check(&mut fixture.writer).await;
    assert!(30 < seen, "only {seen} statements were seen");
    check_narrow_filters(&mut fixture, &statements).await;
}

/// Filters that must be answered from an index, and which.
const NARROW: [(&str, &str); 5] = [
    ("status:failed", "session_by_status (status=? AND no<?)"),
    ("id:a", "sqlite_autoindex_session_1 (id=?"),
    ("root:a", "session_by_root (root_no=?"),
    ("group:1", "session_by_root (root_no=?"),
    ("parent:a", "session_by_parent (parent_no=? AND no<?)"),
];

async fn check_narrow_filters(fixture: &mut Fixture, statements: &Statements) {
    for (filter, index) in NARROW {
        statements.take();
        let filter = Some(filter.to_owned());
        let request = SessionsRequest { limit: 9, after: None, filter };
        fixture.query.sessions(&request).await.unwrap();
        let reported = statements.take();
        let list = reported.iter().find(|statement| statement.contains("order by s.no desc"));
        let plan = plan(&mut fixture.writer, list.unwrap()).await;
        assert!(plan.iter().any(|line| line.contains(index)), "{index}: {plan:#?}");
    }
}

#[tokio::test]
async fn a_walk_through_a_table_would_be_seen() {
    let mut fixture = Fixture::new().await;
    for statement in [
        "select goal from session where goal = 'x'",
        "select * from event e",
        "select raw from event where session_no = 1 order by key",
    ] {
        let plan = plan(&mut fixture.writer, statement).await;
        assert_eq!(walks(&plan).len(), 1, "{plan:?}");
    }
}
