//! Faults of the reference collector that must not be ours, as far as they are about folding.

use banyan_protocol::{Flags, view::Status};

use super::mini::{Mini, say, with};

#[test]
fn a_failure_in_the_dialect_of_the_docs_is_a_failure() {
    let payload = r#"{"status":"failed","error_message":"no tests ran"}"#;
    let mini = Mini::heard([say(2, "session.ended", payload)]);
    assert_eq!(mini.facets().status, Status::Failed);
    assert_eq!(mini.facets().error, Some("no tests ran"));
}

#[test]
fn goal_and_parent_are_kept_wherever_the_start_comes() {
    let start =
        with("parent_session_id", r#""boss""#, &say(1, "session.started", r#"{"goal":"g"}"#));
    let others = [say(2, "cognition.thought", "{}"), say(3, "session.heartbeat", "{}")];
    let mini = Mini::heard([&others[..], &[start]].concat());
    assert_eq!((mini.facets().goal, mini.session.parent()), (Some("g"), Some("boss")));
}

#[test]
fn last_seen_and_totals_never_go_back() {
    let beat = |sequence, tokens: u64| {
        say(sequence, "session.heartbeat", &format!(r#"{{"total_tokens":{tokens}}}"#))
    };
    let mut mini = Mini::heard([beat(5, 500)]);
    let before = mini.facets().last_seen_at;
    mini.receive(&beat(4, 400));
    mini.settle();
    assert_eq!(mini.facets().total_tokens, Some(500));
    assert!(before < mini.facets().last_seen_at);
}

#[test]
fn any_event_may_be_the_first() {
    let first = |kind, payload| Mini::heard([say(1, kind, payload)]).facets().status;
    assert_eq!(first("session.heartbeat", r#"{"status":"waiting"}"#), Status::Waiting);
    assert_eq!(first("session.ended", r#"{"status":"cancelled"}"#), Status::Cancelled);
    assert_eq!(first("operation.tool_end", "{}"), Status::Running);
    assert_eq!(first("never.heard_of", "{}"), Status::Running);
}

#[test]
fn duplicates_count_once() {
    let call = say(1, "operation.tool_end", r#"{"success":false,"token_spend_delta":10}"#);
    let mini = Mini::heard([&call, &call, &call]);
    let own = mini.session.own();
    assert_eq!((own.events, own.tool_calls, own.errors, own.tokens), (1, 1, 1, 10));
}

#[test]
fn a_bad_field_costs_only_itself() {
    let payload = r#"{"token_spend":"many","status":"idle","step":4}"#;
    let mini = Mini::heard([say(1, "session.heartbeat", payload)]);
    let facets = mini.facets();
    assert_eq!((facets.status, facets.total_steps), (Status::Idle, Some(4)));
    assert_eq!(facets.total_tokens, None);
    assert!(facets.flags.contains(Flags::BAD_FIELD));
}
