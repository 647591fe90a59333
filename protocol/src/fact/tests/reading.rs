//! Single fields whose reading has rules of its own.

use super::*;

#[test]
fn tool_calls_fail_by_any_of_these_signs() {
    for (payload, success) in [
        (json!({}), true),
        (json!({ "success": true }), true),
        (json!({ "success": "True" }), true),
        (json!({ "success": 1 }), true),
        (json!({ "success": false }), false),
        (json!({ "success": "false" }), false),
        (json!({ "success": 0 }), false),
        (json!({ "status": "ok" }), true),
        (json!({ "status": "whatever" }), true),
        (json!({ "status": "error" }), false),
        (json!({ "status": "Failed" }), false),
        (json!({ "status": "failure" }), false),
        (json!({ "error": "boom" }), false),
        (json!({ "error": { "code": 5 } }), false),
        (json!({ "error_message": "boom", "status": "whatever" }), false),
        (json!({ "error": "boom", "success": true }), true),
        (json!({ "error": "boom", "status": "ok" }), true),
        (json!({ "error": "" }), true),
        (json!({ "error": null }), true),
    ] {
        let read = read("operation.tool_end", &payload, |fact, flags| {
            assert!(flags.is_empty(), "{payload}");
            let Fact::ToolEnd(end) = fact else { panic!("{fact:?}") };
            end.success
        });
        assert_eq!(read, success, "{payload}");
    }
}

#[test]
fn sessions_end_by_many_words() {
    for (payload, outcome) in [
        (json!({}), Outcome::Completed),
        (json!({ "outcome": "completed" }), Outcome::Completed),
        (json!({ "outcome": "success" }), Outcome::Completed),
        (json!({ "status": "done" }), Outcome::Completed),
        (json!({ "status": "failed" }), Outcome::Failed),
        (json!({ "outcome": "failure" }), Outcome::Failed),
        (json!({ "outcome": "ERROR" }), Outcome::Failed),
        (json!({ "outcome": "cancelled" }), Outcome::Cancelled),
        (json!({ "outcome": "canceled" }), Outcome::Cancelled),
        (json!({ "outcome": "aborted" }), Outcome::Cancelled),
        (json!({ "outcome": "timeout" }), Outcome::Timeout),
        (json!({ "outcome": "timed_out" }), Outcome::Timeout),
        (json!({ "outcome": 7, "status": "failed" }), Outcome::Failed),
        (json!({ "outcome": "gone fishing" }), Outcome::Completed),
        (json!({ "outcome": "gone fishing", "error": "no bait" }), Outcome::Failed),
        (json!({ "error": "of a call that was mended" }), Outcome::Completed),
        (json!({ "outcome": "crashed" }), Outcome::Failed),
        (json!({ "status": "killed" }), Outcome::Cancelled),
    ] {
        let read = read("session.ended", &payload, |fact, _| {
            let Fact::Ended(ended) = fact else { panic!("{fact:?}") };
            ended.outcome
        });
        assert_eq!(read, outcome, "{payload}");
    }
}

#[test]
fn confidence_is_a_word_or_a_number() {
    for (confidence, expected) in [
        (json!("low"), Some((200, "low"))),
        (json!("Medium"), Some((500, "medium"))),
        (json!("high"), Some((900, "high"))),
        (json!(0), Some((0, "low"))),
        (json!(0.2999), Some((299, "low"))),
        (json!(0.3), Some((300, "medium"))),
        (json!(0.85), Some((850, "high"))),
        (json!(1), Some((1000, "high"))),
        (json!(1.5), None),
        (json!(-0.1), None),
        (json!("0.5"), None),
        (json!("sure"), None),
    ] {
        let payload = json!({ "confidence": confidence });
        read("cognition.thought", &payload, |fact, flags| {
            let Fact::Thought(thought) = fact else { panic!("{fact:?}") };
            let read = thought.confidence.map(|confidence| (confidence.0, confidence.word()));
            assert_eq!(read, expected, "{payload}");
            assert_eq!(flags.contains(Flags::BAD_FIELD), expected.is_none(), "{payload}");
        });
    }
}

#[test]
fn figures_are_exact_and_never_absurd() {
    let read_end = |payload: Value| {
        read("operation.tool_end", &payload, |fact, flags| {
            let Fact::ToolEnd(end) = fact else { panic!("{fact:?}") };
            (end.duration_micros, end.token_delta, end.cost_delta, flags)
        })
    };
    let cost = Some(MicroDollars(100));
    let good = json!({ "duration_ms": 0.0015, "token_spend_delta": 12, "cost_usd_delta": 1e-4 });
    assert_eq!(read_end(good), (Some(1), Some(12), cost, Flags::default()));
    for absurd in [
        json!({ "duration_ms": -1, "token_spend_delta": -1, "cost_usd_delta": -0.1 }),
        json!({ "duration_ms": 1e15, "token_spend_delta": 1e16, "cost_usd_delta": 1e10 }),
        json!({ "duration_ms": "5", "token_spend_delta": "5", "cost_usd_delta": "5" }),
        json!({ "duration_ms": 1e300, "token_spend_delta": 1.5, "cost_usd_delta": [] }),
    ] {
        assert_eq!(read_end(absurd), (None, None, None, Flags::BAD_FIELD));
    }
}

#[test]
fn of_duplicate_keys_in_a_payload_the_last_one_counts() {
    let json = event("session.started", &json!({ "goal": "first", "x": "GOAL" }))
        .replace(r#""x":"GOAL""#, r#""goal":"last""#);
    let (fact, flags) = Fact::read(&Envelope::read(&json).unwrap());
    assert_eq!(fact.line(), "last");
    assert_eq!(flags, Flags::DUPLICATE_KEYS);
}
