//! The pages for what cannot be shown. Same frame, one heading, a way back.

use askama::Template;

use crate::chrome::Chrome;

/// An error page.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    chrome: Chrome,
    title: &'static str,
    error: PageError,
}

/// Why a page cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageError {
    /// No such page.
    NoPage,
    /// No such session; carries the id that was asked for.
    NoSession(String),
    /// No such event in this session; carries the session's id.
    NoEvent(String),
    /// No such alert, or none any more.
    NoAlert,
    /// Another site's page asked for a change.
    CrossOrigin,
    /// The session was deleted; carries its id.
    Deleted(String),
    /// A session cannot be shown as of that event; carries its id and why.
    NoMoment(String, NoMoment),
    /// The link's parameters cannot be read.
    BadRequest,
    /// The request was meant for another host.
    Misdirected,
    /// We failed; carries the request's id for the log.
    Internal(String),
    /// We cannot answer now; carries the request's id.
    Unavailable(String),
}

/// Why there is no page as of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMoment {
    /// What was asked for is not the number of an event.
    Unreadable,
    /// So many events have not been recorded yet.
    Future,
    /// The session was not known then.
    TooEarly,
    /// Its tree has more events than are gone through again.
    TooLarge,
}

impl PageError {
    /// The HTTP status that goes with the page.
    pub const fn status(&self) -> u16 {
        match self {
            Self::CrossOrigin => 403,
            Self::NoPage
            | Self::NoSession(_)
            | Self::NoEvent(_)
            | Self::NoAlert
            | Self::NoMoment(_, NoMoment::Future | NoMoment::TooEarly) => 404,
            Self::Deleted(_) => 410,
            Self::BadRequest | Self::NoMoment(_, NoMoment::Unreadable) => 400,
            Self::NoMoment(_, NoMoment::TooLarge) => 422,
            Self::Misdirected => 421,
            Self::Internal(_) => 500,
            Self::Unavailable(_) => 503,
        }
    }

    const fn heading(&self) -> &'static str {
        match self {
            Self::NoPage => "There is no such page",
            Self::NoSession(_) => "No session with this id",
            Self::NoEvent(_) => "No such event in this session",
            Self::NoAlert => "No such alert",
            Self::CrossOrigin => "This was not sent from here",
            Self::Deleted(_) => "This session was deleted",
            Self::BadRequest => "This link cannot be read",
            Self::NoMoment(_, NoMoment::Unreadable) => "No event has this number",
            Self::NoMoment(_, NoMoment::Future) => "This has not happened yet",
            Self::NoMoment(_, NoMoment::TooEarly) => "The session had not begun",
            Self::NoMoment(_, NoMoment::TooLarge) => "This tree is too large to look back",
            Self::Misdirected => "This address is not served here",
            Self::Internal(_) => "Something went wrong on our side",
            Self::Unavailable(_) => "Banyan cannot answer right now",
        }
    }

    /// Where to go instead: text and link.
    fn way_back(&self) -> (&'static str, String) {
        use crate::links::Link;
        match self {
            Self::NoAlert => ("All alerts", Link::alerts().done()),
            Self::NoEvent(id) | Self::NoMoment(id, _) => {
                ("To the session as it is now", Link::session(id).done())
            }
            _ => ("All sessions", Link::forest().done()),
        }
    }
}

impl ErrorPage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, error: PageError) -> Self {
        Self { chrome, title: error.heading(), error }
    }
}
