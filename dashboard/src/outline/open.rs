//! The set of open nodes, as it travels in `open=`.

use banyan_protocol::view::{Branch, ForestView, Node};

/// Rows that one link names as open.
pub(crate) const OPEN_MAX_ROWS: usize = 60;

/// The nodes whose children a page shows, in page order, by their short row ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenSet<'a> {
    rows: Vec<&'a str>,
}

impl<'a> OpenSet<'a> {
    /// What is open in `forest`, whether the reader or the collector chose it.
    pub(crate) fn of(forest: &'a ForestView) -> Self {
        let mut rows = Vec::new();
        let mut left: Vec<&Node> = forest.roots.iter().rev().collect();
        while let Some(node) = left.pop() {
            let children = node.branch.shown();
            if !children.is_empty() || matches!(node.branch, Branch::Open { .. }) {
                rows.push(node.session.row.as_str());
                left.extend(children.iter().rev());
            }
        }
        Self { rows }
    }

    /// The value of `open=` for the page as it is.
    pub(crate) fn join(&self) -> String {
        join(self.rows.iter().copied())
    }

    /// The value of `open=` when `row` is closed.
    pub(crate) fn without(&self, row: &str) -> String {
        join(self.rows.iter().copied().filter(|open| *open != row))
    }

    /// The value of `open=` when `row`, which stands below `path`, is opened as well. What leads
    /// to it comes first, so that it is never what the limit cuts off.
    pub(crate) fn with(&self, row: &str, path: &[&str]) -> String {
        if self.rows.len() < OPEN_MAX_ROWS {
            return join(self.rows.iter().copied().chain([row]));
        }
        let others = self.rows.iter().copied().filter(|open| !path.contains(open));
        join(path.iter().copied().chain([row]).chain(others))
    }

    /// The value of `open=` when all of `rows` are opened as well; they come first, so that it is
    /// not them that the limit cuts off.
    pub(crate) fn with_all(&self, rows: &[String]) -> String {
        let others = self.rows.iter().copied().filter(|open| rows.iter().all(|row| row != open));
        join(rows.iter().map(String::as_str).chain(others))
    }
}

fn join<'b>(rows: impl Iterator<Item = &'b str>) -> String {
    let rows: Vec<_> = rows.take(OPEN_MAX_ROWS).collect();
    rows.join(".")
}
