//! `/s/{id}/tree`: only what is below one session, over the whole width.

use askama::Template;
use banyan_protocol::view::{ForestView, SessionView};

use crate::{
    chrome::Chrome,
    format,
    head::{Head, Kept, View},
    links::Link,
    moment::Past,
    outline::{self, OpenSet, Piece, Place, Rest},
};

/// Characters of the goal in the browser's title bar.
const TITLE_MAX_CHARS: usize = 60;

/// A subtree's page.
#[derive(Clone, Debug, Template)]
#[template(path = "subtree.html")]
pub struct SubtreePage {
    chrome: Chrome,
    past: Past,
    id: String,
    title: String,
    head: Head,
    pieces: Vec<Piece>,
    /// Sessions in all.
    count: String,
}

/// What the page is made from.
#[derive(Clone, Debug)]
pub struct SubtreeInput {
    /// The session.
    pub session: SessionView,
    /// From the root down to its parent.
    pub ancestors: Vec<SessionView>,
    /// What is below it: a forest of one tree, the session its root.
    pub tree: ForestView,
    /// `open=`, as asked for.
    pub open: Option<String>,
}

impl SubtreePage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, input: &SubtreeInput) -> Self {
        let SubtreeInput { session, ancestors, tree, open } = input;
        let at = chrome.at();
        let page = Link::subtree(&session.id).at(at);
        let now = chrome.reader();
        let place = Place { page: Some(&page), rest: Rest::Here, current: None, now, at };
        let shown = OpenSet::of(tree).join();
        let kept = Kept { open: open.as_ref().map(|_| shown.as_str()), at };
        let what = session.goal.as_deref().unwrap_or(&session.id);
        Self {
            id: session.id.clone(),
            title: format::clip(&format!("{}: {what}", session.agent_id), TITLE_MAX_CHARS),
            head: Head::new(session, ancestors, View::Subtree, kept),
            pieces: outline::outline(tree, place).all(),
            count: format::plural(session.subtree.sessions.max(1), "session", "sessions"),
            past: Past::new(&chrome, |_| Link::subtree(&session.id).with_some("open", kept.open)),
            chrome,
        }
    }
}
