//! `/views`: the views that a reader saved, to go to, to add to and to forget. A form without
//! scripts; what is wrong with it is said, and nothing is kept then.

use askama::Template;

use super::{SavedPlace, SavedView, SavedViews, SavedWrong, shown};
use crate::{chrome::Chrome, format};

/// Characters of a query that are shown.
const QUERY_MAX_CHARS: usize = 300;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "saved.html")]
pub struct SavedPage {
    chrome: Chrome,
    title: &'static str,
    views: Vec<Row>,
    /// What could not be saved, and why.
    wrong: Option<Refused>,
}

/// A view.
#[derive(Clone, Debug)]
struct Row {
    name: String,
    slug: String,
    href: String,
    kind: &'static str,
    query: String,
}

/// A form that was sent.
#[derive(Clone, Debug)]
struct Refused {
    rule: &'static str,
    name: String,
    q: String,
    place: String,
}

impl SavedPage {
    /// The page of what the frame's reader saved.
    pub fn new(chrome: Chrome, views: &SavedViews) -> Self {
        let row = |view: &SavedView| Row {
            name: shown(&view.name),
            slug: view.slug(),
            href: view.link(),
            kind: view.kind(),
            query: format::clip(&view.q, QUERY_MAX_CHARS),
        };
        Self {
            chrome,
            title: "Saved views",
            views: views.all().iter().map(row).collect(),
            wrong: None,
        }
    }

    /// The page with what is `wrong` about `view`, which the form keeps as it was sent.
    pub fn refused(
        chrome: Chrome,
        views: &SavedViews,
        (view, wrong): (&SavedView, SavedWrong),
    ) -> Self {
        let SavedView { name, q, place } = view;
        let refused =
            Refused { rule: wrong.rule(), name: name.clone(), q: q.clone(), place: place.word() };
        Self { wrong: Some(refused), ..Self::new(chrome, views) }
    }
}

/// What can be done with what a query finds: take it away, and save the query.
#[derive(Clone, Debug)]
pub(crate) struct Take {
    pub(crate) csv: String,
    pub(crate) jsonl: String,
    pub(crate) q: String,
    pub(crate) place: String,
}

impl Take {
    pub(crate) fn new(q: &str, place: SavedPlace) -> Self {
        let scope = match place {
            SavedPlace::Forest(_) => crate::SearchScope::Sessions,
            SavedPlace::Search(scope) => scope,
        };
        Self {
            csv: crate::links::Link::every("csv", q, scope.word()).done(),
            jsonl: crate::links::Link::every("jsonl", q, scope.word()).done(),
            q: q.to_owned(),
            place: place.word(),
        }
    }
}
