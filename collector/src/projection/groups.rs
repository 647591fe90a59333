//! Numbers the groups: trees of two sessions or more, 1, 2, 3 … in log order, for ever.
//!
//! A tree gets its number with the event that gives it its second session. When two groups
//! become one tree, the smaller number stays and the larger is merged into it. When a tree is
//! split, the number stays with the part that has the root; the other part is a new group.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use banyan_protocol::Position;

use super::{
    node::{No, Stale},
    nodes::{Nodes, Unloaded},
};

/// The groups' numbering, and what changed since it was last taken.
#[derive(Debug)]
pub(super) struct Groups {
    numbering: Numbering,
    changes: BTreeMap<i64, GroupChange>,
}

/// Where numbers come from.
#[derive(Debug)]
enum Numbering {
    /// Counted; the last one.
    Counted(i64),
    /// They were given already.
    Given {
        /// The numbers by the positions of the events that formed the groups, in order.
        formed: BTreeMap<Position, VecDeque<i64>>,
        /// The numbers by the roots that the groups have now.
        roots: BTreeMap<No, i64>,
        /// Those that groups have.
        used: BTreeSet<i64>,
    },
}

/// What changed about a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct GroupChange {
    /// Set when it is new.
    pub formed_at: Option<Position>,
    /// Set when it has another root.
    pub root: Option<No>,
    /// Set when it became part of another one.
    pub merged_into: Option<i64>,
}

impl Groups {
    /// Goes on behind the number `last`.
    pub(super) fn new(last: i64) -> Self {
        Self { numbering: Numbering::Counted(last), changes: BTreeMap::new() }
    }

    /// Numbers groups as they were numbered before: by the position at which they formed. One
    /// that did not form there (a session that was deleted since is left out now) has the number
    /// of its root, or none.
    pub(super) fn given(formed: Vec<(Position, i64)>, roots: BTreeMap<No, i64>) -> Self {
        let mut by_position: BTreeMap<Position, VecDeque<i64>> = BTreeMap::new();
        for (position, number) in formed {
            by_position.entry(position).or_default().push_back(number);
        }
        let numbering = Numbering::Given { formed: by_position, roots, used: BTreeSet::new() };
        Self { numbering, changes: BTreeMap::new() }
    }

    /// `child`, until now a root, was put into the tree of `root`.
    pub(super) fn merge(&mut self, nodes: &mut Nodes, root: No, child: No) -> Result<(), Unloaded> {
        let Some(theirs) = nodes.mark(child, Stale::Row)?.group.take() else { return Ok(()) };
        let ours = nodes.get(root)?.group;
        let kept = ours.map_or(theirs, |ours| ours.min(theirs));
        for gone in ours.into_iter().chain([theirs]).filter(|&number| number != kept) {
            self.changes.entry(gone).or_default().merged_into = Some(kept);
        }
        nodes.mark(root, Stale::Figures)?.group = Some(kept);
        self.changes.entry(kept).or_default().root = Some(root);
        Ok(())
    }

    /// Gives the tree of `root` a number if it needs one and has none.
    pub(super) fn form(
        &mut self,
        nodes: &mut Nodes,
        root: No,
        position: Position,
    ) -> Result<(), Unloaded> {
        let node = nodes.get(root)?;
        if node.children == 0 || node.group.is_some() {
            return Ok(());
        }
        let Some(number) = self.numbering.next(root, position) else { return Ok(()) };
        nodes.mark(root, Stale::Figures)?.group = Some(number);
        let change = self.changes.entry(number).or_default();
        *change = GroupChange { formed_at: Some(position), root: Some(root), merged_into: None };
        Ok(())
    }

    /// What changed since the last call.
    pub(super) fn take(&mut self) -> BTreeMap<i64, GroupChange> {
        std::mem::take(&mut self.changes)
    }
}

impl Numbering {
    /// The number of a group that the event at `position` forms around `root`.
    fn next(&mut self, root: No, position: Position) -> Option<i64> {
        match self {
            Self::Counted(last) => {
                *last += 1;
                Some(*last)
            }
            Self::Given { formed, roots, used } => {
                let here = formed.get_mut(&position).and_then(VecDeque::pop_front);
                let root = roots.get(&root).copied();
                here.into_iter().chain(root).find(|number| used.insert(*number))
            }
        }
    }
}
