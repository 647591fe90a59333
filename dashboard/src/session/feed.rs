//! The feed: what a session said, one line each, tool calls in one row.

use banyan_protocol::{
    Position, Timestamp,
    view::{Call, CallState, FeedItem, FeedKind, FeedView, Range},
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

/// Which events a feed shows: `k=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeedFilter {
    /// All of them.
    #[default]
    All,
    /// Thoughts, goals, decisions, uncertainties.
    Think,
    /// Tool calls, memory, external calls, spawns.
    Act,
    /// Started, heartbeats, ended.
    Life,
    /// What failed or was odd.
    Errors,
}

impl FeedFilter {
    /// All of them, as shown.
    pub const ALL: [Self; 5] = [Self::All, Self::Think, Self::Act, Self::Life, Self::Errors];

    /// Reads the value of `k=`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.word() == word)
    }

    /// The value of `k=`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Think => "think",
            Self::Act => "act",
            Self::Life => "life",
            Self::Errors => "err",
        }
    }

    /// The class of events that this filter lets through, if it goes by class.
    pub const fn class(self) -> Option<FeedKind> {
        match self {
            Self::All | Self::Errors => None,
            Self::Think => Some(FeedKind::Think),
            Self::Act => Some(FeedKind::Act),
            Self::Life => Some(FeedKind::Life),
        }
    }

    pub(super) fn parameter(self) -> Option<&'static str> {
        (self != Self::All).then(|| self.word())
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Think => "Thinks",
            Self::Act => "Acts",
            Self::Life => "Life",
            Self::Errors => "Errors",
        }
    }
}

/// A page of the feed, ready to be written.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pub(super) pieces: Vec<FeedPiece>,
    pub(super) older: Option<String>,
    pub(super) newer: Option<String>,
}

/// One line of the feed.
#[derive(Clone, Debug)]
pub(super) enum FeedPiece {
    /// An event, or a tool call's two.
    Event(Box<EventRow>),
    /// Sequence numbers that were never received.
    Gap(String),
}

/// An event, ready to be written.
#[derive(Clone, Debug)]
pub(super) struct EventRow {
    pub(super) position: Position,
    pub(super) class: String,
    pub(super) at: When,
    pub(super) took: Took,
    pub(super) word: String,
    pub(super) name: Option<String>,
    pub(super) text: String,
    pub(super) call: Option<CallRow>,
    pub(super) child: Option<ChildRow>,
    pub(super) chips: Vec<Chip>,
    pub(super) href: String,
    pub(super) permalink: String,
    pub(super) label: String,
    pub(super) here: bool,
}

/// The time column beside the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Took {
    pub(super) text: String,
    pub(super) title: &'static str,
}

/// How a tool call went.
#[derive(Clone, Debug)]
pub(super) struct CallRow {
    pub(super) mark: Mark,
    pub(super) result: Option<String>,
}

/// A spawned session.
#[derive(Clone, Debug)]
pub(super) struct ChildRow {
    pub(super) href: String,
    pub(super) agent: String,
    pub(super) mark: Mark,
}

impl Feed {
    pub(super) fn new(view: &FeedView, links: &Links<'_>, now: Timestamp) -> Self {
        let mut pieces = Vec::new();
        let mut gaps = gaps(view, links.filter).into_iter().peekable();
        let mut before: Option<Timestamp> = None;
        for item in &view.items {
            if let Some(sequence) = item.sequence {
                while let Some(gap) = gaps.next_if(|gap| gap.to < sequence) {
                    pieces.push(FeedPiece::Gap(gap_text(gap)));
                }
            }
            pieces.push(FeedPiece::Event(Box::new(event_row(item, before, links, now))));
            before = Some(item.at);
        }
        pieces.extend(gaps.map(|gap| FeedPiece::Gap(gap_text(gap))));
        Self {
            pieces,
            older: view.older.as_deref().map(|key| links.feed("before", key)),
            newer: view.newer.as_deref().map(|key| links.feed("after", key)),
        }
    }
}

/// Between filtered events every place looks like a gap, so only the whole feed shows them.
fn gaps(view: &FeedView, filter: FeedFilter) -> Vec<Range> {
    let mut gaps = if filter == FeedFilter::All { view.missing.clone() } else { Vec::new() };
    gaps.sort_by_key(|gap| gap.from);
    gaps
}

fn gap_text(gap: Range) -> String {
    let Range { from, to } = gap;
    if from == to {
        format!("#{from} never arrived")
    } else {
        format!("#{from}–{to} never arrived")
    }
}

fn event_row(
    item: &FeedItem,
    before: Option<Timestamp>,
    links: &Links<'_>,
    now: Timestamp,
) -> EventRow {
    let word = word(item);
    let title = format::clip(&item.title, NAME_MAX_CHARS);
    let mark = item.call.as_ref().map(|call| Mark::call(call.state));
    EventRow {
        position: item.position,
        class: class(item),
        at: When { text: format::clock(item.at), ..When::new(item.at, now) },
        took: took(item, before, now),
        name: (!title.is_empty() && title != word).then_some(title),
        word,
        text: format::clip(&item.text, TEXT_MAX_CHARS),
        call: item
            .call
            .as_ref()
            .zip(mark)
            .map(|(call, mark)| CallRow { mark, result: result(call) }),
        child: child(item),
        chips: chips(item),
        href: links.event(item.position),
        permalink: links.permalink(item.position),
        label: format!("Link to event {}", format::position(item.position)),
        here: links.selected == Some(item.position),
    }
}

fn result(call: &Call) -> Option<String> {
    call.result
        .as_deref()
        .map(|result| format::clip(result, TEXT_MAX_CHARS))
        .filter(|text| !text.is_empty())
}

pub(super) fn child(item: &FeedItem) -> Option<ChildRow> {
    item.child.as_ref().map(|child| ChildRow {
        href: Link::session(&child.id).done(),
        agent: format::clip(&child.agent_id, NAME_MAX_CHARS),
        mark: Mark::plain(child.status),
    })
}

/// How long a call took, or how long after the row before an event came.
fn took(item: &FeedItem, before: Option<Timestamp>, now: Timestamp) -> Took {
    match (&item.call, before) {
        (Some(Call { duration_micros: Some(micros), .. }), _) => {
            Took { text: format::duration(*micros), title: "took" }
        }
        (Some(Call { state: CallState::Open, .. }), _) => {
            Took { text: format::duration(now.since(item.at).max(0)), title: "running for" }
        }
        (_, Some(before)) => {
            let text = format::duration(item.at.since(before));
            let text = if text.starts_with('-') { text } else { format!("+{text}") };
            Took { text, title: "after the row before" }
        }
        (_, None) => Took { text: String::new(), title: "" },
    }
}

/// The word for an event's type; types of others are shown as they are.
pub(super) fn word(item: &FeedItem) -> String {
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

pub(super) fn chips(item: &FeedItem) -> Vec<Chip> {
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
