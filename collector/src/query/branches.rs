//! Parts of trees, as a script asks for them: the children of some rows, and rows as they are.

use std::collections::HashSet;

use banyan_protocol::{
    Position,
    view::{Branch, Fold, Node, RowNow},
};
use sqlx::query_scalar;

use super::{
    Query, QueryError,
    forest::{self, Folding, Grove, Opening, WINDOW_MAX_ROWS},
    look::Look,
    row_id::{self, RowKey, RowNo},
    session_row::{self, SessionRow},
    stalled::Stalled,
};

/// Rows of one answer.
const BRANCHES_ROWS_MAX: usize = 1_000;
/// Children of each node, however many nodes are asked for.
const BRANCH_ROWS_MIN: usize = 20;

/// Whether neighbours stand in one row where they can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Neighbours {
    /// They do.
    Folded,
    /// Each is a row of its own: what a filter finds is to be seen.
    Apart,
}

impl Query {
    /// Nodes with their children, from the given one on; a node that stands among the children
    /// of another one is given there, open. Unknown rows and leaves are left out.
    pub(crate) async fn branches(
        &self,
        wanted: &[(RowNo, u64)],
        neighbours: Neighbours,
    ) -> Result<Vec<Node>, QueryError> {
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
        let folding = (neighbours == Neighbours::Folded).then(|| Folding::of(None));
        Ok(grove.into_nodes(&look, &stalled, folding))
    }

    /// The siblings from `first` to `last`, whatever has become of them since they stood in one
    /// row; at most a window of them.
    pub(crate) async fn siblings(
        &self,
        (RowNo(first), RowNo(last)): (RowNo, RowNo),
    ) -> Result<Vec<Node>, QueryError> {
        let mut look = self.look().await?;
        let stalled = Stalled::look(&mut look).await?;
        let rows = between(&mut look, first, last).await?;
        Ok(rows.into_iter().map(|row| node(row, &look, &stalled)).collect())
    }

    /// The id of the session of a row, as far as one has been heard of.
    pub(crate) async fn id_of(&self, RowNo(no): RowNo) -> Result<Option<String>, QueryError> {
        let id = query_scalar(
            "select id
             from session
             where no = ? and known = 1",
        )
        .bind(no)
        .fetch_optional(&self.view.readers())
        .await?;
        Ok(id)
    }

    /// Rows as they are, in the order asked for, those of several behind the others; and the
    /// position up to which that goes. Unknown rows are left out.
    pub(crate) async fn rows(
        &self,
        wanted: &[RowKey],
    ) -> Result<(Position, Vec<RowNow>), QueryError> {
        let mut look = self.look().await?;
        let as_of = look.as_of().await?;
        let stalled = Stalled::look(&mut look).await?;
        let mut numbers = Vec::new();
        let mut ends = Vec::new();
        for key in wanted {
            match *key {
                RowKey::One(RowNo(no)) => numbers.push(no),
                RowKey::Several(RowNo(first), RowNo(last)) => ends.push((first, last)),
            }
        }
        let mut rows = fetch(&mut look, &numbers).await?;
        rows.sort_by_key(|row| numbers.iter().position(|no| *no == row.no));
        let one = |row: SessionRow| {
            let parent = row.parent_no.map(row_id::encode);
            RowNow::One { node: node(row, &look, &stalled), parent }
        };
        let mut fresh: Vec<RowNow> = rows.into_iter().map(one).collect();
        for (first, last) in ends {
            fresh.extend(several(&mut look, &stalled, (first, last)).await?);
        }
        Ok((as_of, fresh))
    }
}

/// The siblings from `first` to `last`, folded again.
async fn several(
    look: &mut Look,
    stalled: &Stalled,
    (first, last): (i64, i64),
) -> Result<Option<RowNow>, QueryError> {
    let rows = between(look, first, last).await?;
    let Some(parent) = rows.first().and_then(|row| row.parent_no) else { return Ok(None) };
    let Some(parent) = fetch(look, &[parent]).await?.pop() else { return Ok(None) };
    let runs = forest::runs(rows.iter().map(SessionRow::settled_agent));
    let fold = |members| Fold { members, is_open: false };
    Ok(Some(RowNow::Several {
        key: format!("{}~{}", row_id::encode(first), row_id::encode(last)),
        parent: node(parent, look, stalled),
        folds: runs.into_iter().map(fold).collect(),
        nodes: rows.into_iter().map(|row| node(row, look, stalled)).collect(),
    }))
}

/// A closed node.
fn node(row: SessionRow, look: &Look, stalled: &Stalled) -> Node {
    let branch = if 0 < row.children { Branch::Closed } else { Branch::Leaf };
    Node { session: stalled.view(row, &look.judge), branch }
}

/// The siblings from `first` to `last`, in order.
async fn between(look: &mut Look, first: i64, last: i64) -> Result<Vec<SessionRow>, QueryError> {
    let numbers: Vec<i64> = query_scalar(
        "select no
         from session
         where parent_no = (select parent_no from session where no = ?1)
               and no between ?1 and ?2
         order by no
         limit ?3",
    )
    .bind(first)
    .bind(last)
    .bind(i64::try_from(WINDOW_MAX_ROWS).unwrap_or(i64::MAX))
    .fetch_all(&mut *look.tx)
    .await?;
    let mut rows = fetch(look, &numbers).await?;
    rows.sort_by_key(|row| row.no);
    Ok(rows)
}

async fn fetch(look: &mut Look, numbers: &[i64]) -> Result<Vec<SessionRow>, QueryError> {
    let numbers = serde_json::to_string(numbers).map_err(QueryError::Row)?;
    session_row::fetch_numbers(&mut look.tx, numbers).await
}

#[cfg(test)]
mod tests;
