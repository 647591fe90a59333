//! The tree that a session belongs to, for the sidebar of its page.

use banyan_protocol::view::{Counts, ForestView};
use sqlx::query_scalar;

use super::{
    Query, QueryError,
    ancestors::path_to,
    figures::count,
    forest::{CHOSEN_ROWS_MAX, Folding, Grove, Opening, WINDOW_MAX_ROWS, open_chosen},
    look::Look,
    row_id, session, session_row,
    stalled::Stalled,
};

/// Levels above the session that the sidebar shows; of deeper trees the nearest ones.
const PATH_MAX_LEVELS: usize = 60;
/// Rows that the open path may take in all.
const PATH_ROWS_MAX: usize = 600;
/// Siblings shown on each level of a long path.
const PATH_WINDOW_MIN_ROWS: usize = 10;

impl Query {
    /// The tree that `id` belongs to, for the sidebar: the path to it open, with the siblings
    /// around it; `open` are the rows of further open nodes, `None` opens the session itself.
    /// `None` when there is no such session.
    pub(crate) async fn tree_around(
        &self,
        id: &str,
        open: Option<&[String]>,
    ) -> Result<Option<ForestView>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(None) };
        let as_of = look.as_of().await?;
        let stalled = Stalled::look(&mut look).await?;
        let mut grove = path(&mut look, no).await?;
        let own = [row_id::encode(no)];
        let folding = Folding { here: Some(no), ..Folding::of(open) };
        let open = (open.unwrap_or(&own), None);
        open_chosen(&mut grove, &mut look, open, CHOSEN_ROWS_MAX).await?;
        let roots = grove.into_nodes(&look, &stalled, Some(folding));
        Ok(Some(ForestView { roots, counts: Counts::default(), older: None, as_of, matches: None }))
    }
}

/// The path to the session `no`, open, with the siblings around it.
pub(super) async fn path(look: &mut Look, no: i64) -> Result<Grove, QueryError> {
    let levels = u32::try_from(PATH_MAX_LEVELS + 1).unwrap_or(u32::MAX);
    let path = path_to(look, no, levels).await?;
    let mut path = session_row::fetch_numbers(&mut look.tx, path).await?;
    path.sort_by_key(|row| row.depth);
    let places: Vec<(i64, Option<i64>)> = path.iter().map(|row| (row.no, row.parent_no)).collect();
    path.truncate(1);
    let mut grove = Grove::of(path);
    let rows = (PATH_ROWS_MAX / places.len().max(1)).clamp(PATH_WINDOW_MIN_ROWS, WINDOW_MAX_ROWS);
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
