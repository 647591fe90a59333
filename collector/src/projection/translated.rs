//! What an entry that is no event itself was translated into.

use banyan_protocol::Flags;

use super::decode::{Merging, Origin, Placed, Step, event, rules};

/// An event that an entry was translated into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Translated {
    /// The event, as an AOP agent would have posted it.
    pub text: String,
    /// Tells versions of one identity apart.
    pub digest: [u8; 16],
}

/// Everything that an entry says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// A session that turns out to be a part of another one, before anything else.
    pub merged: Option<Merged>,
    /// In this order.
    pub events: Vec<Translated>,
    /// What is odd about all of them.
    pub flags: Flags,
}

/// What was said in one session belongs to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Merged {
    /// The session that is none.
    pub from: String,
    /// The session that it is a part of.
    pub into: String,
}

/// The steps that are said by the entry that `placed` is.
pub(super) fn steps<'a>(placed: &Placed<'a>, said: &'a Said) -> Vec<Step<'a>> {
    let (position, received_at) = (placed.position, placed.received_at);
    let merged = said.merged.as_ref().map(|Merged { from, into }| {
        Step::Merge(Merging { position, from: from.clone(), into: into.clone() })
    });
    let events = (0..=u8::MAX).zip(&said.events).map(|(part, Translated { text, digest })| {
        let origin = Origin { position, part, received_at, digest: *digest };
        match event(origin, text, said.flags) {
            Ok(recorded) => Step::Event(Box::new(recorded), text.as_str()),
            Err(violations) => placed.poison(rules(&violations)),
        }
    });
    merged.into_iter().chain(events).collect()
}
