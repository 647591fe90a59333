//! Rows of `event`.

use std::sync::LazyLock;

use banyan_protocol::{Fact, fact::Outcome};

use super::{
    super::{node::No, recorded::Recorded, rows::EventRow},
    table::{Statement, Value},
};

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

/// The row of an event of session `no`.
pub(in super::super) fn row(no: No, event: &Recorded<'_>, raw: &str) -> EventRow {
    let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(ToOwned::to_owned);
    let (tool, call_id, ok) = match &event.fact {
        Fact::ToolStart(start) => (owned(&start.tool), owned(&start.call_id), None),
        Fact::ToolEnd(end) => (owned(&end.tool), owned(&end.call_id), Some(end.success)),
        Fact::Ended(end) => (None, None, went_well(end.outcome)),
        Fact::Started(_)
        | Fact::Heartbeat(_)
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
        key: event.key().stored(),
        session_no: no,
        sequence: event.order(),
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

/// Whether a session ended well; a cancelled one did neither.
const fn went_well(outcome: Outcome) -> Option<bool> {
    match outcome {
        Outcome::Completed => Some(true),
        Outcome::Failed | Outcome::Timeout => Some(false),
        Outcome::Cancelled => None,
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
