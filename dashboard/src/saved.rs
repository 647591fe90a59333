//! Views that a reader saved: a name each for a filter of the forest or for a search. They travel
//! in a cookie of their own, so that they work without scripts and without accounts.

mod page;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

pub use self::page::SavedPage;
pub(crate) use self::page::Take;
use crate::{ForestOrder, SearchScope, format, links::Link};

/// Views of one reader.
pub const VIEWS_MAX_COUNT: usize = 20;
/// Characters of a name.
pub const NAME_MAX_CHARS: usize = 40;
/// Bytes of the cookie: browsers drop one of more than 4,096 with its attributes.
const COOKIE_MAX_BYTES: usize = 3_800;
const VERSION: &str = "v1";

/// The views of a reader, in the order in which they were saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedViews(Vec<SavedView>);

/// A view with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// As the reader calls it.
    pub name: String,
    /// The query.
    pub q: String,
    /// Where it is asked.
    pub place: SavedPlace,
}

/// Where a query is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedPlace {
    /// Of the forest, in some order.
    Forest(ForestOrder),
    /// In a search.
    Search(SearchScope),
}

/// Why a view cannot be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedWrong {
    /// Its name says nothing.
    NoName,
    /// See [`NAME_MAX_CHARS`].
    LongName,
    /// See [`VIEWS_MAX_COUNT`].
    TooMany,
    /// The cookie has no room for it.
    NoRoom,
}

impl SavedWrong {
    /// What the reader is told.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::NoName => "A view needs a name with a letter or a digit in it.",
            Self::LongName => "A name has at most 40 characters.",
            Self::TooMany => "There is room for 20 views. Forget one first.",
            Self::NoRoom => {
                "The views together are too long for a cookie. Shorten the query or forget a view."
            }
        }
    }
}

impl SavedView {
    /// The address of the view: its page, not its name, so that it can be shared.
    pub fn link(&self) -> String {
        match self.place {
            SavedPlace::Forest(order) => Link::forest_of(&self.q, order.parameter()).done(),
            SavedPlace::Search(scope) => crate::search::link(&self.q, scope).done(),
        }
    }

    /// The name in `/v/…`: letters and digits in small, all else one hyphen.
    pub fn slug(&self) -> String {
        slug(&self.name)
    }

    /// `Sessions`, or what is searched.
    pub(crate) const fn kind(&self) -> &'static str {
        match self.place {
            SavedPlace::Forest(_) => "Sessions",
            SavedPlace::Search(SearchScope::Events) => "Search for events",
            SavedPlace::Search(SearchScope::Sessions) => "Search for sessions",
        }
    }
}

impl SavedPlace {
    /// Reads what a form or a cookie says of it: `cost`, `in-events`; anything else is the forest
    /// in its usual order.
    pub fn parse(word: Option<&str>) -> Self {
        match word.and_then(|word| word.strip_prefix("in-")) {
            Some(scope) => Self::Search(SearchScope::parse(Some(scope))),
            None => Self::Forest(ForestOrder::parse(word)),
        }
    }

    /// What [`SavedPlace::parse`] reads.
    pub fn word(self) -> String {
        match self {
            Self::Forest(order) => order.word().to_owned(),
            Self::Search(scope) => format!("in-{}", scope.word()),
        }
    }
}

fn slug(name: &str) -> String {
    let mut slug = String::new();
    for character in name.chars() {
        if character.is_alphanumeric() {
            slug.extend(character.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

impl SavedViews {
    /// The name of the cookie.
    pub const COOKIE: &str = "views";

    /// Reads the cookie's value (`v1.Failed%20today~last~status%3Afailed`); what cannot be read is
    /// left out, because a cookie is input like any other.
    pub fn parse(cookie: &str) -> Self {
        let mut views = Self::default();
        let Some(entries) = cookie.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('.'))
        else {
            return views;
        };
        for entry in entries.split('.') {
            if let [name, place, q] = entry.split('~').collect::<Vec<_>>()[..]
                && let (Some(name), Some(place), Some(q)) =
                    (decoded(name), decoded(place), decoded(q))
            {
                // What would not have been saved is not read either.
                let place = SavedPlace::parse(Some(&place));
                views.save(&SavedView { name, q, place }).ok();
            }
        }
        views
    }

    /// What [`SavedViews::parse`] reads.
    pub fn cookie(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut cookie = VERSION.to_owned();
        for SavedView { name, q, place } in &self.0 {
            let entry = [encoded(name), encoded(&place.word()), encoded(q)].join("~");
            cookie.push('.');
            cookie.push_str(&entry);
        }
        cookie
    }

    /// Adds a view, in place of one of the same name.
    pub fn save(&mut self, view: &SavedView) -> Result<(), SavedWrong> {
        let name = view.name.split_whitespace().collect::<Vec<_>>().join(" ");
        if slug(&name).is_empty() {
            return Err(SavedWrong::NoName);
        }
        if NAME_MAX_CHARS < name.chars().count() {
            return Err(SavedWrong::LongName);
        }
        let view = SavedView { name, q: view.q.trim().to_owned(), place: view.place };
        let mut next = self.clone();
        let is_full = VIEWS_MAX_COUNT <= next.0.len();
        match next.0.iter_mut().find(|other| other.slug() == view.slug()) {
            Some(other) => *other = view,
            None if is_full => return Err(SavedWrong::TooMany),
            None => next.0.push(view),
        }
        if COOKIE_MAX_BYTES < next.cookie().len() {
            return Err(SavedWrong::NoRoom);
        }
        *self = next;
        Ok(())
    }

    /// Forgets the view of that name, if there is one.
    pub fn forget(&mut self, slug: &str) {
        self.0.retain(|view| view.slug() != slug);
    }

    /// The view of that name.
    pub fn find(&self, slug: &str) -> Option<&SavedView> {
        self.0.iter().find(|view| view.slug() == slug)
    }

    /// All of them.
    pub fn all(&self) -> &[SavedView] {
        &self.0
    }
}

/// A name as pages show it.
pub(crate) fn shown(name: &str) -> String {
    format::clip(name, NAME_MAX_CHARS)
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests;
