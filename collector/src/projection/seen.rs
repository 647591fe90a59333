//! The identities that the current batch may meet again: those of the batch itself, of the batch
//! before it (which may still be on its way to the disk), and those that were looked up.

use std::collections::HashMap;

use super::{
    identity::{Identity, Known},
    node::No,
};

/// Who an event is, within the whole view.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// By the session's own count.
    Sequence(No, i64),
    /// By the producer's id.
    EventId(No, Box<str>),
}

impl Key {
    /// The key of an event of session `no`; none for events without identity.
    pub(super) fn of(no: No, identity: Identity<'_>) -> Option<Self> {
        match identity {
            Identity::Sequence(sequence) => Some(Self::Sequence(no, sequence)),
            Identity::EventId(id) => Some(Self::EventId(no, id.into())),
            Identity::None => None,
        }
    }
}

/// Stored events by identity.
#[derive(Debug, Default)]
pub(super) struct Seen {
    stored: HashMap<Key, Vec<Known>>,
    before: HashMap<Key, Vec<Known>>,
    now: HashMap<Key, Vec<Known>>,
}

impl Seen {
    /// Begins a batch. The batch before the last one must be committed.
    pub(super) fn begin(&mut self) {
        self.stored.clear();
        self.before = std::mem::take(&mut self.now);
    }

    /// Takes in an event that is in the view.
    pub(super) fn note_stored(&mut self, key: Key, known: Known) {
        self.stored.entry(key).or_default().push(known);
    }

    /// Takes in an event of this batch.
    pub(super) fn note(&mut self, key: Key, known: Known) {
        self.now.entry(key).or_default().push(known);
    }

    /// The events with this identity are another session's from now on.
    pub(super) fn forget(&mut self, key: &Key) {
        for map in [&mut self.stored, &mut self.before, &mut self.now] {
            map.remove(key);
        }
    }

    /// Every event with this identity, each once.
    pub(super) fn all(&self, key: &Key) -> Vec<Known> {
        let mut all: Vec<Known> = Vec::new();
        for map in [&self.stored, &self.before, &self.now] {
            for known in map.get(key).into_iter().flatten() {
                if all.iter().all(|other| other.key != known.key) {
                    all.push(*known);
                }
            }
        }
        all
    }
}
