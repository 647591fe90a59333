//! Which rows a feed has, and which of them a page shows. Pure: from events without texts to
//! rows that say which events they are made of.

use std::collections::{HashMap, HashSet};

use banyan_protocol::{
    Flags,
    view::{FeedCounts, FeedKind, Range},
};

use super::{
    Stamp,
    slim::{Kind, Slim, Window},
};
use crate::query::calls::{Pair, ToolEvent, pair};

/// Rows of one page.
pub(super) const FEED_PAGE_ROWS: usize = 200;

/// One row: an event, a tool call of two events, or a run of heartbeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The event, the call's start, the first heartbeat.
    pub stamp: Stamp,
    /// The call's end.
    pub end: Option<Stamp>,
    /// The last heartbeat; else the event itself.
    pub last: Stamp,
    /// Events of a run of heartbeats; 1 for every other row.
    pub folded: u64,
    pub kind: Kind,
    /// Something failed.
    pub failed: bool,
    /// Of all its events.
    pub flags: Flags,
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Choice {
    pub class: Option<FeedKind>,
    pub errors_only: bool,
}

/// Where a page lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// At the end.
    Newest,
    /// Ends before a row.
    Before(Stamp),
    /// Begins behind a row.
    After(Stamp),
    /// Holds an event.
    Around(Stamp),
}

/// A page, and how to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub rows: Vec<Row>,
    pub older: Option<Stamp>,
    pub newer: Option<Stamp>,
    pub missing: Vec<Range>,
    pub counts: FeedCounts,
}

/// The rows of a stretch of a feed, in order.
pub(super) fn rows(slims: &[Slim]) -> Vec<Row> {
    let pairs = pair(slims.iter().filter_map(tool_event).collect());
    let ends: HashMap<Stamp, &Slim> = pairs
        .iter()
        .filter_map(|Pair { start, end }| {
            let at = slims.binary_search_by_key(end, |slim| slim.stamp).ok()?;
            Some((*start, slims.get(at)?))
        })
        .collect();
    let folded: HashSet<Stamp> = ends.values().map(|end| end.stamp).collect();
    let mut rows: Vec<Row> = Vec::new();
    for slim in slims.iter().filter(|slim| !folded.contains(&slim.stamp)) {
        match rows.last_mut() {
            Some(run) if run.kind == Kind::Heartbeat && slim.kind == Kind::Heartbeat => {
                run.last = slim.stamp;
                run.folded += 1;
                run.flags.insert(slim.flags);
            }
            Some(_) | None => rows.push(Row::new(slim, ends.get(&slim.stamp).copied())),
        }
    }
    rows
}

fn tool_event(slim: &Slim) -> Option<ToolEvent<'_>> {
    let starts = match slim.kind {
        Kind::ToolStart => true,
        Kind::ToolEnd => false,
        Kind::Heartbeat | Kind::Plain(_) => return None,
    };
    let (tool, call_id) = (slim.tool.as_deref(), slim.call_id.as_deref());
    Some(ToolEvent { stamp: slim.stamp, starts, tool, call_id })
}

impl Row {
    fn new(slim: &Slim, end: Option<&Slim>) -> Self {
        let mut flags = slim.flags;
        if let Some(end) = end {
            flags.insert(end.flags);
        }
        Self {
            stamp: slim.stamp,
            end: end.map(|end| end.stamp),
            last: slim.stamp,
            folded: 1,
            kind: slim.kind,
            failed: slim.failed || end.is_some_and(|end| end.failed),
            flags,
        }
    }

    /// The row as its event at `stamp` alone reads: a heartbeat of its own, the end of a call as
    /// if it were a lone one.
    pub(super) fn narrowed_to(&self, stamp: Stamp, slims: &[Slim]) -> Option<Self> {
        if stamp == self.stamp && self.folded == 1 {
            return Some(self.clone());
        }
        let at = slims.binary_search_by_key(&stamp, |slim| slim.stamp).ok()?;
        slims.get(at).map(|slim| Self::new(slim, None))
    }

    pub(super) fn is_chosen(&self, choice: Choice) -> bool {
        let of_class = choice.class.is_none_or(|class| class == self.kind.class());
        of_class && (!choice.errors_only || self.failed || !self.flags.is_empty())
    }
}

/// The row that holds the event at `stamp`.
pub(super) fn find(slims: &[Slim], rows: &[Row], stamp: Stamp) -> Option<usize> {
    slims.binary_search_by_key(&stamp, |slim| slim.stamp).ok()?;
    // A folded end may lie inside a run of heartbeats.
    let call = rows.iter().position(|row| row.end == Some(stamp));
    call.or_else(|| rows.iter().position(|row| row.stamp <= stamp && stamp <= row.last))
}

/// The page of a window that lies at `anchor`, of the rows that `choice` lets through.
pub(super) fn page(window: &Window, choice: Choice, anchor: Anchor) -> Page {
    let all = rows(&window.slims);
    let place = match anchor {
        Anchor::Around(stamp) => {
            find(&window.slims, &all, stamp).and_then(|at| Some(all.get(at)?.stamp))
        }
        Anchor::Newest | Anchor::Before(_) | Anchor::After(_) => None,
    };
    let counts = counts(&all, window.cut_before || window.cut_behind);
    let mut chosen: Vec<Row> = all.into_iter().filter(|row| row.is_chosen(choice)).collect();
    let (start, end) = bounds(&chosen, anchor, place);
    let behind = chosen.get(end).map(|row| row.stamp);
    let before = 0 < start;
    chosen.truncate(end);
    chosen.drain(..start);
    let first = chosen.first().map(|row| row.stamp);
    let last = chosen.last().map(|row| row.stamp);
    let window_first = window.slims.first().filter(|_| window.cut_before);
    let window_last = window.slims.last().filter(|_| window.cut_behind);
    Page {
        rows: chosen,
        older: if before { first } else { window_first.map(|slim| slim.stamp) },
        newer: if behind.is_some() { last } else { window_last.map(|slim| slim.stamp) },
        missing: missing(window, first.filter(|_| before), behind),
        counts,
    }
}

/// How many of `rows` each filter lets through.
fn counts(rows: &[Row], at_least: bool) -> FeedCounts {
    let mut counts = FeedCounts { at_least, ..FeedCounts::default() };
    let errors = Choice { class: None, errors_only: true };
    for row in rows {
        counts.all += 1;
        counts.errors += u64::from(row.is_chosen(errors));
        match row.kind.class() {
            FeedKind::Think => counts.think += 1,
            FeedKind::Act => counts.act += 1,
            FeedKind::Life => counts.life += 1,
            FeedKind::Other => {}
        }
    }
    counts
}

/// The first row of a page and the one behind its last; `place` is the row to lie around.
fn bounds(rows: &[Row], anchor: Anchor, place: Option<Stamp>) -> (usize, usize) {
    let first_from = |stamp| rows.partition_point(|row| row.stamp < stamp);
    let end = match (anchor, place) {
        (Anchor::After(stamp), _) => {
            let start = rows.partition_point(|row| row.stamp <= stamp);
            return (start, start.saturating_add(FEED_PAGE_ROWS).min(rows.len()));
        }
        (Anchor::Before(stamp), _) => first_from(stamp),
        (Anchor::Around(_), Some(stamp)) => {
            first_from(stamp).saturating_add(FEED_PAGE_ROWS / 2).max(FEED_PAGE_ROWS).min(rows.len())
        }
        (Anchor::Newest, _) | (Anchor::Around(_), None) => rows.len(),
    };
    (end.saturating_sub(FEED_PAGE_ROWS), end)
}

/// The gaps right before the events from `from` on and before `behind`.
pub(super) fn missing(window: &Window, from: Option<Stamp>, behind: Option<Stamp>) -> Vec<Range> {
    let mut previous = if window.cut_before { None } else { Some(0) };
    let mut missing = Vec::new();
    for slim in &window.slims {
        let is_counted = !slim.flags.contains(Flags::TIMED);
        let Some(sequence) = slim.stamp.sequence.filter(|_| is_counted) else { continue };
        let on_page = from.is_none_or(|from| from <= slim.stamp)
            && behind.is_none_or(|behind| slim.stamp < behind);
        if let Some(previous) = previous.filter(|_| on_page)
            && 1 < sequence - previous
        {
            missing.push(Range { from: previous + 1, to: sequence - 1 });
        }
        previous = Some(sequence);
    }
    missing
}

#[cfg(test)]
mod tests;
