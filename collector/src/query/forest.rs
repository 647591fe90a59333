//! The forest: pages of roots, newest activity first, with the branches that are open.

use std::collections::HashSet;

use banyan_protocol::view::ForestView;
use sqlx::query_as;

mod fold;
mod grove;
mod matching;
mod plan;
mod sort;
#[cfg(test)]
mod tests;

use self::plan::{FOREST_ROWS_MAX, Fairness};
pub(crate) use self::sort::ForestSort;
pub(super) use self::{
    fold::{Folding, runs},
    grove::{Grove, WINDOW_MAX_ROWS},
    plan::Opening,
};
use super::{
    Query, QueryError,
    look::Look,
    row_id,
    session_row::{self, SessionRow},
    stalled::Stalled,
};

/// Roots of one page.
const FOREST_PAGE_ROOTS: usize = 50;
/// Sessions read for a page; those that stand in one row together are one row of it.
const LOADED_ROWS_MAX: usize = 3 * FOREST_ROWS_MAX;
/// Nodes that a reader can ask to be open.
pub(super) const OPEN_MAX_COUNT: usize = 60;
/// A page whose open nodes a reader chose.
pub(super) const CHOSEN: Limits = Limits { rows: 1_000, window: WINDOW_MAX_ROWS };
/// Levels that are opened below a root, by choice or by trouble; and rounds of choosing trouble.
const OPEN_MAX_LEVELS: usize = 60;
/// Rounds of opening what is troubled.
const WAVES_MAX_COUNT: usize = 16;

/// How much of what is open is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Rows of the page; no node is opened behind them.
    pub rows: usize,
    /// Children of one node.
    pub window: usize,
}

/// Which part of the forest a page shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForestRequest {
    /// Key of the page of roots: `older` of the page before.
    pub after: Option<String>,
    /// Row ids of the nodes that are open; `None`: let the collector choose, trouble first.
    pub open: Option<Vec<String>>,
    /// For `kids=row:from`: the window of children shown of one open node.
    pub window: Option<(String, u64)>,
    /// The order of roots.
    pub sort: ForestSort,
}

impl Query {
    /// A page of the forest. An unknown key of a page shows the first, an unknown row nothing.
    pub(crate) async fn forest(&self, request: &ForestRequest) -> Result<ForestView, QueryError> {
        let mut look = self.look().await?;
        let as_of = look.as_of().await?;
        let stalled = Stalled::look(&mut look).await?;
        let counts = self.counts.counts(&mut look, as_of, &stalled).await?;
        let after = request.after.as_deref().and_then(decode);
        let (roots, older) = roots(&mut look, request.sort, after).await?;
        let mut grove = Grove::of(roots);
        match (&request.open, window(request)) {
            (None, None) => open_trouble(&mut grove, &mut look, &stalled).await?,
            (open, window) => {
                let open = open.as_deref().unwrap_or_default();
                open_chosen(&mut grove, &mut look, (open, window), CHOSEN).await?;
            }
        }
        let folding = Folding::of(request.open.as_deref());
        let roots = grove.into_nodes(&look, &stalled, Some(folding));
        Ok(ForestView { roots, counts, older, as_of, matches: None })
    }
}

/// The roots of the page behind a key, and the key of the next page. In the order of last
/// activity, a root that is active again moves to the first page.
async fn roots(
    look: &mut Look,
    sort: ForestSort,
    after: Option<(i64, i64)>,
) -> Result<(Vec<SessionRow>, Option<String>), QueryError> {
    let (value, no) = after.unwrap_or((i64::MAX, i64::MAX));
    let mut places: Vec<(i64, i64)> = query_as(sort.roots())
        .bind(value)
        .bind(no)
        .bind(i64::try_from(FOREST_PAGE_ROOTS + 1).unwrap_or(i64::MAX))
        .fetch_all(&mut *look.tx)
        .await?;
    let more = FOREST_PAGE_ROOTS < places.len();
    places.truncate(FOREST_PAGE_ROOTS);
    let older = places.last().filter(|_| more).map(|(no, value)| format!("{value}.{no}"));
    let numbers: Vec<i64> = places.iter().map(|(no, _)| *no).collect();
    let json = serde_json::to_string(&numbers).map_err(QueryError::Row)?;
    let mut rows = session_row::fetch_numbers(&mut look.tx, json).await?;
    rows.sort_by_key(|row| numbers.iter().position(|no| *no == row.no));
    Ok((rows, older))
}

fn decode(key: &str) -> Option<(i64, i64)> {
    let (position, no) = key.split_once('.')?;
    Some((position.parse().ok()?, no.parse().ok()?))
}

fn window(request: &ForestRequest) -> Option<(i64, u64)> {
    let (row, from) = request.window.as_ref()?;
    Some((row_id::decode(row)?, *from))
}

/// Opens what is troubled, then what is new, while there is room.
pub(super) async fn open_trouble(
    grove: &mut Grove,
    look: &mut Look,
    stalled: &Stalled,
) -> Result<(), QueryError> {
    let mut fairness = Fairness::Shared;
    for _ in 0..WAVES_MAX_COUNT {
        let (mut page, closed) = (grove.page(), grove.reasons(look, stalled));
        let mut openings = plan::next_wave(&mut page, &closed, fairness);
        if openings.is_empty() && fairness == Fairness::Shared {
            fairness = Fairness::Greedy;
            openings = plan::next_wave(&mut page, &closed, fairness);
        }
        if openings.is_empty() || LOADED_ROWS_MAX < grove.len() {
            break;
        }
        grove.open(look, &openings).await?;
    }
    Ok(())
}

/// Opens the nodes whose rows are listed, as far as they are on the page; one of them at a window
/// of its own.
pub(super) async fn open_chosen(
    grove: &mut Grove,
    look: &mut Look,
    (open, window): (&[String], Option<(i64, u64)>),
    limits: Limits,
) -> Result<(), QueryError> {
    let mut chosen: HashSet<i64> =
        open.iter().take(OPEN_MAX_COUNT).filter_map(|row| row_id::decode(row)).collect();
    chosen.extend(window.map(|(no, _)| no));
    for _ in 0..OPEN_MAX_LEVELS {
        let mut openings = Vec::new();
        let mut left = limits.rows.saturating_sub(grove.len());
        for row in grove.closed().filter(|row| chosen.contains(&row.no)) {
            let children = usize::try_from(row.children).unwrap_or(usize::MAX);
            let rows = children.min(limits.window).min(left);
            left -= rows;
            openings.push(Opening { no: row.no, rows });
        }
        if openings.is_empty() {
            break;
        }
        if let Some((no, from)) = window
            && let Some(at) = openings.iter().position(|opening| opening.no == no)
        {
            grove.open_at(look, openings.swap_remove(at), from).await?;
        }
        grove.open(look, &openings).await?;
    }
    Ok(())
}
