//! How a status is shown: a word, a colour class whose style sheet adds the glyph, a sentence.

use banyan_protocol::view::{Attention, CallState, SessionView, Status};

/// A status as pages show it. Never colour alone: the word is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// CSS class.
    pub(crate) class: &'static str,
    /// The word.
    pub(crate) word: &'static str,
    /// What it means.
    pub(crate) title: &'static str,
}

impl Mark {
    /// What a session's own events say, sharpened by the reader's clock.
    pub(crate) const fn of(session: &SessionView) -> Self {
        Self::judged(session.status, session.attention)
    }

    /// A status and what the reader's clock adds to it.
    pub(crate) const fn judged(status: Status, attention: Option<Attention>) -> Self {
        match attention {
            Some(Attention::Stalled) => Self {
                class: "stall",
                word: "stalled",
                title: "silent for minutes, and nobody below it is busy",
            },
            Some(Attention::Lost) => Self {
                class: "lost",
                word: "lost",
                title: "silent for so long that it has probably died",
            },
            Some(Attention::Quiet) => Self {
                class: "quiet",
                word: "quiet",
                title: "silent while a session below it is busy",
            },
            None => Self::plain(status),
        }
    }

    /// A status without the reader's clock.
    pub(crate) const fn plain(status: Status) -> Self {
        let (class, title) = match status {
            Status::Spawned => ("spawn", "named by its parent, not heard of yet"),
            Status::Running => ("run", "working"),
            Status::Idle => ("idle", "live, with nothing to do"),
            Status::Waiting => ("wait", "live, waiting for somebody"),
            Status::Completed => ("ok", "ended well"),
            Status::Failed => ("fail", "ended badly"),
            Status::Cancelled => ("stop", "was told to stop"),
            Status::Timeout => ("fail", "ran out of time"),
        };
        Self { class, word: status.word(), title }
    }

    /// The sentence, where the word does not say it all. Rows of trees leave out the rest,
    /// because there are so many.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        (!matches!(self.word, "running" | "completed" | "failed" | "cancelled"))
            .then_some(self.title)
    }

    /// How a tool call went in a session that is still live, or no more.
    pub(crate) const fn call(state: CallState, is_live: bool) -> Self {
        match state {
            CallState::Open if is_live => {
                Self { class: "run", word: "running", title: "no end received yet" }
            }
            CallState::Open => Self {
                class: "lost",
                word: "no end",
                title: "the session ended without an end of it",
            },
            CallState::Succeeded => Self { class: "ok", word: "ok", title: "ended well" },
            CallState::Failed => Self { class: "fail", word: "failed", title: "failed" },
        }
    }
}
