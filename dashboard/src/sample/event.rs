//! Events of every kind, as feeds and the inspector get them.

use banyan_protocol::{
    Flags, Position, Timestamp,
    view::{
        BanyanPart, Call, CallState, ChildRef, EventDetail, EventView, FeedItem, FeedKind, Status,
    },
};
use serde_json::value::RawValue;

use super::{NOW, Voice};

/// A feed with every kind of row.
pub(super) fn items(voice: Voice<'_>) -> Vec<FeedItem> {
    let item = |position: Position, kind: &str, class, (title, text): (&str, &str)| FeedItem {
        position,
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
    };
    let call = |state, micros, result: Option<&str>, end| Call {
        state,
        duration_micros: micros,
        result: result.map(|text| voice.say(text)),
        end_position: end,
    };
    let tool = "operation.tool_start";
    let mut flags = Flags::default();
    flags.insert(Flags::VARIANT);
    flags.insert(Flags::BAD_TIMESTAMP);
    vec![
        item(
            184_451,
            "session.started",
            FeedKind::Life,
            ("started", "Port the invoice module to the v3 ledger"),
        ),
        FeedItem {
            confidence: Some("medium"),
            ..item(
                184_453,
                "cognition.thought",
                FeedKind::Think,
                (
                    "thought",
                    "I should first find every place that rounds. The old module rounds at the end of each line; the new ledger wants exact amounts and rounds once.",
                ),
            )
        },
        item(
            184_454,
            "cognition.goal",
            FeedKind::Think,
            ("goal", "Keep all 214 invoice tests green"),
        ),
        FeedItem {
            call: Some(call(CallState::Succeeded, Some(7_200_000), Some("exit 0"), Some(184_456))),
            ..item(184_455, tool, FeedKind::Act, ("bash", "cargo test -p ledger"))
        },
        FeedItem {
            folded: 38,
            ..item(184_457, "session.heartbeat", FeedKind::Life, ("heartbeat", "running, step 12"))
        },
        FeedItem {
            variant: 1,
            flags,
            ..item(
                184_464,
                "cognition.decision",
                FeedKind::Think,
                ("decision", "Round once, in the ledger"),
            )
        },
        FeedItem {
            confidence: Some("low"),
            ..item(
                184_465,
                "cognition.uncertainty",
                FeedKind::Think,
                ("uncertainty", "Are credit notes rounded like invoices?"),
            )
        },
        FeedItem {
            call: Some(call(
                CallState::Failed,
                Some(2_413_000),
                Some(
                    "exit status 101: thread 'rounds_half_even' panicked at ledger/src/round.rs:41",
                ),
                Some(184_467),
            )),
            ..item(
                184_466,
                tool,
                FeedKind::Act,
                ("bash", "cargo test -p ledger -- --nocapture rounding"),
            )
        },
        FeedItem {
            child: Some(ChildRef {
                id: voice.say("tester"),
                agent_id: voice.say("tester"),
                status: Status::Failed,
            }),
            ..item(
                184_468,
                "operation.agent_spawn",
                FeedKind::Act,
                ("tester", "Run the property tests"),
            )
        },
        item(
            184_469,
            "operation.memory",
            FeedKind::Act,
            ("write", "rounding-rules: half even, once per invoice"),
        ),
        item(
            184_470,
            "operation.external_call",
            FeedKind::Act,
            ("billing-api", "GET /v3/invoices/881 200"),
        ),
        item(
            184_471,
            "vendor.custom_metric",
            FeedKind::Other,
            ("vendor.custom_metric", "{\"cache_hits\":12}"),
        ),
        FeedItem {
            call: Some(call(CallState::Open, None, None, None)),
            ..item(184_472, tool, FeedKind::Act, ("read_file", "ledger/src/round.rs"))
        },
        item(184_511, "session.ended", FeedKind::Life, ("ended", "failed: 3 tests failed")),
    ]
}

/// The event at `position` in full.
pub(super) fn detail(voice: Voice<'_>, position: Position) -> Option<EventDetail> {
    let item = items(voice).into_iter().find(|item| item.position == position)?;
    let payload = serde_json::json!({
        "tool": voice.say("bash"),
        "input": { "command": voice.say("cargo test -p ledger -- --nocapture rounding") },
        "tool_call_id": voice.say("toolu_01"),
        "environment": ["CI=1", "RUST_BACKTRACE=1"],
    });
    let pretty = serde_json::to_string_pretty(&payload).unwrap_or_default();
    let other = serde_json::json!({ "trace_id": voice.say("4bf92f35"), "host": voice.say("ci-7") });
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
            other: other.as_object().cloned().unwrap_or_default(),
            banyan: BanyanPart {
                position,
                received_at: Timestamp::from_micros(item.at.micros() + 4_000_000),
                variant: item.variant,
                flags: item.flags,
            },
        },
        item,
        payload_pretty: pretty,
        previous: Some(184_465),
        next: Some(184_468),
        versions: vec![184_470],
    })
}
