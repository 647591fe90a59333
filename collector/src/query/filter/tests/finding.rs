//! Which sessions queries find.

use banyan_protocol::view::Status;

use super::super::super::{
    ForestRequest, SearchRequest, SearchScope, SessionsRequest,
    fixture::{EventDraft, Fixture, NOW},
};

/// Four sessions: root (group 1, said tokens and cost), child (failed), leaf below it (idle), and
/// lone (a placeholder).
async fn sessions() -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture
        .session_with("root", None, |draft| {
            draft.agent_id = "Planner".to_owned();
            draft.goal = Some("Migrate 100% of billing_v3".to_owned());
            (draft.tokens, draft.cost) = (Some(12_000), Some(1_500_000));
        })
        .await;
    fixture.session_with("child", Some("root"), |draft| draft.status = Status::Failed).await;
    fixture.session_with("leaf", Some("child"), |draft| draft.status = Status::Idle).await;
    fixture
        .session_with("lone", None, |draft| {
            (draft.status, draft.spoke) = (Status::Spawned, false);
        })
        .await;
    fixture.run("update session set group_no = 1 where id = 'root'").await;
    fixture.run("update session set error = 'exit 101', own_errors = 1 where id = 'child'").await;
    fixture.event("leaf", |event| event.payload = r#""a needle in the hay""#).await;
    let tool = |ok| {
        move |event: &mut EventDraft| {
            (event.kind, event.tool) = ("operation.tool_end", Some("cargo test"));
            event.ok = Some(ok);
        }
    };
    fixture.event("child", tool(false)).await;
    fixture.event("leaf", tool(true)).await;
    fixture.index().await;
    fixture.run("insert into alert values (2, 0, 1, 2, 1, 0, 'loop', null, null)").await;
    sqlx::query("update session set started_at = ?1, own_last_at = ?2 where id = 'root'")
        .bind(NOW - 3_600_000_000)
        .bind(NOW - 60_000_000)
        .execute(&mut fixture.writer)
        .await
        .unwrap();
    fixture
}

/// Queries, and the sessions that they find.
const FOUND: [(&str, &str); 74] = [
    ("", "lone leaf child root"),
    ("status:failed,idle", "leaf child"),
    ("status:failed status:idle", "leaf child"),
    ("status:failed agent:planner", ""),
    ("-status:failed", "lone leaf root"),
    ("agent:PLANNER", "root"),
    ("agent:cod*", "lone leaf child"),
    ("-agent:cod*", "root"),
    ("id:leaf", "leaf"),
    ("id:l*", "lone leaf"),
    ("goal:billing", "root"),
    ("goal:100%", "root"),
    ("goal:1%0", ""),
    ("goal:billing_v", "root"),
    ("goal:billing%v", ""),
    ("-goal:billing", "lone leaf child"),
    ("model:*", ""),
    ("err:EXIT", "child"),
    ("parent:root", "child"),
    ("root:root", "leaf child root"),
    ("under:root", "leaf child"),
    ("under:leaf under:nobody", ""),
    ("depth:0", "lone root"),
    ("depth>0", "leaf child"),
    ("group:1", "leaf child root"),
    ("group>1", ""),
    ("cost>1", "root"),
    ("cost>1 cost<1.5", ""),
    ("cost>=1.5 cost<=1.5", "root"),
    ("tok:12k", "root"),
    ("-tok:12k", "lone leaf child"),
    ("dur:59m", "root"),
    ("dur<1h", "root"),
    ("started:-2h", "root"),
    ("started<2026-11-21", "root"),
    ("started>2026-11-20", ""),
    ("started:2026-11-20", "root"),
    ("after:-5m", "root"),
    ("before:-2h", ""),
    ("is:root", "lone root"),
    ("is:leaf", "lone leaf"),
    ("is:live", "lone leaf root"),
    ("is:ended", "child"),
    ("is:placeholder", "lone"),
    ("is:stalled", ""),
    ("is:attention", "child"),
    ("is:orphan,complete", ""),
    ("has:failed", "child root"),
    ("has:error", "child"),
    ("has:children", "child root"),
    ("has:missing,alert", ""),
    ("alert:loop", "child"),
    ("alert:stall", ""),
    ("pos:1", "leaf"),
    ("pos:99", ""),
    ("pos>2", "lone leaf"),
    ("needle", "leaf"),
    ("need*", "leaf"),
    (r#""in the hay""#, "leaf"),
    (r#""the in hay""#, ""),
    ("-needle", "lone child root"),
    ("kind:tool_end", "leaf child"),
    ("kind:thought", "leaf"),
    ("kind:operation.*", "leaf child"),
    ("-kind:tool_end", "lone root"),
    (r#"tool:"cargo test""#, "leaf child"),
    ("tool:cargo", ""),
    ("tool:CARGO*", "leaf child"),
    ("tool:cargo* ok:false", "child"),
    ("kind:thought ok:true", ""),
    ("ok:true,false -tool:cargo*", ""),
    ("-ok:true", "lone child root"),
    (r#""quo\"te' or 1=1 --""#, ""),
    ("* *", "lone leaf child root"),
];

/// `old` said one thing, then `new` said it more often than events are looked at for words.
async fn rare_and_frequent() -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture.session("old", None).await;
    fixture.session("new", None).await;
    fixture.session("mute", None).await;
    fixture
        .event("old", |event| {
            (event.kind, event.tool, event.ok) = ("operation.tool_end", Some("zap"), Some(true));
            event.payload = r#""needle""#;
        })
        .await;
    fixture
        .run(
            "with recursive numbers(n) as (
                 select 2 union all select n + 1 from numbers where n < 11000)
             insert into event (key, session_no, sequence, kind, at, received_at, variant,
                                flags, digest, tool, ok, raw)
             select n * 256, 2, n, 'operation.tool_end', n, n, 0, 0, x'00', 'zap', 1, 'needle'
             from numbers",
        )
        .await;
    fixture.index().await;
    fixture
}

#[tokio::test]
async fn a_session_is_found_by_one_event_however_many_others_say_the_same() {
    let fixture = rare_and_frequent().await;
    for (filter, expected, capped) in [
        ("tool:zap", "new old", false),
        ("-tool:zap", "mute", false),
        ("-tool:zap agent:c*", "mute", false),
        ("kind:tool_end ok:true", "new old", false),
        ("-kind:tool_end", "mute", false),
        ("-ok:true", "mute", false),
        // Of words that is not so, and it is said.
        ("needle", "new", true),
        ("nothing", "", false),
    ] {
        let request = SessionsRequest { limit: 9, after: None, filter: Some(filter.to_owned()) };
        let page = fixture.query.sessions(&request).await.unwrap();
        let ids: Vec<_> = page.sessions.iter().map(|session| session.id.as_str()).collect();
        assert_eq!((ids.join(" ").as_str(), page.capped), (expected, capped), "{filter}");
        let request = SearchRequest {
            text: filter.to_owned(),
            scope: SearchScope::Sessions,
            ..SearchRequest::default()
        };
        let found = fixture.query.search(&request).await.unwrap();
        assert_eq!(found.total.capped, capped, "{filter}");
        let forest = fixture.query.forest_of(filter, &ForestRequest::default()).await.unwrap();
        assert_eq!(forest.matches.unwrap().sessions.capped, capped, "{filter}");
    }
}

#[tokio::test]
async fn filters_find_sessions() {
    let fixture = sessions().await;
    for (filter, expected) in FOUND {
        let request = SessionsRequest { limit: 9, after: None, filter: Some(filter.to_owned()) };
        let page = fixture.query.sessions(&request).await.unwrap();
        let ids: Vec<_> = page.sessions.iter().map(|session| session.id.as_str()).collect();
        assert_eq!(ids.join(" "), expected, "{filter}");
    }
}
