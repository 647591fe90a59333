//! A session that turns out to be a part of another one: its events become that one's, at their
//! own places in the log, and nothing is left of it.
//!
//! Sources whose children speak before their parents need that ([`super::super::otlp`]): who a
//! child belongs to is only known when its parents have come.

use std::borrow::Cow;

use banyan_protocol::{EventKey, Fact, Flags, Timestamp};

use super::{Fold, FoldError};
use crate::projection::{
    decode::{Merging, Origin, again},
    identity::Identity,
    node::{No, Stale},
    recorded::Recorded,
    rows::EventRow,
    seen::Key,
    store::load::Moving,
};

/// Sessions that were merged one into the other, before one that stays as it is, below what it is
/// a part of: each level moves all events of those below it once more, and a request may bring
/// thousands of levels.
pub(in super::super) const LEVELS_MAX_COUNT: u32 = 128;

impl Fold {
    /// Takes in a merging. What the disk holds of the session was loaded before.
    pub(super) fn merge(&mut self, merging: &Merging) -> Result<(), FoldError> {
        let Some(from) = self.nodes.find(&merging.from) else { return Ok(()) };
        let into = self.nodes.intern(&merging.into)?;
        let node = self.nodes.get(from)?;
        if from == into || node.session.is_deleted() || !node.session.is_known() {
            return Ok(());
        }
        let levels = node.session.levels() + 1;
        if LEVELS_MAX_COUNT < levels {
            return self.join(from, merging);
        }
        let Some(events) = self.take_events(from) else {
            // Too much to be moved: it stays what it is, below what it is a part of.
            return self.join(from, merging);
        };
        for moving in &events {
            let text = renamed(&moving.raw, &merging.into).unwrap_or_else(|| moving.raw.clone());
            let Some(mut event) = read(moving, &text) else { continue };
            self.forget_spawn(&merging.from, &event)?;
            self.forget_event(from, &event);
            self.now = Some(merging.position);
            self.event(&mut event, &text)?;
            self.now = None;
        }
        self.nodes.mark(into, Stale::Row)?.session.took_in(levels);
        for part in self.nodes.claimants(from) {
            if self.nodes.get(part)?.session.is_joined() {
                self.join(part, merging)?;
            }
        }
        // Below the other one for a moment: so its group becomes that one's.
        self.join(from, merging)?;
        let node = self.nodes.mark(from, Stale::Row)?;
        node.session = crate::projection::session::Session::default();
        node.times_left = true;
        self.forget_alerts(from)?;
        self.rows.acknowledged.retain(|(of, _, _), _| *of != from);
        self.rows.merged.push(from);
        self.settle(from, merging.position)
    }

    /// Hangs session `no` below the one that it is a part of.
    fn join(&mut self, no: No, merging: &Merging) -> Result<(), FoldError> {
        let node = self.nodes.mark(no, Stale::Row)?;
        node.session.join(&merging.into);
        node.own_last_position = merging.position;
        self.settle(no, merging.position)
    }

    /// All events of session `no`, by key; none when they are too many.
    fn take_events(&mut self, no: No) -> Option<Vec<Moving>> {
        let mut events = self.moving.remove(&no).unwrap_or_else(|| Some(Vec::new()))?;
        let (moved, left) =
            std::mem::take(&mut self.rows.events).into_iter().partition(|row| row.session_no == no);
        self.rows.events = left;
        let moved: Vec<EventRow> = moved;
        events.extend(moved.into_iter().map(Moving::from));
        events.sort_unstable_by_key(|event| event.key);
        Some(events)
    }

    /// An event of session `no` is another one's from now on, and was counted when it came.
    fn forget_event(&mut self, no: No, event: &Recorded<'_>) {
        if let Some(key) = Key::of(no, Identity::of(&event.envelope)) {
            self.seen.forget(&key);
        }
        self.rows.uncounted.insert(event.position);
    }

    /// What a session spawned is spawned by another one from now on.
    fn forget_spawn(&mut self, from: &str, event: &Recorded<'_>) -> Result<(), FoldError> {
        let Fact::Spawn(spawn) = &event.fact else { return Ok(()) };
        let child = spawn.child_session_id.as_deref().and_then(|child| self.nodes.find(child));
        if let Some(child) = child {
            self.nodes.mark(child, Stale::Row)?.session.unspawned_by(from);
        }
        Ok(())
    }
}

impl From<EventRow> for Moving {
    fn from(row: EventRow) -> Self {
        Self {
            key: row.key,
            received_at: row.received_at,
            flags: u32::try_from(row.flags).unwrap_or(0),
            digest: row.digest,
            raw: row.raw,
        }
    }
}

fn read<'a>(moving: &Moving, text: &'a str) -> Option<Recorded<'a>> {
    let origin = Origin {
        key: EventKey::from_stored(moving.key),
        received_at: Timestamp::from_micros(moving.received_at),
        digest: moving.digest,
    };
    // Whether it has other versions is seen again.
    let flags = Flags::from_bits(moving.flags & !Flags::VARIANT.bits());
    again(origin, text, flags)
}

/// The sessions that moving events speak of: children and parents.
pub(in super::super) fn kin(moving: &[Moving]) -> Vec<String> {
    let mut named = Vec::new();
    for event in moving.iter().filter_map(|moving| read(moving, &moving.raw)) {
        named.extend(event.envelope.parent_session_id.map(Cow::into_owned));
        if let Fact::Spawn(spawn) = event.fact {
            named.extend(spawn.child_session_id.map(Cow::into_owned));
        }
    }
    named
}

/// An event's text with another session, and otherwise byte for byte the same.
fn renamed(raw: &str, session: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        session_id: &'a serde_json::value::RawValue,
    }
    let held = serde_json::from_str::<Named<'_>>(raw).ok()?.session_id.get();
    let start = held.as_ptr().addr().checked_sub(raw.as_ptr().addr())?;
    let (before, rest) = raw.split_at_checked(start)?;
    let behind = rest.strip_prefix(held)?;
    Some([before, &serde_json::to_string(session).ok()?, behind].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_renamed_and_nothing_else() {
        let raw = r#"{ "x":"a:b","spec":"aop/1.0", "session_id" : "a:b" ,"y":1e400}"#;
        let expected = r#"{ "x":"a:b","spec":"aop/1.0", "session_id" : "\"c" ,"y":1e400}"#;
        assert_eq!(renamed(raw, "\"c").as_deref(), Some(expected));
        assert_eq!(renamed("[]", "c"), None);
    }
}
