//! What pages are sent while they are open; see also [`session`](crate::session).

use banyan_protocol::view::Counts;
use serde::Serialize;

use crate::forest;

/// What an element says now: its text, and its classes where they change with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum LiveText {
    /// Only the text.
    Plain(String),
    /// The text and the classes.
    Dressed(String, String),
}

impl From<&str> for LiveText {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl LiveText {
    pub(crate) fn dressed(text: impl Into<String>, class: impl Into<String>) -> Self {
        Self::Dressed(text.into(), class.into())
    }
}

/// The texts of the sessions page that change, by the id of their element.
pub fn forest_texts(counts: Counts) -> Vec<(String, LiveText)> {
    let texts = forest::summary(counts).into_iter().flat_map(|count| {
        let number = LiveText::dressed(&*count.number, count.zero());
        [(count.id.to_owned(), number), (format!("{}-w", count.id), count.word.into())]
    });
    texts.collect()
}
