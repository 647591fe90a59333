//! Status, beginning and end, a test a rule.

use banyan_protocol::view::Status;

use super::mini::{Mini, at, say, spawn, unnumbered};
use crate::projection::own::Own;

#[test]
fn a_session_is_what_its_latest_heartbeat_says_until_it_does_something() {
    let beat = |sequence, state: &str| {
        say(sequence, "session.heartbeat", &format!(r#"{{"status":"{state}"}}"#))
    };
    let think = |sequence| say(sequence, "cognition.thought", "{}");
    let mute = say(9, "session.heartbeat", "{}");
    let status = |events: &[String]| Mini::heard(events).facets().status;

    assert_eq!(status(&[beat(3, "idle")]), Status::Idle);
    assert_eq!(status(&[beat(3, "waiting"), beat(2, "idle")]), Status::Waiting);
    assert_eq!(status(&[beat(3, "waiting"), beat(4, "running")]), Status::Running);
    assert_eq!(status(&[beat(3, "waiting"), think(2)]), Status::Waiting);
    assert_eq!(status(&[think(4), beat(3, "waiting")]), Status::Running);
    assert_eq!(status(&[beat(3, "waiting"), mute]), Status::Waiting);
    assert_eq!(status(&[think(1)]), Status::Running);
}

#[test]
fn the_end_says_how_it_went() {
    for (word, status) in [
        ("completed", Status::Completed),
        ("failed", Status::Failed),
        ("cancelled", Status::Cancelled),
        ("timeout", Status::Timeout),
    ] {
        let payload = format!(r#"{{"outcome":"{word}","summary":"so","error":"why"}}"#);
        let mini = Mini::heard([say(2, "session.ended", &payload), say(1, "x.y", "{}")]);
        let facets = mini.facets();
        assert_eq!((facets.status, facets.ended_at), (status, Some(at(2))));
        assert_eq!((facets.final_response, facets.error), (Some("so"), Some("why")));
        let own = mini.session.own();
        assert_eq!((own.live, own.running, own.tokens_mute, own.cost_mute), (0, 0, 1, 1));
        let failed = i64::from(status.is_failed());
        assert_eq!((own.failed, own.errors), (failed, failed));
    }
}

#[test]
fn late_words_do_not_reopen() {
    let end = say(3, "session.ended", "{}");
    let late = [
        say(4, "session.heartbeat", r#"{"status":"running"}"#),
        say(5, "cognition.thought", "{}"),
        say(1, "session.started", "{}"),
        unnumbered(9, &say(9, "session.started", "{}")),
    ];
    let mini = Mini::heard([&[end][..], &late].concat());
    assert_eq!(mini.facets().status, Status::Completed);
}

#[test]
fn a_start_reopens_only_what_it_can_be_compared_with() {
    let end = unnumbered(3, &say(3, "session.ended", "{}"));
    let mini = Mini::heard([end, say(4, "session.started", "{}")]);
    assert_eq!(mini.facets().status, Status::Completed, "which of them came later is not said");
}

#[test]
fn a_later_start_reopens() {
    let end = say(3, "session.ended", r#"{"outcome":"failed","summary":"so","error":"why"}"#);
    let start = say(4, "session.started", "{}");
    for events in [[&end, &start], [&start, &end]] {
        let mini = Mini::heard(events);
        let facets = mini.facets();
        assert_eq!((facets.status, facets.ended_at), (Status::Running, None));
        assert_eq!((facets.final_response, facets.error, facets.complete), (None, None, false));
        assert_eq!((mini.session.own().failed, mini.session.own().errors), (0, 0));
    }
    let mini = Mini::heard([end, start, say(5, "session.ended", "{}")]);
    assert_eq!(mini.facets().status, Status::Completed);

    let (end, start) = (say(1, "session.ended", "{}"), say(2, "session.started", "{}"));
    let mini = Mini::heard([unnumbered(1, &end), unnumbered(2, &start)]);
    assert_eq!(mini.facets().status, Status::Running, "without sequences, arrival says it");
}

#[test]
fn it_started_when_it_says_so_or_when_it_was_first_heard() {
    let events = [
        say(7, "session.started", "{}"),
        say(2, "cognition.thought", "{}"),
        say(5, "session.started", "{}"),
    ];
    assert_eq!(Mini::heard(&events).facets().started_at, Some(at(5)));
    assert_eq!(Mini::heard(&events[1..2]).facets().started_at, Some(at(2)));
}

#[test]
fn complete_is_said_only_with_evidence() {
    let complete = |sequences: &[i64], end| {
        let beats = sequences.iter().map(|&sequence| say(sequence, "session.heartbeat", "{}"));
        let mini = Mini::heard(beats.chain([say(end, "session.ended", "{}")]));
        (mini.facets().complete, mini.facets().missing_count)
    };
    assert_eq!(complete(&[1, 2, 3], 4), (true, 0));
    assert_eq!(complete(&[0, 1, 3, 2], 4), (true, 0));
    assert_eq!(complete(&[], 1), (true, 0));
    assert_eq!(complete(&[1, 3], 4), (false, 1), "one is missing");
    assert_eq!(complete(&[2, 3], 4), (false, 1), "the first is missing");
    assert_eq!(complete(&[1, 2, 4], 3), (false, 0), "something came after the end");
    assert!(!Mini::heard([say(1, "session.started", "{}")]).facets().complete, "it lives");
    let end = unnumbered(1, &say(1, "session.ended", "{}"));
    assert!(!Mini::heard([end]).facets().complete, "nobody counted");
}

#[test]
fn a_deleted_session_never_comes_back() {
    let mut mini = Mini::heard([say(1, "session.started", "{}"), spawn(1, "boss", "x")]);
    mini.session.delete();
    for event in [say(1, "session.started", "{}"), say(2, "session.ended", "{}")] {
        mini.receive(&event);
    }
    mini.receive(&spawn(0, "another", "x"));
    mini.settle();
    assert!(!mini.session.is_known());
    assert!(mini.session.is_deleted());
    assert_eq!(mini.session.parent(), None);
    assert_eq!(mini.session.own(), Own::default());
}
