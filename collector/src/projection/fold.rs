//! One batch, step by step, in memory: what depends on the order of the log happens here, event
//! by event, so that it cannot depend on how the log was cut into batches.

pub(super) mod merge;
mod late;

use std::collections::{BTreeMap, BTreeSet};

use banyan_protocol::{Fact, Flags, Position};
use thiserror::Error;

use super::{
    again::Given,
    decode::{Deletion, Marking, Poison, Step, Word},
    edges,
    groups::Groups,
    identity::{Identity, Known, Verdict, judge},
    node::{No, Stale},
    nodes::{NODES_MAX, Nodes, Room, Unloaded},
    recorded::{Hand, Recorded},
    rollup,
    rows::{Acknowledgement, Rows},
    seen::{Key, Seen},
    store::{event, load::Moving, session},
};

/// A reception of a session that was deleted repeats no event.
const OF_DELETED: i64 = 0;

/// The fold of a whole log, as far as it has come.
#[derive(Debug)]
pub(super) struct Fold {
    /// The sessions that folding may ask for.
    pub nodes: Nodes,
    /// The stored events that a batch may repeat.
    pub seen: Seen,
    groups: Groups,
    rows: Rows,
    late: BTreeSet<No>,
    /// What the disk holds of sessions that are merged into others; none of one that is too large.
    pub moving: BTreeMap<No, Option<Vec<Moving>>>,
    /// Where what happens now is said, when it is an earlier event that moves.
    now: Option<Position>,
}

/// A batch could not be folded: a fault of ours.
#[derive(Debug, Error)]
pub(crate) enum FoldError {
    /// See the source.
    #[error("the working set is incomplete")]
    Unloaded(#[from] Unloaded),
    /// A state cannot be written as JSON.
    #[error("a session's state cannot be stored")]
    State(#[from] serde_json::Error),
}

impl Fold {
    /// Goes on behind the session number `last_no` and the group number `last_group`.
    pub(super) fn new(last_no: No, last_group: i64, room: Room) -> Self {
        Self::over(Nodes::new(last_no, room), Groups::new(last_group))
    }

    /// Numbers nothing itself: a part of a log is folded that was numbered already.
    pub(super) fn again(given: Given) -> Self {
        let nodes = Nodes::given(given.sessions, NODES_MAX);
        Self::over(nodes, Groups::given(given.groups, given.roots))
    }

    fn over(nodes: Nodes, groups: Groups) -> Self {
        Self {
            nodes,
            groups,
            seen: Seen::default(),
            rows: Rows::default(),
            late: BTreeSet::new(),
            moving: BTreeMap::new(),
            now: None,
        }
    }

    /// Begins a batch. The batch before the last one must be committed.
    pub(super) fn begin(&mut self) {
        self.nodes.begin();
        self.seen.begin();
    }

    /// The entries at `positions` are hooks.
    pub(super) fn translated(&mut self, positions: impl Iterator<Item = Position>) {
        self.rows.uncounted.extend(positions);
    }

    /// Takes in one entry.
    pub(super) fn step(&mut self, step: Step<'_>) -> Result<(), FoldError> {
        match step {
            Step::Event(mut event, text) => self.event(&mut event, text),
            Step::Merge(merging) => self.merge(&merging),
            Step::Delete(deletion) => self.delete(&deletion),
            Step::Mark(marking) => self.mark(&marking),
            Step::Poison(poison) => self.poison(poison),
        }
    }

    /// The batch's rows so far.
    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Finishes the batch, which reaches to `position`: gives all that it writes.
    pub(super) fn finish(&mut self, position: Position) -> Result<Rows, FoldError> {
        let order = rollup::roll_up(&mut self.nodes)?;
        let moved = self.nodes.take_moved();
        let mut rows = std::mem::take(&mut self.rows);
        rows.position = position;
        rows.groups = self.groups.take();
        for at in order {
            let node = self.nodes.get(at.no)?;
            match node.stale {
                Stale::No => {}
                Stale::Figures => rows.figures.extend(session::figures(node)),
                Stale::Row => {
                    let state = serde_json::to_string(&node.session)?;
                    let size_bytes = node.size_bytes_with(&state);
                    rows.sessions.extend(session::row(node, at, state));
                    self.nodes.resize(at.no, size_bytes);
                }
            }
            let node = self.nodes.get_mut(at.no)?;
            if std::mem::take(&mut node.times_left) {
                rows.times_left.push(at.no);
            }
            if moved.contains(&at.no) && !edges::is_below_any(&self.nodes, at.no, &moved)? {
                rows.moved.push(at);
            }
        }
        self.nodes.take_stale();
        Ok(rows)
    }

    fn event(&mut self, event: &mut Recorded<'_>, text: &str) -> Result<(), FoldError> {
        let no = self.nodes.intern(&event.envelope.session_id)?;
        if self.nodes.get(no)?.session.is_deleted() {
            self.rows.repeated(event.position, OF_DELETED);
            return Ok(());
        }
        let key = Key::of(no, Identity::of(&event.envelope));
        let known = key.as_ref().map(|key| self.seen.all(key)).unwrap_or_default();
        let hand = event.hand();
        match judge(&known, event.digest, hand) {
            Verdict::New => {}
            Verdict::Duplicate { of_key } => {
                if hand == Hand::First && known.iter().all(|known| known.hand == Hand::Second) {
                    self.nodes.mark(no, Stale::Row)?.session.restate(event);
                }
                self.rows.repeated(event.position, of_key);
                return Ok(());
            }
            Verdict::Variant { number } => {
                event.variant = number;
                event.flags.insert(Flags::VARIANT);
                let first = known.iter().find(|known| known.variant == 0);
                self.rows.varied.extend(first.map(|first| first.key));
            }
        }
        if let Some(key) = key {
            let (variant, digest, hand) = (event.variant, event.digest, event.hand());
            self.seen.note(key, Known { variant, digest, key: event.key().stored(), hand });
        }
        self.rows.events.push(event::row(no, event, text));
        self.apply(no, event)
    }

    /// Lets a distinct event change its session and the forest.
    fn apply(&mut self, no: No, event: &Recorded<'_>) -> Result<(), FoldError> {
        let now = self.now.unwrap_or(event.position);
        let node = self.nodes.mark(no, Stale::Row)?;
        let applied = node.session.apply(event);
        node.own_last_position = now;
        self.watch(no, event, applied)?;
        self.settle(no, now)?;
        let Fact::Spawn(spawn) = &event.fact else { return Ok(()) };
        match spawn.child_session_id.as_deref() {
            Some(child) if child != event.envelope.session_id => self.spawn(no, child, event),
            Some(_) | None => Ok(()),
        }
    }

    /// A spawn by session `parent` named `child`.
    fn spawn(&mut self, parent: No, child: &str, event: &Recorded<'_>) -> Result<(), FoldError> {
        let no = self.nodes.intern(child)?;
        if self.nodes.get(no)?.session.is_deleted() {
            return Ok(());
        }
        let node = self.nodes.mark(no, Stale::Row)?;
        node.session.spawned_by(event);
        let now = self.now.unwrap_or(event.position);
        node.own_last_position = now;
        // A spawn that loses against another claim has made a placeholder known all the same.
        self.rows.claims.entry((no, parent)).or_insert(event.position);
        self.settle(no, now)
    }

    /// Brings the forest up to date with the state of session `no`.
    fn settle(&mut self, no: No, position: Position) -> Result<(), FoldError> {
        let claimed = edges::settle(&mut self.nodes, &mut self.groups, no, position)?;
        if let Some(parent) = claimed {
            self.rows.claims.entry((no, parent)).or_insert(position);
        }
        Ok(())
    }

    fn delete(&mut self, deletion: &Deletion) -> Result<(), FoldError> {
        let no = self.nodes.intern(&deletion.session_id)?;
        if self.nodes.get(no)?.session.is_deleted() {
            return Ok(());
        }
        let node = self.nodes.mark(no, Stale::Row)?;
        node.session.delete();
        node.own_last_position = deletion.position;
        self.forget_alerts(no)?;
        self.rows.acknowledged.retain(|(of, _, _), _| *of != no);
        self.rows.deleted.push(no);
        self.settle(no, deletion.position)
    }

    /// The last word on an alert counts, whether the alert is there, was there or is to come.
    fn mark(&mut self, marking: &Marking) -> Result<(), FoldError> {
        let no = self.nodes.intern(&marking.session_id)?;
        if self.nodes.get(no)?.session.is_deleted() {
            return Ok(());
        }
        let (position, at) = (marking.position, marking.at);
        let said = match marking.word {
            Word::Acknowledged => Some(Acknowledgement { position, at }),
            Word::Reopened => None,
        };
        let (rule, at, word) = (marking.rule.stored(), at.micros(), i64::from(said.is_some()));
        self.rows.remarks.push([position, no, rule, marking.first, at, word]);
        self.rows.acknowledged.insert((no, marking.rule, marking.first), said);
        Ok(())
    }

    fn poison(&mut self, poison: Poison<'_>) -> Result<(), FoldError> {
        self.rows.poisoned(poison.position, poison.reason);
        match poison.event {
            Some((mut event, text)) => self.event(&mut event, text),
            None => Ok(()),
        }
    }
}
