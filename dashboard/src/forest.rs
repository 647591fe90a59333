//! `/`: all sessions as a forest.

use askama::Template;
use banyan_protocol::view::ForestView;

use crate::{
    chrome::Chrome,
    format,
    links::Link,
    outline::{self, Outline, Piece, Place},
};

/// The sessions page.
#[derive(Clone, Debug, Template)]
#[template(path = "forest.html")]
pub struct ForestPage {
    chrome: Chrome,
    title: &'static str,
    outline: Outline,
    summary: Vec<Count>,
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
    /// `http://127.0.0.1:4317`, for the command on the empty page. Not from the request.
    pub origin: String,
}

/// One number of the line below the title.
#[derive(Clone, Debug)]
struct Count {
    class: &'static str,
    number: String,
    word: &'static str,
}

impl ForestPage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, input: &ForestInput) -> Self {
        let ForestInput { forest, after, origin } = input;
        let page = Link::forest().with_some("after", after.as_deref());
        let place = Place { page: Some(&page), current: None, now: chrome.now, at: None };
        let older = forest.older.as_deref();
        Self {
            chrome,
            title: "Sessions",
            outline: outline::outline(forest, place),
            summary: summary(forest),
            total: after.is_none().then_some(forest.counts.roots),
            newest: after.is_some().then(|| Link::forest().done()),
            older: older.map(|key| Link::forest().with("after", key).done()),
            origin: origin.clone(),
        }
    }
}

fn summary(forest: &ForestView) -> Vec<Count> {
    let counts = forest.counts;
    [
        ("", counts.groups, if counts.groups == 1 { "group" } else { "groups" }),
        ("", counts.sessions, if counts.sessions == 1 { "session" } else { "sessions" }),
        ("run", counts.running, "running"),
        ("fail", counts.attention, "need attention"),
    ]
    .into_iter()
    .filter(|(class, number, _)| class.is_empty() || 0 < *number)
    .map(|(class, number, word)| Count { class, number: format::count(number), word })
    .collect()
}
