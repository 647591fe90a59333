use super::{SessionView, TreeView};
use crate::Position;

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
}

impl From<TreeView> for Node {
    fn from(tree: TreeView) -> Self {
        let branch = match (tree.children.is_empty(), tree.omitted) {
            (true, 0) => Branch::Leaf,
            (true, _) => Branch::Closed,
            (false, _) => Branch::Open {
                children: tree.children.into_iter().map(Self::from).collect(),
                from: 0,
            },
        };
        Self { session: tree.session, branch }
    }
}
