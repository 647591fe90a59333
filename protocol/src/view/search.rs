use super::{FeedKind, SessionView};
use crate::{EventKey, Position, Timestamp};

/// A page of what a search found.
#[derive(Clone, Debug, Default)]
pub struct SearchView {
    /// Sessions on this page, those found last first.
    pub sessions: Vec<FoundSession>,
    /// Events found, or sessions where sessions were asked for.
    pub total: Tally,
    /// Sessions found.
    pub total_sessions: Tally,
    /// Time of the oldest of what was found.
    pub oldest: Option<Timestamp>,
    /// What narrows the search.
    pub facets: Vec<Facet>,
    /// Pass as `before=` to get the page before this one; absent on the first.
    pub newer: Option<String>,
    /// Pass as `after=` to get the next page; absent on the last.
    pub older: Option<String>,
    /// Where the search stopped looking, as a query that goes on from there.
    pub further: Option<String>,
    /// The terms of the query, as they were understood.
    pub terms: Vec<TermView>,
    /// Where nothing was found: the nearest query that finds something.
    pub relaxed: Option<Relaxed>,
    /// Events that cannot be found by their text yet.
    pub unindexed: u64,
    /// The log position that this page shows.
    pub as_of: Position,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Counted.
    pub count: u64,
    /// The count stopped at a limit: there are at least so many.
    pub capped: bool,
}

/// A session with what was found in it.
#[derive(Clone, Debug)]
pub struct FoundSession {
    /// The session.
    pub session: SessionView,
    /// Its goal, where words were looked for: with those marked.
    pub goal: Vec<Fragment>,
    /// Its events on this page, newest first; none where sessions were asked for.
    pub hits: Vec<Hit>,
    /// Its events found in all.
    pub count: u64,
    /// A query for them alone.
    pub query: String,
}

/// An event that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Which event.
    pub key: EventKey,
    /// Event time.
    pub at: Timestamp,
    /// Its type.
    pub kind: String,
    /// Which filter of a feed shows it.
    pub class: FeedKind,
    /// What it is about: the tool, the child's agent, `thought` …
    pub title: String,
    /// One line around what was looked for.
    pub text: Vec<Fragment>,
    /// Whether it went well, where it says so.
    pub ok: Option<bool>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// What it says.
    pub text: String,
    /// It is what was looked for.
    pub marked: bool,
}

/// The values of one key among what was found, the most frequent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// `tool`
    pub key: &'static str,
    /// At least one.
    pub values: Vec<FacetValue>,
    /// Values that are not listed.
    pub more: u64,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValue {
    /// `bash`
    pub value: String,
    /// How many of what was found have it.
    pub count: u64,
    /// The query narrowed to it.
    pub query: String,
}

/// A term of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermView {
    /// As it was written.
    pub text: String,
    /// The query without it.
    pub without: String,
}

/// A query that asks for less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxed {
    /// The term that was left out.
    pub dropped: String,
    /// The query.
    pub query: String,
    /// What it finds.
    pub total: Tally,
}

/// Why a query cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// What is wrong, with its place: `unknown key (did you mean kind?) at 1`.
    pub message: String,
    /// The query as it was probably meant.
    pub corrected: Option<String>,
}
