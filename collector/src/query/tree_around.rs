//! The tree that a session belongs to, for the sidebar of its page.

use banyan_protocol::view::{Counts, ForestView};
use sqlx::query_scalar;

use super::{
    Query, QueryError,
    ancestors::path_to,
    figures::count,
    forest::{CHOSEN, Folding, Grove, Limits, Opening, WINDOW_MAX_ROWS, open_chosen},
    look::Look,
    row_id, session, session_row,
    stalled::Stalled,
};

/// Levels above the session that the sidebar shows; of deeper trees the nearest ones.
const PATH_MAX_LEVELS: usize = 60;
/// The same where there is little room.
const PATH_MIN_LEVELS: usize = 8;

impl Query {
    /// The tree that `id` belongs to, for the sidebar: the path to it open, with the siblings
    /// around it; `open` are the rows of further open nodes, `None` opens the session itself. That
    /// takes no more than `rows`; what else a reader opened comes on top of it, node by node as
    /// long as that. `None` when there is no such session.
    pub(crate) async fn tree_around(
        &self,
        id: &str,
        open: Option<&[String]>,
        rows: usize,
    ) -> Result<Option<ForestView>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(None) };
        let as_of = look.as_of().await?;
        let stalled = Stalled::look(&mut look).await?;
        let mut grove = path(&mut look, no, rows).await?;
        let own = [row_id::encode(no)];
        let folding = Folding { here: Some(no), ..Folding::of(open) };
        let window = rows.min(WINDOW_MAX_ROWS);
        let limits = Limits { rows: if open.is_some() { CHOSEN.rows } else { rows }, window };
        let open = (open.unwrap_or(&own), None);
        open_chosen(&mut grove, &mut look, open, limits).await?;
        let roots = grove.into_nodes(&look, &stalled, Some(folding));
        Ok(Some(ForestView { roots, counts: Counts::default(), older: None, as_of, matches: None }))
    }
}

/// The path to the session `no`, open, with the siblings around it, each level with its share of
/// `rows`; one share is left for what is below.
pub(super) async fn path(look: &mut Look, no: i64, rows: usize) -> Result<Grove, QueryError> {
    // Beside the row of a level there may be two that lead to its other siblings.
    let levels = (rows / 3).clamp(PATH_MIN_LEVELS, PATH_MAX_LEVELS);
    let path = path_to(look, no, u32::try_from(levels + 1).unwrap_or(u32::MAX)).await?;
    let mut path = session_row::fetch_numbers(&mut look.tx, path).await?;
    path.sort_by_key(|row| row.depth);
    let places: Vec<(i64, Option<i64>)> = path.iter().map(|row| (row.no, row.parent_no)).collect();
    path.truncate(1);
    let mut grove = Grove::of(path);
    let rows = (rows / places.len().max(1)).clamp(1, WINDOW_MAX_ROWS);
    for (child, parent) in places.into_iter().skip(1) {
        let Some(parent) = parent else { continue };
        let before = siblings_before(look, parent, child).await?;
        let from = before.saturating_sub(u64::try_from(rows / 2).unwrap_or(0));
        grove.open_at(look, Opening { no: parent, rows }, from).await?;
    }
    Ok(grove)
}

async fn siblings_before(look: &mut Look, parent: i64, child: i64) -> Result<u64, QueryError> {
    let before: i64 = query_scalar(
        "select count(*)
         from session
         where parent_no = ?1 and no < ?2",
    )
    .bind(parent)
    .bind(child)
    .fetch_one(&mut *look.tx)
    .await?;
    Ok(count(before))
}
