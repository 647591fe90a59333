//! Parts of trees, as a script asks for them: the children of some rows, and rows as they are.

use std::collections::HashSet;

use banyan_protocol::{
    Position,
    view::{Branch, Node},
};

use super::{
    Query, QueryError,
    forest::{Grove, Opening, WINDOW_MAX_ROWS},
    look::Look,
    row_id::{self, RowNo},
    session_row::{self, SessionRow},
    stalled::Stalled,
};

/// Rows of one answer.
const BRANCHES_ROWS_MAX: usize = 1_000;
/// Children of each node, however many nodes are asked for.
const BRANCH_ROWS_MIN: usize = 20;

impl Query {
    /// Nodes with their children, from the given one on; a node that stands among the children
    /// of another one is given there, open. Unknown rows and leaves are left out.
    pub(crate) async fn branches(&self, wanted: &[(RowNo, u64)]) -> Result<Vec<Node>, QueryError> {
        let mut look = self.look().await?;
        let stalled = Stalled::look(&mut look).await?;
        let numbers: Vec<i64> = wanted.iter().map(|(RowNo(no), _)| *no).collect();
        let mut rows = fetch(&mut look, &numbers).await?;
        // One may be the parent of another.
        rows.sort_by_key(|row| row.depth);
        let mut grove = Grove::of(rows);
        let rows =
            (BRANCHES_ROWS_MAX / wanted.len().max(1)).clamp(BRANCH_ROWS_MIN, WINDOW_MAX_ROWS);
        let has_children: HashSet<i64> = grove.closed().map(|row| row.no).collect();
        let (first, later): (Vec<_>, Vec<_>) = wanted
            .iter()
            .map(|(RowNo(no), from)| (Opening { no: *no, rows }, *from))
            .filter(|(opening, _)| has_children.contains(&opening.no))
            .partition(|(_, from)| *from == 0);
        let first: Vec<_> = first.into_iter().map(|(opening, _)| opening).collect();
        grove.open(&mut look, &first).await?;
        for (opening, from) in later {
            grove.open_at(&mut look, opening, from).await?;
        }
        Ok(grove.into_nodes(&look, &stalled))
    }

    /// Rows as they are, in the order asked for, each with the row of its parent in the tree; and
    /// the position up to which that goes. Unknown rows are left out.
    pub(crate) async fn rows(
        &self,
        wanted: &[RowNo],
    ) -> Result<(Position, Vec<(Node, Option<String>)>), QueryError> {
        let mut look = self.look().await?;
        let as_of = look.as_of().await?;
        let stalled = Stalled::look(&mut look).await?;
        let numbers: Vec<i64> = wanted.iter().map(|RowNo(no)| *no).collect();
        let mut rows = fetch(&mut look, &numbers).await?;
        rows.sort_by_key(|row| numbers.iter().position(|no| *no == row.no));
        let node = |row: SessionRow| {
            let parent = row.parent_no.map(row_id::encode);
            let branch = if 0 < row.children { Branch::Closed } else { Branch::Leaf };
            (Node { session: stalled.view(row, &look.judge), branch }, parent)
        };
        Ok((as_of, rows.into_iter().map(node).collect()))
    }
}

async fn fetch(look: &mut Look, numbers: &[i64]) -> Result<Vec<SessionRow>, QueryError> {
    let numbers = serde_json::to_string(numbers).map_err(QueryError::Row)?;
    session_row::fetch_numbers(&mut look.tx, numbers).await
}

#[cfg(test)]
mod tests;
