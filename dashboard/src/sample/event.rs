//! Events of every kind, as feeds and the inspector get them.

use banyan_protocol::{
    EventKey, Flags, Position, Timestamp,
    view::{
        BanyanPart, Call, CallState, ChildRef, EventDetail, EventView, FeedItem, FeedKind, Status,
    },
};
use serde_json::value::RawValue;

use super::{NOW, Voice};

/// A feed with every kind of row.
pub(super) fn items(voice: Voice<'_>) -> Vec<FeedItem> {
    let mut items = [thoughts(voice), calls(voice), life(voice)].concat();
    items.sort_by_key(|item| item.key);
    items
}

const TOOL_START: &str = "operation.tool_start";

fn item(
    voice: Voice<'_>,
    position: Position,
    (kind, class): (&str, FeedKind),
    (title, text): (&str, &str),
) -> FeedItem {
    FeedItem {
        key: EventKey::first(position),
        sequence: Some(position - 184_420),
        at: Timestamp::from_micros(NOW.micros() + (position - 184_500) * 4_130_700),
        kind: kind.to_owned(),
        class,
        title: voice.say(title),
        text: voice.say(text),
        call: None,
        child: None,
        confidence: None,
        flags: Flags::default(),
        variant: 0,
        folded: 1,
    }
}

fn thoughts(voice: Voice<'_>) -> Vec<FeedItem> {
    let think = |position, word: &str, text| {
        item(voice, position, (&format!("cognition.{word}"), FeedKind::Think), (word, text))
    };
    let mut flags = Flags::default();
    flags.insert(Flags::VARIANT);
    flags.insert(Flags::BAD_TIMESTAMP);
    let thought = "I should first find every place that rounds. The old module rounds at the end of \
                   each line; the new ledger wants exact amounts and rounds once.";
    vec![
        FeedItem { confidence: Some("medium"), ..think(184_453, "thought", thought) },
        think(184_454, "goal", "Keep all 214 invoice tests green"),
        FeedItem { variant: 1, flags, ..think(184_464, "decision", "Round once, in the ledger") },
        FeedItem {
            confidence: Some("low"),
            ..think(184_465, "uncertainty", "Are credit notes rounded like invoices?")
        },
    ]
}

fn calls(voice: Voice<'_>) -> Vec<FeedItem> {
    let act = |position, kind, says| item(voice, position, (kind, FeedKind::Act), says);
    let call = |state, micros, result: Option<&str>, end: Option<Position>| {
        let result = result.map(|text| voice.say(text));
        Some(Call { state, duration_micros: micros, result, end: end.map(EventKey::first) })
    };
    let panic = "exit status 101: thread 'rounds_half_even' panicked at ledger/src/round.rs:41";
    let child =
        ChildRef { id: voice.say("tester"), agent_id: voice.say("tester"), status: Status::Failed };
    vec![
        FeedItem {
            call: call(CallState::Succeeded, Some(7_200_000), Some("exit 0"), Some(184_456)),
            ..act(184_455, TOOL_START, ("bash", "cargo test -p ledger"))
        },
        FeedItem {
            call: call(CallState::Failed, Some(2_413_000), Some(panic), Some(184_467)),
            ..act(184_466, TOOL_START, ("bash", "cargo test -p ledger -- --nocapture rounding"))
        },
        FeedItem {
            child: Some(child),
            ..act(184_468, "operation.agent_spawn", ("tester", "Run the property tests"))
        },
        act(184_469, "operation.memory", ("write", "rounding-rules: half even, once per invoice")),
        act(184_470, "operation.external_call", ("billing-api", "GET /v3/invoices/881 200")),
        FeedItem {
            call: call(CallState::Open, None, None, None),
            ..act(184_472, TOOL_START, ("read_file", "ledger/src/round.rs"))
        },
    ]
}

fn life(voice: Voice<'_>) -> Vec<FeedItem> {
    let live = |position, kind, says| item(voice, position, (kind, FeedKind::Life), says);
    let custom = voice.say("vendor.custom_metric");
    let start = "Port the invoice module to the v3 ledger";
    vec![
        live(184_451, "session.started", ("started", start)),
        FeedItem {
            folded: 38,
            ..live(184_457, "session.heartbeat", ("heartbeat", "running, step 12"))
        },
        item(
            voice,
            184_471,
            (&custom, FeedKind::Other),
            ("vendor.custom_metric", "{\"cache_hits\":12}"),
        ),
        live(184_511, "session.ended", ("ended", "failed: 3 tests failed")),
    ]
}

/// The event at `position` in full.
pub(super) fn detail(voice: Voice<'_>, position: Position) -> Option<EventDetail> {
    let item = items(voice).into_iter().find(|item| item.key == EventKey::first(position))?;
    let payload = serde_json::json!({
        "tool": voice.say("bash"),
        "input": { "command": voice.say("cargo test -p ledger -- --nocapture rounding") },
        "tool_call_id": voice.say("toolu_01"),
        "environment": ["CI=1", "RUST_BACKTRACE=1"],
    });
    let pretty = serde_json::to_string_pretty(&payload).unwrap_or_default();
    let raw = |text: &str| serde_json::value::to_raw_value(&voice.say(text)).ok();
    let other = [("host", raw("ci-7")), (voice.say("trace_id").as_str(), raw("4bf92f35"))]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect();
    Some(EventDetail {
        event: EventView {
            spec: "aop/1.0".to_owned(),
            session_id: voice.say("coder"),
            parent_session_id: Some(voice.say("planner")),
            agent_id: voice.say("coder"),
            agent_version: Some(voice.say("1.4.0")),
            sequence: item.sequence,
            timestamp: item.at.to_rfc3339(),
            kind: item.kind.clone(),
            payload: RawValue::from_string(pretty.clone()).ok()?,
            other,
            banyan: BanyanPart {
                position,
                received_at: Timestamp::from_micros(item.at.micros() + 4_000_000),
                variant: item.variant,
                flags: item.flags,
            },
        },
        item,
        payload_pretty: pretty,
        previous: Some(EventKey::first(184_465)),
        next: Some(EventKey::first(184_468)),
        versions: vec![EventKey::first(184_470)],
    })
}
