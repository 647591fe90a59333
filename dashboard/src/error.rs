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
    /// The link's parameters cannot be read.
    BadRequest,
    /// The request was meant for another host.
    Misdirected,
    /// We failed; carries the request's id for the log.
    Internal(String),
    /// We cannot answer now; carries the request's id.
    Unavailable(String),
}

impl PageError {
    /// The HTTP status that goes with the page.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NoPage | Self::NoSession(_) | Self::NoEvent(_) | Self::NoAlert => 404,
            Self::CrossOrigin => 403,
            Self::Deleted(_) => 410,
            Self::BadRequest => 400,
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
            Self::Misdirected => "This address is not served here",
            Self::Internal(_) => "Something went wrong on our side",
            Self::Unavailable(_) => "Banyan cannot answer right now",
        }
    }

    /// Where to go instead: text and link.
    fn way_back(&self) -> (&'static str, String) {
        use crate::links::Link;
        match self {
            Self::NoEvent(id) => ("To the session", Link::session(id).done()),
            Self::NoAlert => ("All alerts", Link::alerts().done()),
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
