//! Tokens, cost, steps and counts.

use banyan_protocol::{MicroDollars, limits::COUNT_MAX};

use super::mini::{Mini, say};
use crate::projection::session::FIGURE_MAX;

fn beat(sequence: i64, tokens: u64) -> String {
    say(sequence, "session.heartbeat", &format!(r#"{{"step":{tokens},"token_spend":{tokens}}}"#))
}

fn call(sequence: i64, tokens: u64) -> String {
    let payload = format!(r#"{{"tool":"sh","success":true,"token_spend_delta":{tokens}}}"#);
    say(sequence, "operation.tool_end", &payload)
}

fn end(sequence: i64, tokens: u64) -> String {
    let payload = format!(r#"{{"total_steps":{tokens},"total_tokens":{tokens}}}"#);
    say(sequence, "session.ended", &payload)
}

#[track_caller]
fn check(events: &[String], tokens: Option<u64>) {
    for order in [events.to_vec(), events.iter().rev().cloned().collect()] {
        let mini = Mini::heard(order);
        assert_eq!(mini.facets().total_tokens, tokens);
        let own = mini.session.own();
        let said = i64::from(tokens.is_some());
        assert_eq!((own.tokens.unsigned_abs(), own.tokens_said), (tokens.unwrap_or(0), said));
    }
}

#[test]
fn the_end_states_the_total_else_heartbeats_else_deltas() {
    check(&[], None);
    check(&[call(1, 10), call(2, 5)], Some(15));
    check(&[call(1, 10), beat(2, 100), beat(4, 300), beat(3, 200), call(5, 5)], Some(300));
    check(&[call(1, 10), beat(2, 100), end(3, 50), beat(4, 70)], Some(50));
    let mute = say(3, "session.ended", "{}");
    check(&[call(1, 10), beat(2, 100), mute.clone(), beat(4, 120)], Some(120));
    check(&[call(1, 10), mute], Some(10));
}

#[test]
fn a_reopened_session_counts_on() {
    let reopened = [end(3, 50), say(4, "session.started", "{}")];
    check(&reopened, Some(50));
    check(&[&reopened[..], &[beat(2, 40)]].concat(), Some(50));
    check(&[&reopened[..], &[beat(5, 70)]].concat(), Some(70));
    check(&[&reopened[..], &[beat(5, 70), end(6, 80)]].concat(), Some(80));
}

#[test]
fn tokens_cost_and_steps_are_totalled_each_by_itself() {
    let mini = Mini::heard([
        say(1, "session.heartbeat", r#"{"step":3,"token_spend":100}"#),
        say(2, "session.ended", r#"{"total_cost_usd":0.25}"#),
    ]);
    let facets = mini.facets();
    assert_eq!((facets.total_steps, facets.total_tokens), (Some(3), Some(100)));
    assert_eq!(facets.total_cost, Some(MicroDollars(250_000)));
    let own = mini.session.own();
    assert_eq!((own.cost, own.cost_said, own.cost_mute, own.tokens_mute), (250_000, 1, 0, 0));
}

#[test]
fn absurd_totals_are_capped() {
    check(&[beat(1, COUNT_MAX)], Some(FIGURE_MAX));
    check(&[call(1, FIGURE_MAX), call(2, COUNT_MAX)], Some(FIGURE_MAX));
    check(&[end(1, COUNT_MAX)], Some(FIGURE_MAX));
}

#[test]
fn calls_are_at_least_the_more_frequent_of_starts_and_ends() {
    let start = |sequence| say(sequence, "operation.tool_start", r#"{"tool":"sh"}"#);
    let failed = |sequence| say(sequence, "operation.tool_end", r#"{"success":false}"#);
    let figures = |events: &[String]| {
        let own = Mini::heard(events).session.own();
        (own.events, own.tool_calls, own.errors)
    };
    assert_eq!(figures(&[start(1), start(2), failed(3)]), (3, 2, 1));
    assert_eq!(figures(&[start(1), failed(2), call(3, 0), failed(4)]), (4, 3, 2));
}
