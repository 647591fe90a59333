//! Server-sent events as text: one frame an event, in the reference's shape.
//!
//! `data` is JSON on one line: line breaks between JSON tokens become spaces, and there are none
//! inside JSON strings, so that no text of an agent can begin a field of its own.

use banyan_protocol::{
    Cursor, Position, Timestamp,
    view::{AlertView, RecordedView},
};
use bytes::Bytes;
use serde_json::json;

use super::ring::Chunk;

/// A comment that keeps the connection open.
pub(super) const PING: Bytes = Bytes::from_static(b": ping\n\n");

/// Why a reader's place was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// Its cursor is not of this log.
    ForeignCursor,
    /// It was too far behind.
    TooFarBehind,
}

/// The first frame of every stream.
pub(super) fn connected(now: Timestamp, cursor: Cursor) -> String {
    format!("id: {cursor}\ndata: {}\n\n", json!({ "type": "connected", "timestamp": now }))
}

/// Tells a reader to load what it shows anew: the stream goes on behind `cursor`.
pub(super) fn reset(why: Lost, cursor: Cursor) -> String {
    let reason = match why {
        Lost::ForeignCursor => "foreign_cursor",
        Lost::TooFarBehind => "too_far_behind",
    };
    let data = json!({ "type": "reset", "reason": reason });
    format!("id: {cursor}\nevent: reset\ndata: {data}\n\n")
}

/// The frames of everything in `(from, to]`; both lists ascend, and `events` holds all events of
/// each of its positions. The last of them carries the `id`, because a reader that comes back with
/// it goes on behind the position.
pub(super) fn chunk(
    (from, to): (Position, Position),
    events: &[RecordedView],
    alerts: &[AlertView],
) -> Chunk {
    let mut text = String::new();
    let mut ends = Vec::with_capacity(events.len());
    let mut alerts = alerts.iter().peekable();
    let mut events = events.iter().peekable();
    while let Some(event) = events.next() {
        let position = event.banyan.position;
        let is_last = events.peek().is_none_or(|next| next.banyan.position != position);
        while let Some(alert) = alerts.next_if(|alert| alert.evidence[1] <= position) {
            push_alert(&mut text, alert);
        }
        if is_last {
            text.push_str("id: ");
            text.push_str(&event.cursor.to_string());
            text.push('\n');
        }
        push_event(&mut text, event);
        if is_last {
            ends.push((position, text.len()));
        }
    }
    for alert in alerts {
        push_alert(&mut text, alert);
    }
    Chunk { from, to, bytes: text.into(), ends }
}

fn push_event(text: &mut String, event: &RecordedView) {
    text.push_str("data: {\"kind\":\"event\",\"data\":");
    let raw = event.event.get();
    if raw.contains(['\n', '\r']) {
        text.push_str(&raw.replace(['\n', '\r'], " "));
    } else {
        text.push_str(raw);
    }
    text.push_str("}\n\n");
}

fn push_alert(text: &mut String, alert: &AlertView) {
    let AlertView { session_id, rule, message, severity, created_at, evidence: _ } = alert;
    let alert = json!({ "session_id": session_id, "type": rule, "message": message, "severity": severity, "created_at": created_at });
    let data = json!({ "kind": "alert", "data": alert });
    text.push_str("data: ");
    text.push_str(&data.to_string());
    text.push_str("\n\n");
}

#[cfg(test)]
mod tests;
