//! Entries of the log → what they say. Pure, and one function per source, so that a better
//! reading is one rebuild away.
//!
//! Nothing here can fail: an entry that cannot be read is [`Step::Poison`]. What an event says is
//! borrowed from its text, so reading goes in three passes: [`sound`] entries, which is nearly
//! all of them, then a text of its own for each of the others ([`mend`]), then those ([`unsound`]).

mod step;

use std::{borrow::Cow, sync::Arc};

use banyan_protocol::{
    Envelope, EventKey, Fact, Flags, Position, Timestamp, Violation, envelope::is_id,
    repair::repair,
};
use serde::Deserialize;

pub(super) use step::{Deletion, Failure, Marking, Merging, Poison, Step, Word};

use super::{identity::digest, recorded::Recorded};
use crate::log::{AlertName, Commit, Entry, OwnFact, Source};

/// An entry at its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    /// Where.
    pub position: Position,
    /// When it was received, by our clock.
    pub received_at: Timestamp,
    /// What.
    pub entry: &'a Entry,
}

/// What is known of an event without reading it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// Which event.
    pub key: EventKey,
    /// When it was received, by our clock.
    pub received_at: Timestamp,
    /// BLAKE3-128 of the bytes received.
    pub digest: [u8; 16],
}

impl Placed<'_> {
    /// It cannot be read, and why.
    pub(super) fn poison<'a>(&self, reason: String) -> Step<'a> {
        Step::Poison(Poison { position: self.position, reason, event: None })
    }

    fn origin(&self) -> Origin {
        Origin {
            key: EventKey::first(self.position),
            received_at: self.received_at,
            digest: digest(&self.entry.bytes),
        }
    }
}

/// The entries of `commits` behind `after`, in log order.
pub(super) fn entries(commits: &[Arc<Commit>], after: Position) -> Vec<Placed<'_>> {
    commits
        .iter()
        .flat_map(|commit| {
            let received_at = commit.received_at;
            (commit.first..).zip(&commit.entries).map(move |(position, entry)| Placed {
                position,
                received_at,
                entry,
            })
        })
        .filter(|placed| after < placed.position)
        .collect()
}

/// What an entry says that can be read as it stands.
pub(super) fn sound<'a>(placed: &Placed<'a>) -> Option<Step<'a>> {
    match placed.entry.source {
        Source::Aop => {
            let text = text(placed.entry)?;
            let recorded = event(placed.origin(), text, Flags::default()).ok()?;
            Some(Step::Event(Box::new(recorded), text))
        }
        Source::Hook(_) | Source::Transcript | Source::Otlp(_) => None,
        Source::Banyan => match OwnFact::read(&placed.entry.bytes)? {
            OwnFact::SessionDeleted { session_id } => {
                Some(Step::Delete(Deletion { position: placed.position, session_id }))
            }
            OwnFact::AlertAcknowledged(alert) => {
                Some(Step::Mark(marking(placed, alert, Word::Acknowledged)))
            }
            OwnFact::AlertReopened(alert) => {
                Some(Step::Mark(marking(placed, alert, Word::Reopened)))
            }
        },
    }
}

fn marking(placed: &Placed<'_>, alert: AlertName, word: Word) -> Marking {
    let AlertName { session_id, rule, first_position: first } = alert;
    let Placed { position, received_at: at, entry: _ } = *placed;
    Marking { position, at, session_id, rule, first, word }
}

/// The readable text of an entry that is almost JSON.
pub(super) fn mend(placed: &Placed<'_>) -> Option<String> {
    match placed.entry.source {
        Source::Aop => text(placed.entry).and_then(repair),
        Source::Banyan | Source::Hook(_) | Source::Transcript | Source::Otlp(_) => None,
    }
}

/// What an entry says that cannot be read as it stands; `mended` is what [`mend`] made of it.
pub(super) fn unsound<'a>(placed: &Placed<'a>, mended: Option<&'a str>) -> Step<'a> {
    let mut flags = Flags::default();
    if mended.is_some() {
        flags.insert(Flags::REPAIRED);
    }
    let text = match placed.entry.source {
        Source::Aop => mended.or_else(|| text(placed.entry)),
        Source::Hook(_) => return placed.poison("a hook that cannot be read".to_owned()),
        Source::Transcript => return placed.poison("a line that cannot be read".to_owned()),
        Source::Otlp(_) => return placed.poison("a span that cannot be read".to_owned()),
        Source::Banyan => return placed.poison("a fact that this version cannot read".to_owned()),
    };
    let Some(text) = text else { return placed.poison("not UTF-8".to_owned()) };
    match event(placed.origin(), text, flags) {
        Ok(recorded) => Step::Event(Box::new(recorded), text),
        Err(violations) => raw(placed, text, flags, rules(&violations)),
    }
}

/// What is kept of an entry on which folding failed as `failure` says: the bare event, or, when
/// folding failed even on that, nothing but a note.
pub(super) fn poisoned<'a>(placed: &Placed<'a>, failure: &Failure) -> Step<'a> {
    match (placed.entry.source, text(placed.entry)) {
        (Source::Aop, Some(text)) if failure.count < 2 => {
            raw(placed, text, Flags::default(), failure.reason.clone())
        }
        (
            Source::Aop | Source::Banyan | Source::Hook(_) | Source::Transcript | Source::Otlp(_),
            _,
        ) => placed.poison(failure.reason.clone()),
    }
}

/// Reads a stored event again, whose text and flags are those of its row.
pub(super) fn again(origin: Origin, text: &str, flags: Flags) -> Option<Recorded<'_>> {
    if flags.contains(Flags::POISON) {
        return remains(origin, text, flags);
    }
    event(origin, text, flags).ok()
}

/// A poisonous entry, with the bare event where its session can be told.
fn raw<'a>(placed: &Placed<'a>, text: &'a str, flags: Flags, reason: String) -> Step<'a> {
    let event = remains(placed.origin(), text, flags).map(|event| (Box::new(event), text));
    Step::Poison(Poison { position: placed.position, reason, event })
}

pub(super) fn text(entry: &Entry) -> Option<&str> {
    std::str::from_utf8(&entry.bytes).ok()
}

/// The event that `text` is.
pub(super) fn event(
    origin: Origin,
    text: &str,
    mut flags: Flags,
) -> Result<Recorded<'_>, Vec<Violation>> {
    let envelope = Envelope::read(text)?;
    let (fact, odd) = Fact::read(&envelope);
    flags.insert(odd);
    Ok(recorded(origin, envelope, fact, flags))
}

fn recorded<'a>(
    origin: Origin,
    envelope: Envelope<'a>,
    fact: Fact<'a>,
    mut flags: Flags,
) -> Recorded<'a> {
    flags.insert(envelope.flags);
    if flags.contains(Flags::TIMED) {
        flags.remove(Flags::NO_SEQUENCE);
    }
    let Origin { key: EventKey { position, part }, received_at, digest } = origin;
    Recorded { position, part, received_at, envelope, fact, flags, digest, variant: 0 }
}

/// What is left of an unreadable event: something of its session, without identity.
fn remains(origin: Origin, text: &str, mut flags: Flags) -> Option<Recorded<'_>> {
    #[derive(Deserialize)]
    struct Remains<'a> {
        #[serde(borrow)]
        session_id: Cow<'a, str>,
    }
    let Remains { session_id } = serde_json::from_str(text).ok()?;
    if !is_id(&session_id) {
        return None;
    }
    let envelope = Envelope {
        spec: Cow::Borrowed("aop/1.0"),
        session_id,
        parent_session_id: None,
        agent_id: Cow::Borrowed(""),
        agent_version: None,
        sequence: None,
        timestamp: None,
        kind: Cow::Borrowed("unreadable"),
        payload: None,
        event_id: None,
        flags: Flags::default(),
    };
    flags.insert(Flags::POISON);
    Some(recorded(origin, envelope, Fact::Other, flags))
}

/// The names of the broken rules, and where they are broken.
pub(super) fn rules(violations: &[Violation]) -> String {
    let rules: Vec<String> = violations
        .iter()
        .map(|violation| format!("{} {}", violation.rule, violation.pointer).trim_end().to_owned())
        .collect();
    rules.join(", ")
}
