//! The short head of pages about one session's tree, and the links between a session's pages.

use banyan_protocol::{Position, view::SessionView};

use crate::{
    format,
    links::{self, Link},
    outline::{self, Frame},
    status::Mark,
};

/// Characters of names and one-line texts.
const LINE_MAX_CHARS: usize = 200;

/// Which of a session's pages one is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Its events.
    Feed,
    /// Its tree in time.
    Timeline,
    /// Only what is below it.
    Subtree,
}

impl View {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Feed, "Feed"), (Self::Timeline, "Timeline"), (Self::Subtree, "Subtree")];

    /// That page of the session `id`.
    pub(crate) fn link(self, id: &str) -> Link {
        match self {
            Self::Feed => Link::session(id),
            Self::Timeline => Link::timeline(id),
            Self::Subtree => Link::subtree(id),
        }
    }
}

/// What links between a session's pages keep.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Kept<'a> {
    /// `open=`
    pub(crate) open: Option<&'a str>,
    /// `at=`
    pub(crate) at: Option<Position>,
}

impl Kept<'_> {
    fn link(self, view: View, id: &str) -> String {
        view.link(id).with_some("open", self.open).at(self.at).done()
    }
}

/// One of a session's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ViewTab {
    pub(crate) href: String,
    pub(crate) word: &'static str,
    pub(crate) here: bool,
}

/// Links to all pages of a session, and to what can be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Views {
    pub(crate) tabs: Vec<ViewTab>,
    /// Text and link of each file.
    pub(crate) files: [(&'static str, String); 3],
}

/// Those of the session `id`.
pub(crate) fn views(id: &str, here: View, kept: Kept<'_>) -> Views {
    let tab = |(view, word)| ViewTab { href: kept.link(view, id), word, here: view == here };
    let file = |name| Link::file(id, name).at(kept.at).done();
    Views {
        tabs: View::ALL.into_iter().map(tab).collect(),
        files: [
            ("This session as JSON lines", links::export(id)),
            ("All below it, too", file("export.jsonl")),
            ("The same as one page that works offline", file("export.html")),
        ],
    }
}

/// The head.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) frame: Frame,
    pub(crate) crumbs: Vec<HeadCrumb>,
    pub(crate) agent: String,
    pub(crate) goal: Option<String>,
    pub(crate) mark: Mark,
    pub(crate) views: Views,
}

/// An ancestor.
#[derive(Clone, Debug)]
pub(crate) struct HeadCrumb {
    pub(crate) href: String,
    pub(crate) agent: String,
    pub(crate) title: String,
    pub(crate) mark: Mark,
}

impl Head {
    /// The head of the page `here` of `session`, below `ancestors` from the root down.
    pub(crate) fn new(
        session: &SessionView,
        ancestors: &[SessionView],
        here: View,
        kept: Kept<'_>,
    ) -> Self {
        let line = |text: &str| format::clip(text, LINE_MAX_CHARS);
        let crumb = |session: &SessionView| HeadCrumb {
            href: kept.link(here, &session.id),
            agent: line(&session.agent_id),
            title: line(session.goal.as_deref().unwrap_or_default()),
            mark: Mark::of(session),
        };
        Self {
            frame: outline::frame(ancestors.first().unwrap_or(session)),
            crumbs: ancestors.iter().map(crumb).collect(),
            agent: line(&session.agent_id),
            goal: session.goal.as_deref().map(line).filter(|goal| !goal.is_empty()),
            mark: Mark::of(session),
            views: views(&session.id, here, kept),
        }
    }
}
