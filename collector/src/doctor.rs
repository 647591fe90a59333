//! `banyan doctor`: says what is wrong, and how to mend it.
//!
//! Facts are gathered ([`gather`]) from rooms that know their own things, each bounded in time;
//! what they mean is judged apart ([`judge`], pure); findings are told as text or JSON
//! ([`report`]). Nothing is ever written, and no agent or collector notices.
//!
//! Must not name `app`, `http`, `ingest`, `query`, `view`, or SQL.

mod facts;
mod finding;
mod gather;
mod judge;
mod report;
mod words;

use crate::{clock::Clock, config::Flags};

pub(crate) use report::{Form, Report};

/// Looks at everything; takes less than three seconds.
pub(crate) async fn examine(flags: &Flags, clock: &Clock) -> Report {
    let facts = gather::facts(flags, clock).await;
    Report::new(&facts, judge::findings(&facts))
}
