//! `/f/children` and `/f/rows`: parts of trees for scripts, of the same templates as the pages.

use askama::Template;
use banyan_protocol::view::{Branch, Node};

use crate::{
    outline::{self, Piece, Row},
    preferences::Now,
};

/// How much a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// Everything, as in the forest.
    Full,
    /// Without figures, as beside a session.
    Compact,
}

/// The children of open nodes, a list for each.
#[derive(Clone, Debug, Template)]
#[template(path = "children.html")]
pub struct ChildrenFragment {
    lists: Vec<List>,
    compact: bool,
}

/// The children of one node, or a window of them.
#[derive(Clone, Debug)]
struct List {
    /// The node's short row id.
    of: String,
    /// Direct children in all.
    total: u64,
    /// How many stand before the first one shown.
    from: u64,
    pieces: Vec<Piece>,
}

impl ChildrenFragment {
    /// The children of those of `nodes` that are open, as they look at `now`.
    pub fn new(nodes: &[Node], density: Density, now: Now) -> Self {
        let lists = nodes.iter().filter_map(|node| list(node, now)).collect();
        Self { lists, compact: density == Density::Compact }
    }
}

fn list(node: &Node, now: Now) -> Option<List> {
    let Branch::Open { from, .. } = node.branch else { return None };
    let (of, total) = (node.session.row.clone(), node.session.children);
    Some(List { of, total, from, pieces: outline::branch(node, now) })
}

/// Rows as they are now, each with the row of its parent.
#[derive(Clone, Debug, Template)]
#[template(path = "rows.html")]
pub struct RowsFragment {
    rows: Vec<(Row, String)>,
    compact: bool,
}

impl RowsFragment {
    /// `rows`, closed, as they look at `now`; beside each the short id of its parent's row.
    pub fn new(rows: &[(Node, Option<String>)], density: Density, now: Now) -> Self {
        let rows = rows
            .iter()
            .map(|(node, parent)| (outline::single(node, now), parent.clone().unwrap_or_default()))
            .collect();
        Self { rows, compact: density == Density::Compact }
    }
}
