//! What a session's page is sent while it is open: rows of its feed, one event in full, figures.

use askama::Template;
use banyan_protocol::{
    EventKey,
    view::{EventDetail, FeedCounts, FreshFeed, SessionView},
};

use super::{Feed, FeedFilter, FeedPiece, Inspector, Links, header};
use crate::{figures::Figure, fragment::Sight, live::LiveText, status::Mark};

/// `<li>`s of a feed, new or changed, in its order; each says behind which one it belongs.
#[derive(Clone, Debug, Template)]
#[template(path = "fresh.html")]
pub struct FreshRows {
    feed: Feed,
}

impl FreshRows {
    /// Rows of the feed of `session` as `filter` lets them through.
    pub fn new(
        fresh: &FreshFeed,
        session: &SessionView,
        filter: FeedFilter,
        sight: impl Into<Sight>,
    ) -> Self {
        let sight = sight.into();
        let links = Links { at: sight.at, ..links(session, filter, None, None) };
        Self { feed: Feed::fresh(fresh, &links, sight.now.at) }
    }
}

/// The inspector alone.
#[derive(Clone, Debug, Template)]
#[template(path = "inspector.html")]
pub struct InspectorPart {
    event: Inspector,
}

impl InspectorPart {
    /// One event of `session`; links keep the filter and what is `open`.
    pub fn new(
        event: &EventDetail,
        session: &SessionView,
        (filter, open): (FeedFilter, Option<String>),
        sight: impl Into<Sight>,
    ) -> Self {
        let sight = sight.into();
        let selected = Some(event.item.key);
        let links = Links { at: sight.at, ..links(session, filter, open, selected) };
        Self { event: Inspector::new(event, session, &links, sight.now.at) }
    }
}

fn links(
    session: &SessionView,
    filter: FeedFilter,
    open: Option<String>,
    selected: Option<EventKey>,
) -> Links<'_> {
    Links { id: &session.id, filter, open, selected, at: None, is_live: session.status.is_live() }
}

/// The texts of a session's page that change, by the id of their element; those of the feed's
/// tabs where its `counts` are known.
pub fn session_texts(session: &SessionView, counts: Option<FeedCounts>) -> Vec<(String, LiveText)> {
    let cell = |figure: Option<Figure>| match figure {
        Some(figure) => LiveText::dressed(figure.text, ""),
        None => LiveText::dressed("–", "none"),
    };
    let mark = Mark::of(session);
    let mut texts =
        vec![("h-mark".to_owned(), LiveText::dressed(mark.word, format!("s pill {}", mark.class)))];
    for column in header::columns(session) {
        let ids = [column.id("o"), column.id("s")];
        let figures = [column.own, column.subtree];
        texts.extend(ids.into_iter().zip(figures).map(|(id, figure)| (id, cell(figure))));
    }
    for (filter, counts) in FeedFilter::ALL.into_iter().zip(std::iter::repeat(counts)) {
        let text = counts.map(|counts| filter.count_text(counts).as_str().into());
        texts.extend(text.map(|text| (format!("c-{}", filter.word()), text)));
    }
    texts
}
