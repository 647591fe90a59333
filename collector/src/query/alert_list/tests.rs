use banyan_protocol::{Timestamp, view::Status};

use super::{super::fixture::Fixture, *};

async fn alerts() -> Fixture {
    let mut fixture = Fixture::new().await;
    fixture.session("a", None).await;
    fixture.session("b", None).await;
    fixture.session_with("c", None, |draft| draft.status = Status::Failed).await;
    fixture
        .run(
            "insert into alert values
                 (1, 0, 5, 9, 1, 90, 'loop of a', null, null),
                 (1, 2, 3, 4, 2, 40, 'cascade of a', 12, 120),
                 (2, 0, 6, 9, 1, 60, 'loop of b', null, null),
                 (2, 3, 1, 2, 0, 10, 'stall of b', null, null),
                 (3, 3, 7, 8, 0, 10, 'stall of c', 13, 130)",
        )
        .await;
    // The last one is of an alert that a replay took away.
    fixture
        .run(
            "insert into acknowledgement values
                 (1, 2, 3, 12, 120), (3, 3, 7, 13, 130), (1, 4, 1, 14, 140)",
        )
        .await;
    fixture
}

async fn messages(fixture: &Fixture, request: &AlertsRequest) -> (Vec<String>, Option<String>) {
    let page = fixture.query.alerts(request).await.unwrap();
    (page.alerts.into_iter().map(|entry| entry.message).collect(), page.next)
}

const ALL: [&str; 5] = ["loop of b", "loop of a", "stall of c", "cascade of a", "stall of b"];

#[tokio::test]
async fn alerts_are_narrowed_down() {
    let fixture = alerts().await;
    let all = AlertsRequest { limit: 9, ..AlertsRequest::default() };
    let state = |state| AlertsRequest { state: Some(state), ..all.clone() };
    for (request, expected) in [
        (all.clone(), &ALL[..]),
        (state(AlertState::Open), &["loop of b", "loop of a", "stall of b"]),
        (state(AlertState::Acknowledged), &["cascade of a"]),
        (state(AlertState::Closed), &["stall of c"]),
        (
            AlertsRequest { rule: Some(AlertRule::Stall), ..state(AlertState::Closed) },
            &["stall of c"],
        ),
        (AlertsRequest { rule: Some(AlertRule::Loop), ..all.clone() }, &["loop of b", "loop of a"]),
        (
            AlertsRequest { severity: Some(Severity::Info), ..all.clone() },
            &["stall of c", "stall of b"],
        ),
        (
            AlertsRequest { session: Some("a".to_owned()), ..all.clone() },
            &["loop of a", "cascade of a"],
        ),
        (AlertsRequest { agent: Some("coder".to_owned()), ..all.clone() }, &ALL),
        (AlertsRequest { agent: Some("crawler".to_owned()), ..all.clone() }, &[]),
        (AlertsRequest { session: Some("nobody".to_owned()), ..all }, &[]),
    ] {
        assert_eq!(messages(&fixture, &request).await.0, expected, "{request:?}");
    }
}

#[tokio::test]
async fn pages_of_alerts_hold_each_once() {
    let fixture = alerts().await;
    let mut request = AlertsRequest { limit: 1, ..AlertsRequest::default() };
    let mut seen = Vec::new();
    loop {
        let (messages, next) = messages(&fixture, &request).await;
        seen.extend(messages);
        request.after = next;
        if request.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ALL);
    request.after = Some("no.such.key".to_owned());
    assert_eq!(messages(&fixture, &request).await.0, ALL[..1]);
}

#[tokio::test]
async fn alerts_are_counted_by_rule_and_state() {
    let fixture = alerts().await;
    for (session, expected) in [
        (
            None,
            &[
                (AlertRule::Loop, 2, 0, 0),
                (AlertRule::ErrorCascade, 0, 1, 0),
                (AlertRule::Stall, 1, 0, 1),
            ][..],
        ),
        (Some("a"), &[(AlertRule::Loop, 1, 0, 0), (AlertRule::ErrorCascade, 0, 1, 0)]),
        (Some("nobody"), &[]),
    ] {
        let session = session.map(str::to_owned);
        let request = AlertsRequest { session, ..AlertsRequest::default() };
        let page = fixture.query.alerts(&request).await.unwrap();
        let of = |count: AlertCount| (count.rule, count.open, count.acknowledged, count.closed);
        assert_eq!(page.counts.into_iter().map(of).collect::<Vec<_>>(), expected, "{request:?}");
    }
    assert_eq!(fixture.query.open_alerts().await.unwrap(), 3);
}

#[tokio::test]
async fn open_alerts_that_sessions_share_are_alike() {
    let fixture = alerts().await;
    let page = fixture.query.alerts(&AlertsRequest::default()).await.unwrap();
    let kin =
        AlertKin { rule: AlertRule::Loop, agent_id: "coder".to_owned(), alerts: 2, sessions: 2 };
    assert_eq!(page.alike, [kin]);
    let stall = AlertsRequest { rule: Some(AlertRule::Stall), ..AlertsRequest::default() };
    assert_eq!(fixture.query.alerts(&stall).await.unwrap().alike, []);
}

#[tokio::test]
async fn an_alert_is_found_by_its_id_with_those_like_it() {
    let fixture = alerts().await;
    let detail = fixture.query.alert("1-loop-5").await.unwrap().unwrap();
    let entry = &detail.entry;
    assert_eq!((entry.id.as_str(), entry.state), ("1-loop-5", AlertState::Open));
    let similar: Vec<_> = detail.similar.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(similar, ["2-loop-6"]);
    let said = fixture.query.alert("1-error_cascade-3").await.unwrap().unwrap().entry;
    assert_eq!(said.acknowledged_at, Some(Timestamp::from_micros(120)));
    assert_eq!(said.state, AlertState::Acknowledged);
    let closed = fixture.query.alert("3-stall-7").await.unwrap().unwrap().entry;
    assert_eq!(closed.state, AlertState::Closed);
    for id in ["", "1", "1-loop", "1-loop-5-", "1-loop-6", "9-loop-5", "1-Loop-5", "é-loop-5"] {
        assert!(fixture.query.alert(id).await.unwrap().is_none(), "{id}");
    }
}
