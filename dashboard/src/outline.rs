//! The outline: a forest flattened into the pieces of nested lists, in the order they are written.
//!
//! Flat, so that neither code nor template recurses: a chain as deep as a page can hold is a long
//! list, not a deep stack. Each session of the view becomes exactly one row.

mod open;
mod row;
mod fold;

use banyan_protocol::{
    Position,
    view::{Branch, Fold, ForestMatches, ForestView, Node},
};

use fold::{Group, Unit};
pub(crate) use open::{OPEN_MAX_ROWS, OpenSet};
pub(crate) use row::{Badge, Chip, Frame, Row, When, badges, chips, frame};

use crate::{format, fragment::Sight, links::Link, preferences::Now};

/// How many children one `kids=` window shows.
const WINDOW_MAX_ROWS: u64 = 200;
/// Levels that are indented; deeper rows say their level instead.
const INDENT_MAX_LEVELS: u32 = 12;

/// One step of writing nested lists.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Opens the item of a session and writes its row.
    Row(Box<Row>),
    /// Opens the list of the children of the row before.
    OpenList {
        /// Direct children in all.
        total: u64,
        /// How many stand before the first one shown.
        from: u64,
    },
    /// A whole item that leads to children not shown.
    More(More),
    /// Closes a list of children.
    CloseList,
    /// Closes a session's item.
    CloseRow,
}

/// A row that leads to children not shown.
#[derive(Clone, Debug)]
pub(crate) struct More {
    /// The element's id.
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) text: String,
}

/// A forest, ready to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    /// Groups and trees of one.
    pub(crate) trees: Vec<Piece>,
    /// Trees whose root names a parent that nobody has seen.
    pub(crate) orphans: Vec<Piece>,
}

impl Outline {
    /// All of it in one list.
    pub(crate) fn all(mut self) -> Vec<Piece> {
        self.trees.append(&mut self.orphans);
        self.trees
    }

    /// Whether there is no session at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.trees.is_empty() && self.orphans.is_empty()
    }
}

/// Which page shows the children that an outline has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// The same, with another window.
    Here,
    /// That of their parent's subtree.
    Subtree,
}

/// Which page an outline stands on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The page itself with its parameters, except `open` and `kids`. Absent for rows without a
    /// page: they lead to the page of their own subtree.
    pub(crate) page: Option<&'a Link>,
    /// Where the children are that have no room.
    pub(crate) rest: Rest,
    /// The session whose page this is; absent on the forest.
    pub(crate) current: Option<&'a str>,
    /// The reader's time.
    pub(crate) now: Now,
    /// The moment that is shown, when the page looks back.
    pub(crate) at: Option<Position>,
}

impl Place<'_> {
    /// Rows without a page.
    const fn nowhere(Sight { now, at }: Sight) -> Self {
        Self { page: None, rest: Rest::Subtree, current: None, now, at }
    }

    /// Where a row leads. Beside a session the tree stays as it is open.
    fn session(&self, id: &str, open: &OpenSet<'_>) -> String {
        let link = match self.current {
            Some(_) => Link::session(id).with("open", &open.join()),
            None => Link::session(id),
        };
        link.at(self.at).done()
    }
}

/// Flattens `forest` for the page at `place`.
pub(crate) fn outline(forest: &ForestView, place: Place<'_>) -> Outline {
    let writer = Writer { open: OpenSet::of(forest), place, matches: forest.matches.as_ref() };
    let (orphans, trees): (Vec<_>, Vec<_>) =
        forest.roots.iter().partition(|root| root.session.orphan);
    Outline { trees: writer.write(&trees), orphans: writer.write(&orphans) }
}

/// What stands in the list of an open node, without the tags of the list.
pub(crate) fn branch(node: &Node, sight: Sight) -> Vec<Piece> {
    let place = Place::nowhere(sight);
    let mut pieces = Writer { open: OpenSet::default(), place, matches: None }.write(&[node]);
    // The node's own row and the list's tags at both ends.
    pieces.truncate(pieces.len().saturating_sub(2));
    pieces.split_off(pieces.len().min(2))
}

/// What stands in the list of siblings that stood in one row.
pub(crate) fn siblings(nodes: &[Node], sight: Sight) -> Vec<Piece> {
    let place = Place::nowhere(sight);
    let nodes: Vec<&Node> = nodes.iter().collect();
    Writer { open: OpenSet::default(), place, matches: None }.write(&nodes)
}

/// The rows of siblings below `parent`, those of `folds` in one each, all closed.
pub(crate) fn folded(parent: &Node, (nodes, folds): (&[Node], &[Fold]), sight: Sight) -> Vec<Row> {
    let place = Place::nowhere(sight);
    let open = OpenSet::default();
    let units = fold::units(nodes, folds).into_iter();
    let rows = units.map(|unit| match unit {
        Unit::One(node) => row::row(node, node.session.depth, &[], &open, place),
        Unit::Several(group) => fold::row(group, parent, &open, place),
    });
    rows.collect()
}

/// The row of one session, closed.
pub(crate) fn single(node: &Node, sight: Sight) -> Row {
    let place = Place::nowhere(sight);
    row::row(node, node.session.depth, &[], &OpenSet::default(), place)
}

struct Writer<'a> {
    open: OpenSet<'a>,
    place: Place<'a>,
    /// What was asked for, where something was.
    matches: Option<&'a ForestMatches>,
}

/// What is left to write.
enum Step<'a> {
    Node(&'a Node, u32),
    /// Siblings in one row, below a parent.
    Fold(Group<'a>, &'a Node, u32),
    EndList(Option<More>),
    EndFold,
    EndRow,
}

impl<'a> Writer<'a> {
    fn write(&self, roots: &[&'a Node]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut steps: Vec<_> =
            roots.iter().rev().map(|root| Step::Node(root, self.level(root))).collect();
        // The row ids from the root down to the node being written.
        let mut path: Vec<&str> = Vec::new();
        while let Some(step) = steps.pop() {
            match step {
                Step::Node(node, level) => {
                    pieces.push(Piece::Row(Box::new(self.row(node, level, &path))));
                    path.push(&node.session.row);
                    steps.push(Step::EndRow);
                    let Some((open, end)) = self.list(node) else { continue };
                    pieces.extend(open);
                    steps.push(Step::EndList(end));
                    let units = fold::units(node.branch.shown(), node.branch.folds());
                    steps.extend(units.into_iter().rev().map(|unit| match unit {
                        Unit::One(child) => Step::Node(child, level + 1),
                        Unit::Several(group) => Step::Fold(group, node, level + 1),
                    }));
                }
                Step::Fold(group, parent, level) => {
                    let row = fold::row(group, parent, &self.open, self.place);
                    let total = row.kids;
                    pieces.push(Piece::Row(Box::new(row)));
                    steps.push(Step::EndFold);
                    if group.is_open {
                        pieces.push(Piece::OpenList { total, from: 0 });
                        steps.push(Step::EndList(None));
                        let members = group.members.iter().rev();
                        steps.extend(members.map(|member| Step::Node(member, level)));
                    }
                }
                Step::EndFold => pieces.push(Piece::CloseRow),
                Step::EndList(more) => {
                    pieces.extend(more.map(Piece::More));
                    pieces.push(Piece::CloseList);
                }
                Step::EndRow => {
                    path.pop();
                    pieces.push(Piece::CloseRow);
                }
            }
        }
        pieces
    }

    fn row(&self, node: &Node, level: u32, path: &[&str]) -> Row {
        let mut row = row::row(node, level, path, &self.open, self.place);
        if let Some(matches) = self.matches {
            row.dim = matches.rows.get(&row.id) == Some(&false);
            let below = matches.below.get(&row.id).filter(|_| level == 0);
            row.matches = below.map(|count| format::plural(*count, "match", "matches"));
        }
        row
    }

    /// How the list of a node's children begins and ends; `None` where there is none.
    fn list(&self, node: &Node) -> Option<(Vec<Piece>, Option<More>)> {
        let shown = u64::try_from(node.branch.shown().len()).unwrap_or(u64::MAX);
        let total = node.session.children;
        match &node.branch {
            Branch::Leaf | Branch::Closed => None,
            Branch::Open { from, .. } => {
                let mut begin = vec![Piece::OpenList { total, from: *from }];
                begin.extend(self.earlier(node, *from).map(Piece::More));
                Some((begin, self.more(node, from.saturating_add(shown))))
            }
            Branch::Matches { .. } => {
                let text = || format!("Show all {} children", format::count(total));
                let all = (shown < total).then(|| self.window(node, 0, "all", text()));
                Some((vec![Piece::OpenList { total: shown, from: 0 }], all))
            }
        }
    }

    /// On pages trees are indented from their root; rows without a page go where they stand in
    /// the forest.
    fn level(&self, root: &Node) -> u32 {
        if self.place.page.is_some() { 0 } else { root.session.depth }
    }

    /// The row behind a window that ends before child number `end`.
    fn more(&self, node: &Node, end: u64) -> Option<More> {
        let total = node.session.children;
        let left = total.checked_sub(end).filter(|left| 0 < *left)?;
        let shown = left.min(WINDOW_MAX_ROWS);
        let text = if shown < left {
            format!("Show {} of {} more", format::count(shown), format::count(left))
        } else {
            format!("Show {} more of {}", format::count(left), format::count(total))
        };
        Some(self.window(node, end, "more", text))
    }

    /// The row before a window that starts at child number `from`.
    fn earlier(&self, node: &Node, from: u64) -> Option<More> {
        let shown = from.min(WINDOW_MAX_ROWS);
        let text = format!("Show {} before these", format::count(shown));
        (0 < from).then(|| self.window(node, from - shown, "less", text))
    }

    fn window(&self, node: &Node, from: u64, name: &str, text: String) -> More {
        let row = &node.session.row;
        let page = match (self.place.page, self.place.rest) {
            (Some(page), Rest::Here) => page.clone().with("open", &self.open.join()),
            (None, _) | (_, Rest::Subtree) => Link::subtree(&node.session.id).at(self.place.at),
        };
        let href = page.with("kids", &format!("{row}:{from}")).to(&format!("n-{row}"));
        More { id: format!("n-{row}-{name}"), href, text }
    }
}

#[cfg(test)]
mod tests;
