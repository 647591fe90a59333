//! The feed: what a session said, one line each, tool calls in one row.

mod row;

use banyan_protocol::{
    Timestamp,
    view::{FeedCounts, FeedKind, FeedView, Range},
};

pub(super) use row::{ChildRow, EventRow, child, chips, name, word};

use super::Links;

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

#[cfg(test)]
mod tests;
