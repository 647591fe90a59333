//! `/s/{id}`: one session, with its tree beside it, its feed, and one event in full.

mod cast;
mod export;
mod feed;
mod header;
mod inspector;
mod live;

use askama::Template;
use banyan_protocol::{
    EventKey, Position,
    view::{AlertView, CastView, EventDetail, FeedCounts, FeedView, ForestView, SessionView},
};

use cast::Cast;
pub use export::{ExportInput, ExportPage, ExportedSession};
pub use feed::FeedFilter;
use feed::{Feed, FeedPiece};
use header::Header;
use inspector::Inspector;
pub use live::{FreshRows, InspectorPart, session_texts};

use crate::{
    chrome::Chrome,
    format,
    head::{self, Kept, View, Views},
    links::Link,
    moment::Past,
    outline::{self, OpenSet, Piece, Place, Rest},
};

/// Elements of a page that browsers are quick with.
const ELEMENTS_MAX: usize = 2_400;
/// Elements above the feed and around the tree.
const HEAD_ELEMENTS: usize = 260;
/// Elements of a row of the feed.
const FEED_ROW_ELEMENTS: usize = 10;
/// Elements of a row of the tree.
const TREE_ROW_ELEMENTS: usize = 8;
/// Rows of the tree beside the longest feed.
const TREE_MIN_ROWS: usize = 16;
/// Rows of the tree beside the shortest feed.
const TREE_MAX_ROWS: usize = 200;
/// Characters of the goal in the browser's title bar.
const TITLE_MAX_CHARS: usize = 60;

/// A session's page.
#[derive(Clone, Debug, Template)]
#[template(path = "session.html")]
pub struct SessionPage {
    chrome: Chrome,
    past: Past,
    id: String,
    title: String,
    header: Header,
    cast: Cast,
    pieces: Vec<Piece>,
    tree_count: String,
    views: Views,
    tabs: Vec<Tab>,
    feed: Feed,
    inspector: Option<Inspector>,
}

/// What the page is made from.
#[derive(Clone, Debug)]
pub struct SessionInput {
    /// The session.
    pub session: SessionView,
    /// From the root down to its parent.
    pub ancestors: Vec<SessionView>,
    /// The tree it belongs to.
    pub tree: ForestView,
    /// A page of its feed.
    pub feed: FeedView,
    /// Its alerts.
    pub alerts: Vec<AlertView>,
    /// Who took part in it.
    pub cast: CastView,
    /// The event that `/s/{id}/e/{key}` names.
    pub selected: Option<EventDetail>,
    /// The parameters of the request, so that links keep them.
    pub params: SessionParams,
}

/// The query parameters of a session's page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionParams {
    /// `k=`
    pub filter: FeedFilter,
    /// `before=`
    pub before: Option<String>,
    /// `after=`
    pub after: Option<String>,
    /// `open=`, as asked for; empty means that nothing is open.
    pub open: Option<String>,
}

/// One filter of the feed.
#[derive(Clone, Debug)]
struct Tab {
    href: String,
    /// The value of `k=`.
    name: &'static str,
    word: &'static str,
    /// Rows that it shows: `61`, `1,200+`.
    count: String,
    here: bool,
}

/// What every row of one session's page needs to know, above all to make links that keep what the
/// reader has set.
#[derive(Clone, Debug)]
struct Links<'a> {
    id: &'a str,
    filter: FeedFilter,
    open: Option<String>,
    selected: Option<EventKey>,
    at: Option<Position>,
    /// The session has not ended.
    is_live: bool,
}

impl Links<'_> {
    /// The session's page without an event.
    fn session(&self, filter: FeedFilter) -> Link {
        Link::session(self.id).with_some("k", filter.parameter()).at(self.at)
    }

    /// An event that has a row of its own, in the feed as it is filtered.
    fn event(&self, key: EventKey) -> String {
        self.event_in_row(key, key)
    }

    /// An event that is told in the row of another one.
    fn event_in_row(&self, key: EventKey, row: EventKey) -> String {
        Link::event(self.id, key)
            .with_some("k", self.filter.parameter())
            .with_some("open", self.open.as_deref())
            .at(self.at)
            .to(&format!("e-{row}"))
    }

    /// An event, as others should get it.
    fn permalink(&self, key: EventKey) -> String {
        Link::event(self.id, key).at(self.at).done()
    }

    /// An event on the page that was there right behind it.
    fn then(&self, key: EventKey) -> String {
        self.page_at(key.position).at(Some(key.position)).to(&format!("e-{key}"))
    }

    fn tab(&self, filter: FeedFilter) -> String {
        self.session(filter).with_some("open", self.open.as_deref()).done()
    }

    /// Another page of the feed: `before` or `after` a key.
    fn feed(&self, direction: &str, key: &str) -> String {
        let page = self.session(self.filter).with(direction, key);
        page.with_some("open", self.open.as_deref()).done()
    }

    /// This page, for links that open and close the tree.
    fn page(&self, params: &SessionParams) -> Link {
        let page = match self.selected {
            Some(key) => Link::event(self.id, key),
            None => Link::session(self.id),
        };
        page.with_some("k", self.filter.parameter())
            .with_some("before", params.before.as_deref())
            .with_some("after", params.after.as_deref())
            .at(self.at)
    }

    /// The page that was there at a position, without `at`.
    fn page_at(&self, at: Position) -> Link {
        let page = match self.selected.filter(|key| key.position <= at) {
            Some(key) => Link::event(self.id, key),
            None => Link::session(self.id),
        };
        page.with_some("k", self.filter.parameter()).with_some("open", self.open.as_deref())
    }
}

impl SessionPage {
    /// How many rows of the tree have room beside `feed`: the shorter it is, the more.
    pub fn tree_rows(feed: &FeedView) -> usize {
        let left =
            ELEMENTS_MAX.saturating_sub(HEAD_ELEMENTS + feed.items.len() * FEED_ROW_ELEMENTS);
        (left / TREE_ROW_ELEMENTS).clamp(TREE_MIN_ROWS, TREE_MAX_ROWS)
    }

    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, input: &SessionInput) -> Self {
        let SessionInput { session, ancestors, tree, feed, alerts, cast, selected, params } = input;
        let links = Links {
            id: &session.id,
            filter: params.filter,
            is_live: session.status.is_live(),
            open: params.open.as_ref().map(|_| OpenSet::of(tree).join()),
            selected: selected.as_ref().map(|event| event.item.key),
            at: chrome.at(),
        };
        let page = links.page(params);
        let kept = Kept { open: links.open.as_deref(), at: links.at };
        let place = Place {
            page: Some(&page),
            rest: Rest::Subtree,
            current: Some(&session.id),
            now: chrome.reader(),
            at: links.at,
        };
        let root = tree.roots.first().map_or(session, |root| &root.session);
        Self {
            past: Past::new(&chrome, |at| links.page_at(at)),
            id: session.id.clone(),
            title: title(session),
            header: Header::new(session, root, ancestors, alerts, (&links, chrome.reader())),
            cast: Cast::new(cast, &links),
            pieces: outline::outline(tree, place).all(),
            tree_count: format::count(root.subtree.sessions.max(1)),
            views: head::views(&session.id, View::Feed, kept),
            tabs: tabs(feed.counts, &links),
            feed: Feed::new(feed, &links, chrome.now),
            inspector: selected
                .as_ref()
                .map(|event| Inspector::new(event, session, &links, chrome.now)),
            chrome,
        }
    }
}

fn title(session: &SessionView) -> String {
    let what = session.goal.as_deref().unwrap_or(&session.id);
    format::clip(&format!("{}: {what}", session.agent_id), TITLE_MAX_CHARS)
}

fn tabs(counts: FeedCounts, links: &Links<'_>) -> Vec<Tab> {
    FeedFilter::ALL
        .into_iter()
        .map(|filter| Tab {
            href: links.tab(filter),
            name: filter.word(),
            word: filter.title(),
            count: filter.count_text(counts),
            here: filter == links.filter,
        })
        .collect()
}
