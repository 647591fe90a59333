//! One row of the feed: everything its template needs, as text.

use banyan_protocol::{
    EventKey, Timestamp,
    view::{Call, CallState, FeedItem, FeedKind, FreshRow},
};

use super::Links;
use crate::{
    format,
    links::Link,
    outline::{Chip, When},
    status::Mark,
};

/// Characters of an event's text that a row shows.
const TEXT_MAX_CHARS: usize = 280;
/// Characters of names: tools, agents, unknown types.
const NAME_MAX_CHARS: usize = 80;

/// An event, ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct EventRow {
    pub(crate) key: EventKey,
    pub(crate) class: String,
    pub(crate) at: When,
    pub(crate) took: Took,
    pub(crate) word: String,
    pub(crate) name: Option<String>,
    pub(crate) text: String,
    pub(crate) call: Option<CallRow>,
    pub(crate) child: Option<ChildRow>,
    pub(crate) chips: Vec<Chip>,
    pub(crate) href: String,
    pub(crate) permalink: String,
    pub(crate) label: String,
    pub(crate) here: bool,
    /// For rows that are put into a page that is already there.
    pub(crate) place: Option<RowPlace>,
}

/// Where a row belongs in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowPlace {
    /// The event of the row before it; 0 for the first row.
    pub(crate) before: EventKey,
    /// The event that is told in this row, too, and may have had a row of its own.
    pub(crate) end: Option<EventKey>,
}

impl RowPlace {
    pub(super) fn of(row: &FreshRow) -> Self {
        let end = row.item.call.as_ref().and_then(|call| call.end);
        Self {
            before: row.before.map_or(EventKey::first(0), |(key, _)| key),
            end: end.filter(|end| *end != row.item.key),
        }
    }
}

/// The time column beside the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Took {
    pub(crate) text: String,
    pub(crate) title: &'static str,
}

/// How a tool call went.
#[derive(Clone, Debug)]
pub(crate) struct CallRow {
    pub(crate) mark: Mark,
    pub(crate) result: Option<String>,
}

/// A spawned session.
#[derive(Clone, Debug)]
pub(crate) struct ChildRow {
    pub(crate) href: String,
    pub(crate) agent: String,
    pub(crate) mark: Mark,
}

impl EventRow {
    /// The row of `item`, which comes after one at `before`.
    pub(crate) fn new(
        item: &FeedItem,
        before: Option<Timestamp>,
        links: &Links<'_>,
        now: Timestamp,
    ) -> Self {
        let mark = item.call.as_ref().map(|call| Mark::call(call.state, links.is_live));
        Self {
            key: item.key,
            class: class(item),
            at: When { text: format::clock(item.at), ..When::new(item.at, now) },
            took: took(item, before, links.is_live.then_some(now)),
            name: name(item),
            word: word(item),
            text: format::clip(&item.text, TEXT_MAX_CHARS),
            call: item
                .call
                .as_ref()
                .zip(mark)
                .map(|(call, mark)| CallRow { mark, result: result(call) }),
            child: child(item, links),
            chips: chips(item),
            href: links.event(item.key),
            permalink: links.permalink(item.key),
            label: format!("Link to event {}", format::event(item.key)),
            here: links.selected.is_some_and(|selected| tells_of(item, selected)),
            place: None,
        }
    }
}

fn result(call: &Call) -> Option<String> {
    call.result
        .as_deref()
        .map(|result| format::clip(result, TEXT_MAX_CHARS))
        .filter(|text| !text.is_empty())
}

pub(crate) fn child(item: &FeedItem, links: &Links<'_>) -> Option<ChildRow> {
    item.child.as_ref().map(|child| ChildRow {
        href: Link::session(&child.id).at(links.at).done(),
        agent: format::clip(&child.agent_id, NAME_MAX_CHARS),
        mark: Mark::plain(child.status),
    })
}

/// How long a call took or has been running by `now`, where the session still lives; else how
/// long after the row before an event came.
fn took(item: &FeedItem, before: Option<Timestamp>, now: Option<Timestamp>) -> Took {
    match (&item.call, now, before) {
        (Some(Call { duration_micros: Some(micros), .. }), ..) => {
            Took { text: format::duration(*micros), title: "took" }
        }
        (Some(Call { state: CallState::Open, .. }), Some(now), _) => {
            Took { text: format::duration(now.since(item.at).max(0)), title: "running for" }
        }
        (_, _, Some(before)) => {
            let text = format::duration(item.at.since(before));
            let text = if text.starts_with('-') { text } else { format!("+{text}") };
            Took { text, title: "after the row before" }
        }
        (_, _, None) => Took { text: String::new(), title: "" },
    }
}

/// Whether the event with `key` is told in the row of `item`.
fn tells_of(item: &FeedItem, key: EventKey) -> bool {
    let end = item.call.as_ref().and_then(|call| call.end);
    item.key == key || end == Some(key)
}

/// The tool, the child's agent, the service; absent where the word says it all.
pub(crate) fn name(item: &FeedItem) -> Option<String> {
    let unnamed = item.kind.rsplit('.').next();
    let name = format::clip(&item.title, NAME_MAX_CHARS);
    let says_more = !name.is_empty() && Some(name.as_str()) != unnamed && name != word(item);
    says_more.then_some(name)
}

/// The word for an event's type; types of others are shown as they are.
pub(crate) fn word(item: &FeedItem) -> String {
    let known = match item.kind.as_str() {
        "session.started" => "started",
        "session.heartbeat" => "heartbeat",
        "session.ended" => "ended",
        "cognition.thought" => "thought",
        "cognition.goal" => "goal",
        "cognition.decision" => "decision",
        "cognition.uncertainty" => "uncertainty",
        "operation.tool_start" | "operation.tool_end" => "tool",
        "operation.agent_spawn" => "spawned",
        "operation.memory" => "memory",
        "operation.external_call" => "call",
        other => return format::clip(other, NAME_MAX_CHARS),
    };
    known.to_owned()
}

fn class(item: &FeedItem) -> String {
    let class = match item.class {
        FeedKind::Think => "think",
        FeedKind::Act => "act",
        FeedKind::Life => "life",
        FeedKind::Other => "other",
    };
    let icon = match item.kind.as_str() {
        "operation.tool_start" | "operation.tool_end" => " tool",
        "operation.agent_spawn" => " spawned",
        "cognition.uncertainty" => " unsure",
        "cognition.goal" | "cognition.decision" => " goal",
        "session.heartbeat" => " beat",
        _ => "",
    };
    let failed = item.call.as_ref().is_some_and(|call| call.state == CallState::Failed);
    format!("ev {class}{icon}{}", if failed { " bad" } else { "" })
}

pub(crate) fn chips(item: &FeedItem) -> Vec<Chip> {
    let mut chips = Vec::new();
    if 1 < item.folded {
        let number = format::count(item.folded);
        let title = format!("{number} heartbeats in a row, shown as one");
        chips.push(Chip { text: format!("× {number}").into(), title });
    }
    if let Some(confidence) = item.confidence {
        let title = format!("The agent's confidence: {confidence}");
        chips.push(Chip { text: confidence.into(), title });
    }
    if 0 < item.variant {
        let title = "Another event with the same identity and other content exists".to_owned();
        chips.push(Chip { text: format!("version {}", item.variant + 1).into(), title });
    }
    chips.extend(item.flags.names().filter(|name| *name != "variant").map(|name| Chip {
        text: name.replace('_', " ").into(),
        title: "Odd, but accepted".to_owned(),
    }));
    chips
}
