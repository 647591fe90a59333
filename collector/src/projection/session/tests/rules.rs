//! What is known of a session, a test a rule.

use banyan_protocol::{Flags, view::Status};

use super::mini::{Mini, at, say, spawn, with};
use crate::projection::{own::Own, session::Session};

#[test]
fn the_goal_is_what_was_said_first() {
    let goal =
        |sequence, goal: &str| say(sequence, "cognition.goal", &format!(r#"{{"goal":"{goal}"}}"#));
    let start =
        |sequence, goal: &str| say(sequence, "session.started", &format!(r#"{{"goal":"{goal}"}}"#));
    let spawned = spawn(9, "boss", "spawned");
    let mute = say(1, "session.started", "{}");
    let cases = [
        (vec![], None),
        (vec![spawned.clone()], Some("spawned")),
        (vec![goal(4, "late"), spawned.clone(), goal(2, "early")], Some("early")),
        (vec![start(5, "late"), goal(2, "said"), start(3, "early"), spawned], Some("early")),
        (vec![start(5, "late"), goal(2, "said"), mute], Some("late")),
    ];
    for (events, expected) in cases {
        assert_eq!(Mini::heard(&events).facets().goal, expected, "{events:?}");
    }
}

#[test]
fn the_current_goal_is_what_was_said_last() {
    let events = [
        say(1, "cognition.goal", r#"{"goal":"first","status":"set"}"#),
        say(4, "cognition.goal", r#"{"goal":"done","status":"completed"}"#),
        say(3, "session.heartbeat", r#"{"current_goal":"third"}"#),
        say(2, "cognition.goal", r#"{"goal":"second","status":"in_progress"}"#),
    ];
    assert_eq!(Mini::heard(&events).facets().current_goal, Some("third"));
    assert_eq!(Mini::heard(&events[..2]).facets().current_goal, Some("first"));
}

#[test]
fn spawn_makes_a_placeholder() {
    let mini = Mini::heard([spawn(7, "boss", "dig")]);
    let facets = mini.facets();
    assert!(mini.session.is_known());
    assert_eq!(mini.session.parent(), Some("boss"));
    assert_eq!((facets.status, facets.agent_id), (Status::Spawned, "by-boss"));
    assert_eq!((facets.first_position, facets.last_seen_at), (None, None));
    assert_eq!(mini.session.own(), Own { sessions: 1, live: 1, ..Own::default() });
}

#[test]
fn a_session_of_which_nothing_was_heard_is_not_known() {
    let session = Session::default();
    assert!(!session.is_known());
    assert_eq!(session.own(), Own::default());
    assert_eq!(session.parent(), None);
}

#[test]
fn its_own_words_replace_those_of_the_spawn() {
    for order in [[0, 1], [1, 0]] {
        let started = with("parent_session_id", r#""other""#, &say(1, "session.started", "{}"));
        let events = [spawn(7, "boss", "dig"), started];
        let mini = Mini::heard(order.map(|index| &events[index]));
        assert_eq!(mini.session.parent(), Some("other"));
        assert_eq!(mini.facets().agent_id, "coder");
        assert_eq!(mini.facets().goal, Some("dig"));
        assert_eq!(mini.facets().status, Status::Running);
    }
}

#[test]
fn the_smallest_claim_names_the_parent() {
    let claim = |sequence, parent: &str| {
        let beat = say(sequence, "session.heartbeat", "{}");
        with("parent_session_id", &format!(r#""{parent}""#), &beat)
    };
    let mini = Mini::heard([claim(5, "late"), claim(2, "early"), claim(3, "middle")]);
    assert_eq!(mini.session.parent(), Some("early"));
}

#[test]
fn the_smallest_spawn_names_the_parent_whoever_was_heard_first() {
    let mini = |events: [String; 3]| Mini::heard(events).session.parent().map(str::to_owned);
    let (a, b, c) = (spawn(4, "a", "x"), spawn(3, "c", "x"), spawn(3, "b", "x"));
    assert_eq!(mini([a.clone(), b.clone(), c.clone()]).as_deref(), Some("b"));
    assert_eq!(mini([c, b, a]).as_deref(), Some("b"));
}

#[test]
fn who_names_itself_is_flagged_and_stays_a_root() {
    let claim = with("parent_session_id", r#""me""#, &say(1, "session.started", "{}"));
    let child = say(2, "operation.agent_spawn", r#"{"child_session_id":"me"}"#);
    for event in [claim, child] {
        let mini = Mini::heard([event]);
        assert_eq!(mini.session.parent(), None);
        assert!(mini.facets().flags.contains(Flags::SELF_PARENT));
    }
}

#[test]
fn model_version_and_intent_are_what_was_said_last() {
    let events = [
        say(4, "session.started", r#"{"llm":"large","agent_version":"2"}"#),
        say(1, "session.started", r#"{"model":"small","agent_version":"1"}"#),
        say(6, "cognition.thought", r#"{"next_intent":"rest"}"#),
        say(5, "cognition.thought", r#"{"next_intent":"work"}"#),
        say(7, "cognition.thought", "{}"),
    ];
    let mini = Mini::heard(&events);
    let facets = mini.facets();
    assert_eq!(
        (facets.model, facets.agent_version, facets.next_intent),
        (Some("large"), Some("2"), Some("rest"))
    );
}

#[test]
fn the_envelope_knows_the_version_better_than_the_payload() {
    let started = say(1, "session.started", r#"{"agent_version":"payload"}"#);
    let mini = Mini::heard([with("agent_version", r#""envelope""#, &started)]);
    assert_eq!(mini.facets().agent_version, Some("envelope"));
}

#[test]
fn the_error_is_that_of_the_end_or_of_the_last_failed_call() {
    let failed = |sequence, error: &str| {
        let payload = format!(r#"{{"tool":"sh","success":false,"error":"{error}"}}"#);
        say(sequence, "operation.tool_end", &payload)
    };
    let ok = say(4, "operation.tool_end", r#"{"tool":"sh","success":true}"#);
    let mut events = vec![failed(3, "second"), failed(2, "first"), ok];
    assert_eq!(Mini::heard(&events).facets().error, Some("second"));
    events.push(say(5, "session.ended", r#"{"outcome":"failed"}"#));
    assert_eq!(Mini::heard(&events).facets().error, Some("second"));
    events.push(say(6, "session.ended", r#"{"outcome":"failed","error":"all of it"}"#));
    assert_eq!(Mini::heard(&events).facets().error, Some("all of it"));
}

#[test]
fn activity_is_the_latest_event_that_is_no_heartbeat() {
    let start = say(3, "operation.tool_start", r#"{"tool":"bash","input":{"command":"ls"}}"#);
    let beat = say(4, "session.heartbeat", r#"{"status":"running"}"#);
    let thought = say(2, "cognition.thought", r#"{"reasoning":"hm"}"#);
    for events in [[&start, &beat, &thought], [&beat, &thought, &start]] {
        let mini = Mini::heard(events);
        let facets = mini.facets();
        assert_eq!(facets.activity_kind, Some("operation.tool_start"));
        assert_eq!(facets.activity_text, Some("bash: ls"));
        assert_eq!(facets.activity_at, Some(at(3)));
    }
    let mini = Mini::heard([beat]);
    assert_eq!(mini.facets().activity_kind, Some("session.heartbeat"));
}

#[test]
fn long_texts_are_clipped() {
    let long = "é".repeat(100_000);
    let end = format!(r#"{{"summary":"{long}","error":"{long}"}}"#);
    let mini = Mini::heard([
        say(1, "session.started", &format!(r#"{{"goal":"{long}"}}"#)),
        say(2, "session.ended", &end),
    ]);
    let facets = mini.facets();
    assert_eq!(facets.goal.map(str::len), Some(8 * 1024));
    assert_eq!(facets.final_response.map(str::len), Some(64 * 1024));
    assert_eq!(facets.error.map(str::len), Some(64 * 1024));
    assert!(facets.activity_text.is_some_and(|text| text.len() <= 300));
}

#[test]
fn variants_of_an_event_are_flagged_and_counted() {
    let (first, second) = (say(1, "x.y", r#"{"v":1}"#), say(1, "x.y", r#"{"v":2}"#));
    let mini = Mini::heard([&first, &second, &first, &second]);
    assert_eq!(mini.session.own().events, 2);
    assert!(mini.facets().flags.contains(Flags::VARIANT));
    assert_eq!(mini.facets().missing_count, 0);
}
