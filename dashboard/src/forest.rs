//! `/`: all sessions as a forest.

use askama::Template;
use banyan_protocol::view::{Counts, ForestView, Misread};

mod bar;
mod order;

use self::bar::{Bar, Nothing};
pub use self::order::ForestOrder;
use crate::{
    chrome::Chrome,
    format,
    links::Link,
    outline::{self, Outline, Piece, Place, Rest},
    saved::SavedViews,
};

/// The sessions page.
#[derive(Clone, Debug, Template)]
#[template(path = "forest.html")]
pub struct ForestPage {
    chrome: Chrome,
    title: String,
    outline: Outline,
    bar: Bar,
    /// Where nothing matches.
    nothing: Option<Nothing>,
    summary: Vec<Count>,
    /// Sessions in all.
    total_sessions: u64,
    /// Roots in all and how many stand before the first one shown, where that is known.
    total: Option<u64>,
    newest: Option<String>,
    older: Option<String>,
    origin: String,
}

/// What the page is made from.
#[derive(Clone, Debug)]
pub struct ForestInput {
    /// What the collector knows.
    pub forest: ForestView,
    /// The `after=` that was asked for; absent on the first page.
    pub after: Option<String>,
    /// What was asked for.
    pub query: ForestQuery,
    /// `http://127.0.0.1:4317`, for the command on the empty page. Not from the request.
    pub origin: String,
}

/// The filter and the order that were asked for.
#[derive(Clone, Debug, Default)]
pub struct ForestQuery {
    /// `q=`, as asked for.
    pub q: String,
    /// `sort=`
    pub order: ForestOrder,
    /// The names of all keys.
    pub keys: Vec<&'static str>,
    /// What the reader saved.
    pub views: SavedViews,
    /// Why `q` cannot be understood; all sessions are shown then.
    pub misread: Option<Misread>,
}

/// One number of the line below the title.
#[derive(Clone, Debug)]
pub(crate) struct Count {
    pub(crate) id: &'static str,
    class: &'static str,
    pub(crate) number: String,
    pub(crate) word: &'static str,
}

impl Count {
    /// The class of a number that is 0: a state is not worth a word while nobody is in it.
    pub(crate) fn zero(&self) -> &'static str {
        if self.number == "0" { "zero" } else { "" }
    }
}

/// What the page is called.
pub(crate) const TITLE: &str = "Sessions";

impl ForestPage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, input: &ForestInput) -> Self {
        let ForestInput { forest, after, query, origin } = input;
        let all = Link::forest_of(&query.q, query.order.parameter());
        let page = all.clone().with_some("after", after.as_deref());
        let reader = chrome.reader();
        let place =
            Place { page: Some(&page), rest: Rest::Here, current: None, now: reader, at: None };
        let older = forest.older.as_deref();
        let now = chrome.now;
        Self {
            title: chrome.title(TITLE),
            chrome,
            outline: outline::outline(forest, place),
            bar: Bar::new(query, forest.matches.as_ref(), forest.counts, now),
            nothing: forest
                .matches
                .as_ref()
                .filter(|matches| matches.trees.count == 0)
                .map(|matches| Nothing::new(matches, query.order)),
            summary: summary(forest.counts),
            total_sessions: forest.counts.sessions,
            total: after.is_none().then(|| {
                forest.matches.as_ref().map_or(forest.counts.roots, |matches| matches.trees.count)
            }),
            newest: after.is_some().then(|| all.clone().done()),
            older: older.map(|key| all.clone().with("after", key).done()),
            origin: origin.clone(),
        }
    }
}

/// The line, all of it, so that what is 0 has a place when it grows.
pub(crate) fn summary(counts: Counts) -> Vec<Count> {
    let groups = if counts.groups == 1 { "group" } else { "groups" };
    let sessions = if counts.sessions == 1 { "session" } else { "sessions" };
    [
        ("c-groups", "", counts.groups, groups),
        ("c-sessions", "", counts.sessions, sessions),
        ("c-run", "run", counts.running, "running"),
        ("c-need", "fail", counts.attention, "need attention"),
    ]
    .into_iter()
    .map(|(id, class, number, word)| Count { id, class, number: format::count(number), word })
    .chain([Count {
        id: "c-cost",
        class: "",
        number: format::money(counts.cost_today),
        word: "today",
    }])
    .collect()
}
