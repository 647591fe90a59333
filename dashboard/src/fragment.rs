//! `/f/children` and `/f/rows`: parts of trees for scripts, of the same templates as the pages.

use askama::Template;
use banyan_protocol::{
    Position, Timestamp,
    view::{Branch, Node, RowNow},
};

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

/// From where a part of a page is seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sight {
    /// The reader's time; the time of the moment, on a page that looks back.
    pub now: Now,
    /// The moment that the page shows and that links keep, when it looks back.
    pub at: Option<Position>,
}

impl From<Timestamp> for Sight {
    fn from(now: Timestamp) -> Self {
        Self { now: now.into(), at: None }
    }
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
    /// The children of those of `nodes` that are open, and the siblings of each row of `several`.
    pub fn new(
        (nodes, several): (&[Node], &[(String, Vec<Node>)]),
        density: Density,
        sight: Sight,
    ) -> Self {
        let folds = several.iter().map(|(key, siblings)| List {
            of: key.clone(),
            total: u64::try_from(siblings.len()).unwrap_or(u64::MAX),
            from: 0,
            pieces: outline::siblings(siblings, sight),
        });
        let lists = nodes.iter().filter_map(|node| list(node, sight)).chain(folds).collect();
        Self { lists, compact: density == Density::Compact }
    }
}

fn list(node: &Node, sight: Sight) -> Option<List> {
    let Branch::Open { from, .. } = node.branch else { return None };
    let (of, total) = (node.session.row.clone(), node.session.children);
    Some(List { of, total, from, pieces: outline::branch(node, sight) })
}

/// Rows as they are now, each with the row of its parent.
#[derive(Clone, Debug, Template)]
#[template(path = "rows.html")]
pub struct RowsFragment {
    rows: Vec<Placed>,
    compact: bool,
}

/// A row, and where it belongs.
#[derive(Clone, Debug)]
struct Placed {
    row: Box<Row>,
    /// The row of its parent; empty for roots.
    parent: String,
    /// The row of several in whose place it stands.
    of: Option<String>,
}

impl RowsFragment {
    /// `rows`, closed.
    pub fn new(rows: &[RowNow], density: Density, sight: Sight) -> Self {
        let rows = rows.iter().flat_map(|row| placed(row, sight)).collect();
        Self { rows, compact: density == Density::Compact }
    }
}

fn placed(fresh: &RowNow, sight: Sight) -> Vec<Placed> {
    match fresh {
        RowNow::One { node, parent } => {
            let parent = parent.clone().unwrap_or_default();
            vec![Placed { row: Box::new(outline::single(node, sight)), parent, of: None }]
        }
        RowNow::Several { key, parent, nodes, folds } => {
            let place = |row| Placed {
                row: Box::new(row),
                parent: parent.session.row.clone(),
                of: Some(key.clone()),
            };
            outline::folded(parent, (nodes, folds), sight).into_iter().map(place).collect()
        }
    }
}
