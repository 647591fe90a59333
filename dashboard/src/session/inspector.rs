//! The inspector: one event in full.

use banyan_protocol::{
    Timestamp,
    view::{EventDetail, FeedItem, SessionView},
};

use super::{Links, feed, header::Long};
use crate::{format, links, links::Link, outline::Chip, status::Mark};

/// Characters of a payload shown; the export has all.
const PAYLOAD_MAX_CHARS: usize = 64 * 1024;
/// Characters of an event's text and of a call's result.
const TEXT_MAX_CHARS: usize = 8_000;
/// Clocks that differ by less are not mentioned.
const SKEW_MIN_MICROS: i64 = 2_000_000;

/// One event in full.
#[derive(Clone, Debug)]
pub(super) struct Inspector {
    pub(super) position: String,
    pub(super) word: String,
    pub(super) name: Option<String>,
    pub(super) mark: Option<Mark>,
    pub(super) chips: Vec<Chip>,
    pub(super) text: Option<Long>,
    pub(super) result: Option<Long>,
    pub(super) entries: Vec<Entry>,
    pub(super) child: Option<feed::ChildRow>,
    pub(super) versions: Vec<Version>,
    pub(super) payload: Long,
    /// All of it, as text.
    pub(super) whole: String,
    pub(super) other: Option<Long>,
    pub(super) export: String,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    pub(super) close: String,
    pub(super) permalink: String,
    /// The same page as of this event.
    pub(super) then: String,
}

/// One line of the definition list.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) term: &'static str,
    pub(super) text: String,
    pub(super) href: Option<String>,
}

/// Another event with the same identity.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) href: String,
    pub(super) text: String,
}

impl Inspector {
    pub(super) fn new(
        detail: &EventDetail,
        session: &SessionView,
        links: &Links<'_>,
        now: Timestamp,
    ) -> Self {
        let EventDetail { event, item, .. } = detail;
        let result = item.call.as_ref().and_then(|call| call.result.as_deref());
        let other = (!event.other.is_empty())
            .then(|| serde_json::to_string_pretty(&event.other).unwrap_or_default());
        Self {
            position: format::event(item.key),
            name: feed::name(item),
            word: feed::word(item),
            mark: item.call.as_ref().map(|call| Mark::call(call.state, links.is_live)),
            chips: feed::chips(item),
            text: long(Some(&item.text)),
            result: long(result),
            entries: entries(detail, session, links, now),
            child: feed::child(item, links),
            versions: detail
                .versions
                .iter()
                .map(|key| Version {
                    href: links.event(*key),
                    text: format!("#{}", format::event(*key)),
                })
                .collect(),
            whole: Link::payload(&session.id, item.key).at(links.at).done(),
            payload: Long::new(&detail.payload_pretty, PAYLOAD_MAX_CHARS),
            other: other.map(|json| Long::new(&json, PAYLOAD_MAX_CHARS)),
            export: links::export(&session.id),
            previous: detail.previous.map(|key| links.event(key)),
            next: detail.next.map(|key| links.event(key)),
            close: links.tab(links.filter),
            permalink: links.permalink(item.key),
            then: links.then(item.key),
        }
    }
}

fn long(text: Option<&str>) -> Option<Long> {
    text.filter(|text| !text.trim().is_empty()).map(|text| Long::new(text, TEXT_MAX_CHARS))
}

fn entries(
    detail: &EventDetail,
    session: &SessionView,
    links: &Links<'_>,
    now: Timestamp,
) -> Vec<Entry> {
    let EventDetail { event, item, .. } = detail;
    let entry = |term, text: String| Some(Entry { term, text, href: None });
    let received = event.banyan.received_at;
    let parent = event.parent_session_id.as_deref();
    [
        entry("type", event.kind.clone()),
        item.sequence.and_then(|sequence| entry("sequence", sequence.to_string())),
        entry("time", format::date_time(item.at)),
        took(item).and_then(|took| entry("took", took)),
        entry(
            "received",
            format!("{}, {}", format::date_time(received), format::relative(received, now)),
        ),
        skew(received.since(item.at)).and_then(|skew| entry("clocks", skew)),
        end(item, links),
        entry("agent", agent(event.agent_version.as_deref(), &event.agent_id)),
        parent.map(|id| Entry {
            term: "parent",
            text: id.to_owned(),
            href: (!session.orphan).then(|| Link::session(id).at(links.at).done()),
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn agent(version: Option<&str>, agent: &str) -> String {
    version.map_or_else(|| agent.to_owned(), |version| format!("{agent} {version}"))
}

fn took(item: &FeedItem) -> Option<String> {
    item.call.as_ref()?.duration_micros.map(format::duration)
}

/// Says when the agent's clock and ours disagree; nothing is corrected.
fn skew(behind: i64) -> Option<String> {
    let size = format::duration(behind.saturating_abs());
    if behind.saturating_abs() < SKEW_MIN_MICROS {
        None
    } else if behind < 0 {
        Some(format!("the agent's is {size} ahead of ours"))
    } else {
        Some(format!("received {size} after the agent's time"))
    }
}

/// The other half of a tool call.
fn end(item: &FeedItem, links: &Links<'_>) -> Option<Entry> {
    let end = item.call.as_ref()?.end.filter(|end| *end != item.key)?;
    Some(Entry {
        term: "ended by",
        text: format!("#{}", format::event(end)),
        href: Some(links.event_in_row(end, item.key)),
    })
}
