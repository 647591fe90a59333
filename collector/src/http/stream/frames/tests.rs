//! What a reader's parser makes of the frames.

use banyan_protocol::{
    Flags,
    view::{AlertRule, BanyanPart, Severity},
};
use serde_json::value::RawValue;

use super::*;

fn event(position: Position, raw: &str) -> RecordedView {
    RecordedView {
        cursor: Cursor { epoch: 1, position, log: 1 },
        banyan: BanyanPart {
            position,
            received_at: Timestamp::from_micros(0),
            variant: 0,
            flags: Flags::default(),
        },
        event: RawValue::from_string(raw.to_owned()).unwrap(),
    }
}

fn alert(last: Position) -> AlertView {
    AlertView {
        session_id: "s\r\nid: forged".to_owned(),
        rule: AlertRule::Loop,
        message: "again\nand again".to_owned(),
        severity: Severity::Warning,
        created_at: Timestamp::from_micros(0),
        evidence: [1, last],
    }
}

/// The data of each frame, by the rules of the HTML standard: lines end with CR, LF or both.
fn data(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let frames = text.split("\n\n").filter(|frame| !frame.is_empty());
    frames
        .map(|frame| {
            let lines = frame.lines().filter_map(|line| line.strip_prefix("data: "));
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect()
}

fn text(chunk: &Chunk) -> &str {
    std::str::from_utf8(&chunk.bytes).unwrap()
}

#[test]
fn events_travel_as_posted_with_their_cursor() {
    let chunk = chunk((0, 9), &[event(7, r#"{"n":0.10,"big":18446744073709551617}"#)], &[]);
    let cursor = Cursor { epoch: 1, position: 7, log: 1 };
    assert_eq!(
        text(&chunk),
        format!(
            "id: {cursor}\ndata: {{\"kind\":\"event\",\"data\":{{\"n\":0.10,\"big\":18446744073709551617}}}}\n\n"
        )
    );
    assert_eq!(chunk.ends, [(7, chunk.bytes.len())]);
}

#[test]
fn the_last_event_of_an_entry_carries_the_cursor() {
    let events = [event(7, "1"), event(8, "2"), event(8, "3"), event(8, "4"), event(9, "5")];
    let chunk = chunk((0, 9), &events, &[]);
    let frames: Vec<&str> = text(&chunk).split_inclusive("\n\n").collect();
    let carriers: Vec<bool> = frames.iter().map(|frame| frame.starts_with("id: ")).collect();
    assert_eq!(carriers, [true, false, false, true, true]);
    let end = |count: usize| frames[..count].concat().len();
    assert_eq!(chunk.ends, [(7, end(1)), (8, end(4)), (9, end(5))]);
}

#[test]
fn no_text_begins_a_field() {
    for raw in [
        "{\n\"a\":1}",
        "{\r\"a\":1}",
        "{\"a\":1,\r\n\r\n\"b\":\"data: x\\n\\nid: 9\"}",
        "{\"a\":\"\u{2028}event: reset\u{2029}\"}",
    ] {
        let chunk = chunk((0, 1), &[event(1, raw)], &[]);
        let frames = data(text(&chunk));
        let expected: serde_json::Value = serde_json::from_str(raw).unwrap();
        assert_eq!(frames.len(), 1, "{raw:?}");
        let found: serde_json::Value = serde_json::from_str(&frames[0]).unwrap();
        assert_eq!(found, json!({ "kind": "event", "data": expected }), "{raw:?}");
    }
}

#[test]
fn alerts_come_right_before_the_event_that_completes_them() {
    let events = [event(3, "3"), event(5, "5")];
    let chunk = chunk((0, 9), &events, &[alert(4), alert(5), alert(8)]);
    let kinds: Vec<_> = data(text(&chunk))
        .iter()
        .map(|data| serde_json::from_str::<serde_json::Value>(data).unwrap())
        .map(|data| if data["kind"] == "event" { data["data"].to_string() } else { "alert".into() })
        .collect();
    assert_eq!(kinds, ["3", "alert", "alert", "5", "alert"]);
    assert_eq!(text(&chunk).lines().filter(|line| line.starts_with("id:")).count(), 2);
    let Some((_, end)) = chunk.ends.first() else { panic!() };
    assert!(chunk.bytes[*end..].starts_with(b"data: {\"data\":{\"created_at\""));
}

#[test]
fn alerts_have_the_keys_of_the_reference() {
    let chunk = chunk((0, 9), &[], &[alert(4)]);
    let frames = data(text(&chunk));
    let frame: serde_json::Value = serde_json::from_str(&frames[0]).unwrap();
    let keys: Vec<_> = frame["data"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["created_at", "message", "session_id", "severity", "type"]);
    assert_eq!(frame["data"]["session_id"], "s\r\nid: forged");
}
