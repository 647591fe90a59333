use std::{collections::BTreeMap, ops::Range};

use super::{Relaxed, SessionView, Tally, TermView, TreeView};
use crate::{MicroDollars, Position};

/// A page of the forest: roots with the branches that are open.
#[derive(Clone, Debug, Default)]
pub struct ForestView {
    /// Roots, by last activity, newest first.
    pub roots: Vec<Node>,
    /// Whole-view counts.
    pub counts: Counts,
    /// Key of the next page of roots; absent on the last one.
    pub older: Option<String>,
    /// The log position that this page shows.
    pub as_of: Position,
    /// What was asked for, where a filter was; the roots are those with sessions that match.
    pub matches: Option<ForestMatches>,
}

/// What a filter found in a forest.
#[derive(Clone, Debug, Default)]
pub struct ForestMatches {
    /// Sessions that match.
    pub sessions: Tally,
    /// Trees with such sessions.
    pub trees: Tally,
    /// The rows of this page, and whether they match; the others are there for context.
    pub rows: BTreeMap<String, bool>,
    /// Matching sessions in each tree of this page, by the root's row.
    pub below: BTreeMap<String, u64>,
    /// The terms of the filter, as they were understood.
    pub terms: Vec<TermView>,
    /// Where nothing matches: the nearest filter that finds something.
    pub relaxed: Option<Relaxed>,
}

/// A session on a page, with what is shown of its children.
#[derive(Clone, Debug)]
pub struct Node {
    /// The session itself.
    pub session: SessionView,
    /// Its children.
    pub branch: Branch,
}

/// What a page shows below a node.
#[derive(Clone, Debug)]
pub enum Branch {
    /// It has no children.
    Leaf,
    /// It has children, not shown.
    Closed,
    /// A window of its children, by first event.
    Open {
        /// Those shown.
        children: Vec<Node>,
        /// How many stand before the window.
        from: u64,
        /// Those of them that stand in one row together.
        folds: Vec<Fold>,
    },
    /// Those of its children that a filter found, or that lead to such ones, by first event.
    Matches {
        /// At least one.
        children: Vec<Node>,
    },
}

/// Siblings that stand in one row: neighbours of the same agent type that ended well, with
/// nothing at or below them that needs a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Their places among the children that are shown.
    pub members: Range<usize>,
    /// They are shown below that row.
    pub is_open: bool,
}

impl Branch {
    /// The children that are shown.
    pub fn shown(&self) -> &[Node] {
        match self {
            Self::Leaf | Self::Closed => &[],
            Self::Open { children, .. } | Self::Matches { children } => children,
        }
    }

    /// Which of them stand in one row, in their order.
    pub fn folds(&self) -> &[Fold] {
        match self {
            Self::Leaf | Self::Closed | Self::Matches { .. } => &[],
            Self::Open { folds, .. } => folds,
        }
    }
}

/// What stands in the place of a row now.
#[derive(Clone, Debug)]
pub enum RowNow {
    /// A session, closed.
    One {
        /// The session.
        node: Node,
        /// The row of its parent; absent for roots.
        parent: Option<String>,
    },
    /// Siblings that stood in one row; some of them may be rows of their own now.
    Several {
        /// The row they stood in.
        key: String,
        /// The row of their parent.
        parent: Node,
        /// The siblings, closed.
        nodes: Vec<Node>,
        /// Which of them still stand in one row.
        folds: Vec<Fold>,
    },
}

/// Counts over all sessions known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Trees, those of one and orphaned ones included.
    pub roots: u64,
    /// Trees of two or more.
    pub groups: u64,
    /// Sessions, placeholders included.
    pub sessions: u64,
    /// Live ones that say so.
    pub running: u64,
    /// Failed, waiting or stalled ones.
    pub attention: u64,
    /// Those that failed or ran out of time today (UTC).
    pub failed_today: u64,
    /// What sessions cost that began today (UTC).
    pub cost_today: MicroDollars,
}

impl From<TreeView> for Node {
    fn from(tree: TreeView) -> Self {
        let branch = match (tree.children.is_empty(), tree.omitted) {
            (true, 0) => Branch::Leaf,
            (true, _) => Branch::Closed,
            (false, _) => Branch::Open {
                children: tree.children.into_iter().map(Self::from).collect(),
                from: 0,
                folds: Vec::new(),
            },
        };
        Self { session: tree.session, branch }
    }
}
