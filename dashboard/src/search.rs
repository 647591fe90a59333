//! `/search`: events and sessions by a query, grouped by session.

use askama::Template;
use banyan_protocol::view::{Misread, SearchView};

mod found;
mod hit;

pub(crate) use self::found::{Found, Offer, TermChip, number, offered};
use crate::{
    chrome::Chrome,
    format,
    links::Link,
    saved::{self, SavedPlace, SavedViews, Take},
};

/// The search page.
#[derive(Clone, Debug, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    chrome: Chrome,
    title: String,
    q: String,
    scope: SearchScope,
    /// Beginnings of terms, offered while one types.
    keys: Vec<String>,
    outcome: Outcome,
    /// Searches that the reader saved.
    saved: Vec<Suggestion>,
    take: Take,
}

/// What the page is made from.
#[derive(Clone, Debug)]
pub struct SearchInput {
    /// `q=`, as asked for.
    pub q: String,
    /// What is searched.
    pub scope: SearchScope,
    /// The names of all keys.
    pub keys: Vec<&'static str>,
    /// What came of it.
    pub outcome: SearchOutcome,
    /// What the reader saved.
    pub views: SavedViews,
}

/// What came of a search.
#[derive(Clone, Debug)]
pub enum SearchOutcome {
    /// Nothing was asked.
    Blank,
    /// The query cannot be understood.
    Misread(Misread),
    /// What was found, if anything.
    Found(Box<SearchView>),
}

/// What is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchScope {
    /// Events.
    #[default]
    Events,
    /// Sessions.
    Sessions,
}

impl SearchScope {
    /// The word in `in=`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Sessions => "sessions",
        }
    }

    /// Reads `in=`; anything else is events.
    pub fn parse(word: Option<&str>) -> Self {
        match word {
            Some("sessions") => Self::Sessions,
            Some(_) | None => Self::Events,
        }
    }

    fn is_sessions(self) -> bool {
        self == Self::Sessions
    }
}

#[derive(Clone, Debug)]
enum Outcome {
    Blank(Vec<Example>),
    Misread { message: String, corrected: Option<Suggestion> },
    Found(Box<Found>),
}

/// A query to begin with.
#[derive(Clone, Debug)]
struct Example {
    href: String,
    query: &'static str,
    meaning: &'static str,
}

/// A query that leads to another page.
#[derive(Clone, Debug)]
pub(crate) struct Suggestion {
    pub(crate) href: String,
    pub(crate) query: String,
}

const EXAMPLES: [(&str, SearchScope, &str); 6] = [
    ("\"exit 101\"", SearchScope::Events, "events that say exactly this"),
    ("kind:tool.end ok:false", SearchScope::Events, "failed tool calls"),
    ("tool:bash after:-24h", SearchScope::Events, "one tool, since yesterday"),
    ("status:failed,timeout is:root", SearchScope::Sessions, "trees whose root ended badly"),
    ("cost>1 -agent:orch*", SearchScope::Sessions, "what cost more than a dollar"),
    ("has:alert dur>10m", SearchScope::Sessions, "long, and odd"),
];

impl SearchPage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, input: &SearchInput) -> Self {
        let SearchInput { q, scope, keys, outcome, views } = input;
        let outcome = match outcome {
            SearchOutcome::Blank => Outcome::Blank(examples()),
            SearchOutcome::Misread(misread) => Outcome::Misread {
                message: misread.message.clone(),
                corrected: misread.corrected.as_deref().map(|query| suggestion(query, *scope)),
            },
            SearchOutcome::Found(view) => {
                Outcome::Found(Box::new(Found::new(view, (q, *scope), chrome.reader())))
            }
        };
        let title = match q.trim() {
            "" => "Search".to_owned(),
            query => format!("{} · Search", format::clip(query, 60)),
        };
        let keys = keys.iter().map(|key| format!("{key}:")).collect();
        let searches =
            views.all().iter().filter(|view| matches!(view.place, SavedPlace::Search(_)));
        let saved = searches
            .map(|view| Suggestion { href: view.link(), query: saved::shown(&view.name) })
            .collect();
        let take = Take::new(q.trim(), SavedPlace::Search(*scope));
        Self { chrome, title, q: q.clone(), scope: *scope, keys, outcome, saved, take }
    }
}

fn examples() -> Vec<Example> {
    let example = |(query, scope, meaning)| {
        let Suggestion { href, query: _ } = suggestion(query, scope);
        Example { href, query, meaning }
    };
    EXAMPLES.into_iter().map(example).collect()
}

fn suggestion(query: &str, scope: SearchScope) -> Suggestion {
    Suggestion { href: link(query, scope).done(), query: query.to_owned() }
}

pub(crate) fn link(query: &str, scope: SearchScope) -> Link {
    Link::search(query, scope.is_sessions().then(|| scope.word()))
}
