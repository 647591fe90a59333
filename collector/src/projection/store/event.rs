//! Rows of `event` and `alert`.

use std::sync::LazyLock;

use banyan_protocol::{
    Fact, Position,
    view::{AlertRule, Severity},
};

use super::{
    super::{
        alerts::Alert,
        node::No,
        recorded::Recorded,
        rows::{AlertRow, EventRow},
    },
    table::{Statement, Value},
};

/// Keys of the events at one position are consecutive.
const PARTS: i64 = 256;

const COLUMNS: [&str; 14] = [
    "key",
    "session_no",
    "sequence",
    "kind",
    "at",
    "received_at",
    "variant",
    "flags",
    "digest",
    "event_id",
    "tool",
    "call_id",
    "ok",
    "raw",
];

/// Writes what [`values`] gives.
pub(in super::super) static ROWS: LazyLock<Statement> =
    LazyLock::new(|| Statement::insert("event", &COLUMNS));

/// Writes what [`alert_values`] gives; the first three columns are the key.
pub(in super::super) static ALERTS: LazyLock<Statement> = LazyLock::new(|| {
    let head = "insert or replace into alert (session_no, rule, first_position, last_position, \
                severity, created_at, message) values";
    Statement::new(head, 7, "")
});

/// Key of the first event at `position`.
pub(in super::super) fn key(position: Position) -> i64 {
    position * PARTS
}

/// The position of the event with this key.
pub(in super::super) fn position(key: i64) -> Position {
    key / PARTS
}

/// The row of an event of session `no`.
pub(in super::super) fn row(no: No, event: &Recorded<'_>, raw: &str) -> EventRow {
    let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(ToOwned::to_owned);
    let (tool, call_id, ok) = match &event.fact {
        Fact::ToolStart(start) => (owned(&start.tool), owned(&start.call_id), None),
        Fact::ToolEnd(end) => (owned(&end.tool), owned(&end.call_id), Some(end.success)),
        Fact::Started(_)
        | Fact::Heartbeat(_)
        | Fact::Ended(_)
        | Fact::Thought(_)
        | Fact::Goal(_)
        | Fact::Decision(_)
        | Fact::Uncertainty(_)
        | Fact::Spawn(_)
        | Fact::Memory(_)
        | Fact::ExternalCall(_)
        | Fact::Other => (None, None, None),
    };
    EventRow {
        key: key(event.position),
        session_no: no,
        sequence: event.envelope.sequence,
        kind: event.envelope.kind.clone().into_owned(),
        at: event.at().micros(),
        received_at: event.received_at.micros(),
        variant: i64::from(event.variant),
        flags: i64::from(event.flags.bits()),
        digest: event.digest,
        event_id: owned(&event.envelope.event_id),
        tool,
        call_id,
        ok,
        raw: raw.to_owned(),
    }
}

/// The values of [`COLUMNS`].
pub(in super::super) fn values(row: EventRow) -> [Value; COLUMNS.len()] {
    [
        row.key.into(),
        row.session_no.into(),
        row.sequence.into(),
        row.kind.into(),
        row.at.into(),
        row.received_at.into(),
        row.variant.into(),
        row.flags.into(),
        Value::Bytes(row.digest.into()),
        row.event_id.into(),
        row.tool.into(),
        row.call_id.into(),
        row.ok.into(),
        row.raw.into(),
    ]
}

/// The row of an alert.
pub(in super::super) fn alert_row(alert: Alert) -> AlertRow {
    AlertRow {
        last_position: alert.last,
        severity: alert.severity,
        created_at: alert.created_at.micros(),
        message: alert.message,
    }
}

/// The values of a row of `alert`.
pub(in super::super) fn alert_values(
    (no, rule, first): (No, AlertRule, Position),
    row: AlertRow,
) -> [Value; 7] {
    let rules = (0..).zip(AlertRule::ALL);
    let rule: i64 = rules.filter(|(_, other)| *other == rule).map(|(number, _)| number).sum();
    let severity = match row.severity {
        Severity::Info => 0,
        Severity::Warning => 1,
        Severity::Critical => 2,
    };
    [
        no.into(),
        rule.into(),
        first.into(),
        row.last_position.into(),
        severity.into(),
        row.created_at.into(),
        row.message.into(),
    ]
}
