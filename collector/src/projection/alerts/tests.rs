use banyan_protocol::fact::Confidence;
use serde_json::json;

use super::{
    super::recorded::{Hand, Stamp},
    *,
};

mod late;

const SECOND: i64 = 1_000_000;
const CALL: Deed<'_> = Deed::ToolStart { tool: "bash", call: Some(7) };
const OTHER_CALL: Deed<'_> = Deed::ToolStart { tool: "bash", call: Some(8) };
const OK: Deed<'_> = Deed::ToolEnd { success: true, tokens: None, cost: None };
const FAILED: Deed<'_> = Deed::ToolEnd { success: false, tokens: None, cost: None };
const BEAT: Deed<'_> = Deed::Heartbeat { tokens: None, cost: None };
const UNSURE: Deed<'_> = Deed::Thought(Some(Confidence(299)));
const SURE: Deed<'_> = Deed::Thought(Some(Confidence(300)));
const SILENT: Deed<'_> = Deed::Thought(None);

/// Events one after the other, at the seconds given; the first has position 1.
fn walk(events: &[(i64, Deed<'_>)]) -> Vec<Alert> {
    let mut replay = Replay::default();
    for (position, &(at, deed)) in (1..).zip(events) {
        let stamp = Stamp { sequence: Some(position), position, hand: Hand::First };
        replay.see(&Slim {
            stamp,
            part: 0,
            at: Timestamp::from_micros(at * SECOND),
            deed,
            is_history: false,
        });
    }
    let Replayed { watch, alerts, recent: _ } = replay.finish();
    assert_eq!(watch.raised(), u64::try_from(alerts.len()).unwrap(), "counted as raised");
    let text = serde_json::to_string(&watch).unwrap();
    assert_eq!(serde_json::from_str::<Watch>(&text).unwrap(), watch, "the state survives {text}");
    alerts
}

/// A second between one event and the next.
fn steady(deeds: &[Deed<'static>]) -> Vec<(i64, Deed<'static>)> {
    (0..).zip(deeds.iter().copied()).collect()
}

#[track_caller]
fn check(events: &[(i64, Deed<'_>)], expected: &[(AlertRule, Position, Position)]) -> Vec<Alert> {
    let alerts = walk(events);
    let found: Vec<_> = alerts.iter().map(|alert| (alert.rule, alert.first, alert.last)).collect();
    assert_eq!(found, expected, "{alerts:?}");
    alerts
}

#[test]
fn four_equal_calls_in_a_minute_are_a_loop() {
    check(&steady(&[CALL; 3]), &[]);
    check(&[(0, CALL), (20, CALL), (40, CALL), (61, CALL)], &[]);
    let alerts =
        check(&[(0, CALL), (20, CALL), (40, CALL), (60, CALL)], &[(AlertRule::Loop, 1, 4)]);
    assert_eq!(alerts[0].message, "Called bash 4 times with the same input");
    assert_eq!(alerts[0].created_at.micros(), 60 * SECOND);
}

#[test]
fn a_loop_that_goes_on_stays_one_alert() {
    let alerts = check(&steady(&[CALL; 9]), &[(AlertRule::Loop, 1, 9)]);
    assert_eq!(alerts[0].message, "Called bash 9 times with the same input");
}

#[test]
fn a_loop_that_comes_back_is_another_alert() {
    let mut events = steady(&[CALL; 4]);
    events.extend((100..104).map(|at| (at, CALL)));
    check(&events, &[(AlertRule::Loop, 1, 4), (AlertRule::Loop, 5, 8)]);
}

#[test]
fn other_events_may_come_between_the_calls_of_a_loop() {
    let events = steady(&[CALL, OK, OTHER_CALL, CALL, SURE, OTHER_CALL, CALL, BEAT, CALL]);
    check(&events, &[(AlertRule::Loop, 1, 9)]);
}

#[test]
fn a_call_that_does_not_say_its_input_is_no_evidence() {
    check(&steady(&[Deed::ToolStart { tool: "bash", call: None }; 6]), &[]);
}

#[test]
fn loops_over_few_different_calls_are_noticed() {
    let round = |calls: u64| {
        let calls = (0..4 * calls).map(move |turn| turn % calls);
        let calls = calls.map(|call| Deed::ToolStart { tool: "", call: Some(call) });
        walk(&steady(&calls.collect::<Vec<_>>())).len()
    };
    assert_eq!(round(8), 8);
    assert_eq!(round(9), 0, "more different calls than are remembered");
}

#[test]
fn three_unsure_thoughts_in_a_row_are_low_confidence() {
    check(&steady(&[UNSURE, UNSURE]), &[]);
    check(&steady(&[UNSURE, UNSURE, SURE, UNSURE, UNSURE]), &[]);
    check(&steady(&[UNSURE, UNSURE, SILENT, UNSURE]), &[]);
    let between = steady(&[UNSURE, CALL, UNSURE, OK, UNSURE]);
    let alerts = check(&between, &[(AlertRule::LowConfidence, 1, 5)]);
    assert_eq!(alerts[0].message, "3 unsure thoughts in a row");
    let twice = steady(&[SURE, UNSURE, UNSURE, UNSURE, UNSURE, SURE, UNSURE, UNSURE, UNSURE]);
    check(&twice, &[(AlertRule::LowConfidence, 2, 5), (AlertRule::LowConfidence, 7, 9)]);
}

#[test]
fn an_uncertainty_counts_right_after_an_unsure_thought() {
    let doubt = Deed::Uncertainty;
    check(&steady(&[UNSURE, UNSURE, doubt]), &[(AlertRule::LowConfidence, 1, 3)]);
    check(&steady(&[UNSURE, doubt, BEAT, UNSURE]), &[(AlertRule::LowConfidence, 1, 4)]);
    check(&steady(&[UNSURE, UNSURE, BEAT, doubt]), &[(AlertRule::LowConfidence, 1, 4)]);
    check(&steady(&[UNSURE, UNSURE, CALL, doubt]), &[]);
    check(&steady(&[UNSURE, doubt, doubt, doubt]), &[]);
    check(&steady(&[doubt, doubt, doubt, SURE, doubt]), &[]);
}

#[test]
fn three_failures_in_a_row_cascade_and_five_are_critical() {
    check(&steady(&[FAILED, FAILED, OK, FAILED, FAILED]), &[]);
    let mut events = steady(&[CALL, FAILED, OTHER_CALL, FAILED, SURE, FAILED]);
    let alerts = check(&events, &[(AlertRule::ErrorCascade, 2, 6)]);
    assert_eq!(alerts[0].severity, Severity::Warning);
    assert_eq!(alerts[0].message, "3 tool calls failed in a row");

    events.extend([(6, FAILED), (7, FAILED)]);
    let alerts = check(&events, &[(AlertRule::ErrorCascade, 2, 8)]);
    assert_eq!(alerts[0].severity, Severity::Critical);
    assert_eq!(alerts[0].message, "5 tool calls failed in a row");
}

/// Nine events `rhythm` seconds apart, then one after `silence` seconds.
fn rhythm(rhythm: i64, silence: i64) -> Vec<(i64, Deed<'static>)> {
    let mut events: Vec<_> = (0..9).map(|turn| (turn * rhythm, SURE)).collect();
    events.push((8 * rhythm + silence, SURE));
    events
}

#[test]
fn a_silence_far_beyond_the_rhythm_is_a_stall() {
    check(&rhythm(2, 300), &[]);
    let alerts = check(&rhythm(2, 301), &[(AlertRule::Stall, 9, 10)]);
    assert_eq!(alerts[0].message, "No event for 5 min 1 s (usual: 2 s)");
    check(&rhythm(60, 600), &[]);
    check(&rhythm(60, 601), &[(AlertRule::Stall, 9, 10)]);
    check(&rhythm(2, 301)[1..], &[]);
}

#[test]
fn the_usual_gap_is_the_median_of_the_last_ones() {
    let mut at = 0;
    let gaps = [[400; 40], [1; 40]].concat();
    let mut events = vec![(0, SURE)];
    for gap in gaps.into_iter().chain([350]) {
        at += gap;
        events.push((at, SURE));
    }
    check(&events, &[(AlertRule::Stall, 81, 82)]);
}

#[test]
fn silence_after_the_end_is_no_stall() {
    let mut events = rhythm(2, 2);
    events.extend([(20, Deed::Ended), (900, SURE)]);
    check(&events, &[]);
    events.extend([(901, Deed::Started), (2_000, SURE)]);
    check(&events, &[(AlertRule::Stall, 13, 14)]);
}

#[test]
fn a_clock_that_goes_back_makes_no_silence() {
    let mut events = rhythm(2, 2);
    events.extend([(-5_000, SURE), (-4_999, SURE)]);
    check(&events, &[]);
}

fn calls(tokens: &[u64]) -> Vec<(i64, Deed<'static>)> {
    let call = |&tokens| Deed::ToolEnd { success: true, tokens: Some(tokens), cost: None };
    steady(&tokens.iter().map(call).collect::<Vec<_>>())
}

fn totals(tokens: &[u64]) -> Vec<(i64, Deed<'static>)> {
    let beat = |&tokens| Deed::Heartbeat { tokens: Some(tokens), cost: None };
    steady(&tokens.iter().map(beat).collect::<Vec<_>>())
}

#[test]
fn a_call_ten_times_dearer_than_the_mean_is_a_spike() {
    check(&calls(&[2_000, 2_000, 2_000, 2_000, 2_000, 20_000]), &[]);
    check(&calls(&[2_000, 2_000, 2_000, 2_000, 20_001]), &[]);
    check(&calls(&[10, 10, 10, 10, 10, 19_999]), &[]);
    check(&calls(&[2_000, 2_000, 0, 2_000, 2_000, 20_001]), &[]);
    let spike = calls(&[2_000, 2_000, 2_000, 2_000, 2_000, 20_001]);
    let alerts = check(&spike, &[(AlertRule::CostSpike, 6, 6)]);
    let message = "One step took 20001 tokens, the steps before it 2000 on average";
    assert_eq!(alerts[0].message, message);
}

#[test]
fn a_running_total_that_jumps_is_a_spike() {
    let steady = [50_000, 51_000, 52_000, 53_000, 54_000, 55_000];
    check(&totals(&steady), &[]);
    check(&totals(&[&steady[..], &[75_000]].concat()), &[(AlertRule::CostSpike, 7, 7)]);
    check(&totals(&[&steady[..], &[10, 75_000]].concat()), &[(AlertRule::CostSpike, 8, 8)]);
    check(&totals(&[&steady[1..], &[75_000]].concat()), &[]);
}

#[test]
fn absurd_figures_overflow_nothing() {
    check(&calls(&[1, 1, 1, 1, 1, u64::MAX]), &[(AlertRule::CostSpike, 6, 6)]);
    check(&calls(&[u64::MAX; 9]), &[]);
    check(&totals(&[0, u64::MAX, 0, u64::MAX]), &[]);
}

#[test]
fn money_spikes_too() {
    let call = |cost| Deed::ToolEnd { success: true, tokens: None, cost: Some(cost) };
    let alerts = check(
        &steady(&[&[call(20_000); 5][..], &[call(500_000)]].concat()),
        &[(AlertRule::CostSpike, 6, 6)],
    );
    assert_eq!(alerts[0].message, "One step cost $0.5, the steps before it $0.02 on average");
    check(&steady(&[&[call(20_000); 5][..], &[call(499_999)]].concat()), &[]);
}

#[test]
fn one_event_may_raise_several_alerts() {
    let dear = Deed::ToolEnd { success: false, tokens: Some(90_000), cost: None };
    let cheap = Deed::ToolEnd { success: true, tokens: Some(100), cost: None };
    let mut events: Vec<_> = (0..9).map(|at| (at, cheap)).collect();
    events.extend([(9, FAILED), (10, FAILED), (900, dear)]);
    let expected = [
        (AlertRule::ErrorCascade, 10, 12),
        (AlertRule::Stall, 11, 12),
        (AlertRule::CostSpike, 12, 12),
    ];
    check(&events, &expected);
}

#[test]
fn a_late_event_asks_for_a_replay_until_there_was_one() {
    let slim = |position, sequence| Slim {
        is_history: false,
        stamp: Stamp { sequence: Some(sequence), position, hand: Hand::First },
        part: 0,
        at: Timestamp::from_micros(sequence * SECOND),
        deed: CALL,
    };
    let mut watch = Watch::default();
    assert_eq!(watch.follow(&slim(1, 1)), Some(Vec::new()));
    assert_eq!(watch.follow(&slim(2, 3)), Some(Vec::new()));
    assert_eq!(watch.follow(&slim(3, 2)), None, "it came late");
    assert_eq!(watch.follow(&slim(4, 4)), None, "still unknown what came before");

    let mut replay = Replay::default();
    for event in [slim(1, 1), slim(3, 2), slim(2, 3), slim(4, 4)] {
        replay.see(&event);
    }
    let Replayed { mut watch, alerts, recent: _ } = replay.finish();
    assert_eq!(alerts.len(), 1);
    assert_eq!(watch.follow(&slim(5, 5)).map(|alerts| alerts.len()), Some(1));
}

#[test]
fn the_state_of_a_quiet_session_is_small() {
    let state = serde_json::to_value(Watch::default()).unwrap();
    assert_eq!(state, json!({"silence": {"last": null, "gaps": []}}));
}
