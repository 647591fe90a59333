//! The feed: what a session said, one line each, tool calls in one row.

mod row;

use banyan_protocol::{
    Timestamp,
    view::{FeedCounts, FeedKind, FeedView, FreshFeed, Range, Skipped},
};

use row::RowPlace;
pub(super) use row::{ChildRow, EventRow, child, chips, name, word};

use super::Links;
use crate::{format, links::Link};

/// Which events a feed shows: `k=`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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

    /// How many rows it lets through.
    pub(super) const fn of(self, counts: FeedCounts) -> u64 {
        match self {
            Self::All => counts.all,
            Self::Think => counts.think,
            Self::Act => counts.act,
            Self::Life => counts.life,
            Self::Errors => counts.errors,
        }
    }

    /// The same as its tab says it.
    pub(super) fn count_text(self, counts: FeedCounts) -> String {
        let more = if counts.at_least { "+" } else { "" };
        format!("{}{more}", format::count(self.of(counts)))
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
    /// The value of `k=`, when it shows only some events.
    pub(super) filter: Option<&'static str>,
}

/// One line of the feed.
#[derive(Clone, Debug)]
pub(super) enum FeedPiece {
    /// An event, or a tool call's two.
    Event(Box<EventRow>),
    /// Sequence numbers that were never received.
    Gap(String),
    /// Events that there was no room for.
    Skip(Skip),
}

/// Events that were left out of a page that follows, and how to get them.
#[derive(Clone, Debug)]
pub(super) struct Skip {
    pub(super) text: String,
    pub(super) href: String,
}

impl Skip {
    fn new(skipped: Skipped, links: &Links<'_>) -> Self {
        let Skipped { events, after, until, first: _ } = skipped;
        let events = format::plural(events, "event", "events");
        let rows = Link::rows(links.id).with_some("k", links.filter.parameter());
        let rows = rows.with("after", &after.to_string()).with("until", &until.to_string());
        Self { text: format!("{events} skipped – load"), href: rows.done() }
    }
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
            pieces.push(FeedPiece::Event(Box::new(EventRow::new(item, before, links, now))));
            before = Some(item.at);
        }
        pieces.extend(gaps.map(|gap| FeedPiece::Gap(gap_text(gap))));
        Self {
            pieces,
            older: view.older.as_deref().map(|key| links.feed("before", key)),
            newer: view.newer.as_deref().map(|key| links.feed("after", key)),
            filter: links.filter.parameter(),
        }
    }

    /// Rows for a page that shows the rest: each says where it belongs.
    pub(super) fn fresh(fresh: &FreshFeed, links: &Links<'_>, now: Timestamp) -> Self {
        let mut pieces = Vec::new();
        let skip = fresh.skipped.map(|skipped| FeedPiece::Skip(Skip::new(skipped, links)));
        let leads = fresh.skipped.is_some_and(|skipped| skipped.first);
        pieces.extend(skip.clone().filter(|_| leads));
        for row in &fresh.rows {
            let gaps = row.missing.iter().filter(|_| links.filter == FeedFilter::All);
            pieces.extend(gaps.map(|gap| FeedPiece::Gap(gap_text(*gap))));
            let before = row.before.map(|(_, at)| at);
            let mut event = EventRow::new(&row.item, before, links, now);
            event.place = Some(RowPlace::of(row));
            pieces.push(FeedPiece::Event(Box::new(event)));
        }
        pieces.extend(skip.filter(|_| !leads));
        Self { pieces, older: None, newer: None, filter: links.filter.parameter() }
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

#[cfg(test)]
mod tests;
