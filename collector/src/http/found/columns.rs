//! The columns of files of sessions and of events: `docs/export.md` says what they mean. New ones
//! are added at the end, so that what reads the files by number goes on working.

use banyan_protocol::{
    MicroDollars, Timestamp,
    view::{Attention, Exactness, Figures, SessionView},
};

use super::csv::Line;
use crate::query::EveryEvent;

/// The columns of a session.
pub(super) const SESSION: [&str; 41] = [
    "id",
    "parent_id",
    "root_id",
    "group",
    "depth",
    "children",
    "agent",
    "agent_version",
    "model",
    "status",
    "attention",
    "goal",
    "error",
    "final_response",
    "started_at",
    "ended_at",
    "last_seen_at",
    "duration_s",
    "steps",
    "events",
    "tool_calls",
    "errors",
    "alerts",
    "tokens",
    "tokens_exactness",
    "cost_usd",
    "cost_exactness",
    "complete",
    "missing",
    "first_position",
    "last_position",
    "sub_sessions",
    "sub_failed",
    "sub_events",
    "sub_tool_calls",
    "sub_errors",
    "sub_alerts",
    "sub_tokens",
    "sub_tokens_exactness",
    "sub_cost_usd",
    "sub_cost_exactness",
];

/// The columns of an event.
pub(super) const EVENT: [&str; 15] = [
    "position",
    "received_at",
    "timestamp",
    "session_id",
    "parent_session_id",
    "agent",
    "agent_version",
    "type",
    "sequence",
    "tool",
    "ok",
    "text",
    "variant",
    "flags",
    "payload",
];

/// The line of a session.
pub(super) fn session(session: &SessionView) -> String {
    let mut line = Line::default();
    line.text(&session.id)
        .some_text(session.parent_session_id.as_deref())
        .text(&session.root_session_id)
        .some(session.group)
        .plain(session.depth)
        .plain(session.children)
        .text(&session.agent_id)
        .some_text(session.agent_version.as_deref())
        .some_text(session.model.as_deref())
        .plain(session.status.word())
        .some(session.attention.map(attention))
        .some_text(session.goal.as_deref())
        .some_text(session.error.as_deref())
        .some_text(session.final_response.as_deref());
    let (began, ended) = (session.started_at, session.ended_at);
    let micros = began.zip(ended).map(|(began, ended)| ended.since(began).max(0));
    line.some(began.map(Timestamp::to_rfc3339))
        .some(ended.map(Timestamp::to_rfc3339))
        .some(session.last_seen_at.map(Timestamp::to_rfc3339))
        .some(micros.map(seconds))
        .some(session.total_steps);
    counted(&mut line, &session.own);
    spent(&mut line, &session.own);
    line.plain(session.complete)
        .plain(session.missing_count)
        .some(session.first_position)
        .plain(session.last_position)
        .plain(session.subtree.sessions)
        .plain(session.subtree.failed);
    counted(&mut line, &session.subtree);
    spent(&mut line, &session.subtree);
    line.done()
}

/// The line of an event.
pub(super) fn event(every: &EveryEvent) -> String {
    let EveryEvent { event, tool, ok, text } = every;
    let flags: Vec<&str> = event.banyan.flags.names().collect();
    let mut line = Line::default();
    line.plain(event.banyan.position)
        .plain(event.banyan.received_at.to_rfc3339())
        .text(&event.timestamp)
        .text(&event.session_id)
        .some_text(event.parent_session_id.as_deref())
        .text(&event.agent_id)
        .some_text(event.agent_version.as_deref())
        .text(&event.kind)
        .some(event.sequence)
        .some_text(tool.as_deref())
        .some(*ok)
        .text(text)
        .plain(event.banyan.variant)
        .plain(flags.join(" "))
        .text(event.payload.get());
    line.done()
}

fn counted(line: &mut Line, figures: &Figures) {
    line.plain(figures.events)
        .plain(figures.tool_calls)
        .plain(figures.errors)
        .plain(figures.alerts);
}

fn spent(line: &mut Line, figures: &Figures) {
    let total = &figures.total;
    line.some(total.tokens)
        .plain(exactness(total.tokens_exactness))
        .some(total.cost_usd.map(MicroDollars::to_decimal))
        .plain(exactness(total.cost_exactness));
}

/// `12.345678`
fn seconds(micros: i64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

const fn attention(attention: Attention) -> &'static str {
    match attention {
        Attention::Stalled => "stalled",
        Attention::Lost => "lost",
        Attention::Quiet => "quiet",
    }
}

const fn exactness(exactness: Exactness) -> &'static str {
    match exactness {
        Exactness::Exact => "exact",
        Exactness::Growing => "growing",
        Exactness::Floor => "floor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_documented_in_order() {
        let page = include_str!("../../../../docs/export.md");
        let mut documented =
            page.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        for column in SESSION.into_iter().chain(EVENT) {
            assert_eq!(documented.next().map(|(name, _)| name), Some(column));
        }
        assert_eq!(documented.next(), None);
    }

    #[test]
    fn durations_are_exact() {
        assert_eq!(seconds(0), "0.000000");
        assert_eq!(seconds(1_000_001), "1.000001");
        assert_eq!(seconds(61_500_000), "61.500000");
    }
}
