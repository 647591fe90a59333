//! The set of open nodes, as it travels in `open=`.

use std::borrow::Cow;

use banyan_protocol::view::{Branch, ForestView, Node};

use super::fold;

/// Rows that one link names as open.
pub(crate) const OPEN_MAX_ROWS: usize = 60;

/// The nodes whose children a page shows, in page order, by their short row ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenSet<'a> {
    rows: Vec<Cow<'a, str>>,
}

impl<'a> OpenSet<'a> {
    /// What is open in `forest`, whether the reader or the collector chose it.
    pub(crate) fn of(forest: &'a ForestView) -> Self {
        let mut rows = Vec::new();
        let mut left: Vec<&Node> = forest.roots.iter().rev().collect();
        while let Some(node) = left.pop() {
            let children = node.branch.shown();
            if !children.is_empty() || matches!(node.branch, Branch::Open { .. }) {
                rows.push(Cow::Borrowed(node.session.row.as_str()));
                rows.extend(fold::open_keys(node).map(Cow::Owned));
                left.extend(children.iter().rev());
            }
        }
        Self { rows }
    }

    /// The value of `open=` for the page as it is.
    pub(crate) fn join(&self) -> String {
        join(self.rows.iter().map(Cow::as_ref))
    }

    /// The value of `open=` when `row` is closed.
    pub(crate) fn without(&self, row: &str) -> String {
        join(self.rows.iter().map(Cow::as_ref).filter(|open| *open != row))
    }

    /// The value of `open=` when `row`, which stands below `path`, is opened as well. What leads
    /// to it comes first, so that it is never what the limit cuts off.
    pub(crate) fn with(&self, row: &str, path: &[&str]) -> String {
        if self.rows.len() < OPEN_MAX_ROWS {
            return join(self.rows.iter().map(Cow::as_ref).chain([row]));
        }
        let others = self.rows.iter().map(Cow::as_ref).filter(|open| !path.contains(open));
        join(path.iter().copied().chain([row]).chain(others))
    }

    /// The value of `open=` when what stands in the row of several `key` is folded again: neither
    /// that nor any of `members` is open.
    pub(crate) fn folded(&self, key: &str, members: &[Node]) -> String {
        let is_member = |open: &str| members.iter().any(|member| member.session.row == open);
        let rows = self.rows.iter().map(Cow::as_ref);
        join(rows.filter(|open| *open != key && !is_member(open)))
    }

    /// The value of `open=` when all of `rows` are opened as well; they come first, so that it is
    /// not them that the limit cuts off.
    pub(crate) fn with_all(&self, rows: &[String]) -> String {
        let others =
            self.rows.iter().map(Cow::as_ref).filter(|open| rows.iter().all(|row| row != open));
        join(rows.iter().map(String::as_str).chain(others))
    }
}

fn join<'b>(rows: impl Iterator<Item = &'b str>) -> String {
    let rows: Vec<_> = rows.take(OPEN_MAX_ROWS).collect();
    rows.join(".")
}
