//! The forest of what a filter finds: trees with sessions for which it holds, and those sessions
//! with what stands above them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
};

use banyan_protocol::view::{ForestMatches, ForestView, Node, Tally};
use serde::Deserialize;
use sqlx::{QueryBuilder, query_scalar};

use super::{
    CHOSEN, FOREST_PAGE_ROOTS, FOREST_ROWS_MAX, ForestRequest, Grove, decode, open_chosen,
    sort::ForestSort, window,
};
use crate::query::{
    Query, QueryError,
    filter::{self, Filter},
    look::Look,
    row_id, search, session_row,
    stalled::Stalled,
};

/// Sessions that are found.
const MATCHES_MAX_COUNT: usize = 10_000;
/// Sessions shown of each tree, however many trees there are.
const TREE_MATCHES_MIN: usize = 3;
/// Ancestors of those on a page.
const ABOVE_MAX_COUNT: i64 = 1_000;

/// A session for which the filter holds. Fields in the order of the statement.
#[derive(Debug, Deserialize)]
struct Match {
    no: i64,
    root_no: i64,
    /// What its root is ordered by.
    value: i64,
}

/// A tree with such sessions, the newest first.
#[derive(Debug)]
struct Tree {
    root_no: i64,
    value: i64,
    matches: Vec<i64>,
}

impl Query {
    /// A page of the forest of what `text` finds. A filter that cannot be read is
    /// [`QueryError::Filter`].
    pub(crate) async fn forest_of(
        &self,
        text: &str,
        request: &ForestRequest,
    ) -> Result<ForestView, QueryError> {
        let filter = filter::parse(text)?;
        let mut look = self.look().await?;
        let as_of = look.as_of().await?;
        let stalled = Stalled::look(&mut look).await?;
        let counts = self.counts.counts(&mut look, as_of, &stalled).await?;
        let (found, capped) = find(&mut look, &filter, request.sort).await?;
        let tally = |count: usize| Tally { count: u64::try_from(count).unwrap_or(0), capped };
        let matching: HashSet<i64> = found.iter().map(|one| one.no).collect();
        let trees = trees(found);
        let relaxed = if trees.is_empty() {
            search::nearest(&mut look, &filter, search::Scope::Sessions).await?
        } else {
            None
        };
        let after = request.after.as_deref().and_then(decode);
        let behind = |tree: &&Tree| after.is_none_or(|after| (tree.value, tree.root_no) < after);
        let mut page: Vec<&Tree> =
            trees.iter().filter(behind).take(FOREST_PAGE_ROOTS + 1).collect();
        let more = FOREST_PAGE_ROOTS < page.len();
        page.truncate(FOREST_PAGE_ROOTS);
        let older = page.last().filter(|_| more);
        let older = older.map(|tree| format!("{}.{}", tree.value, tree.root_no));
        let grove = grove(&mut look, &page, request).await?;
        let roots = grove.into_nodes(&look, &stalled, None);
        let below = page.iter().map(|tree| (row_id::encode(tree.root_no), count(tree))).collect();
        let matches = ForestMatches {
            sessions: tally(matching.len()),
            trees: tally(trees.len()),
            rows: rows(&roots, &matching),
            below,
            terms: search::terms(&filter),
            relaxed,
        };
        Ok(ForestView { roots, counts, older, as_of, matches: Some(matches) })
    }
}

fn count(tree: &Tree) -> u64 {
    u64::try_from(tree.matches.len()).unwrap_or(u64::MAX)
}

/// What the filter finds, the newest first, and whether there may be more.
async fn find(
    look: &mut Look,
    filter: &Filter,
    sort: ForestSort,
) -> Result<(Vec<Match>, bool), QueryError> {
    let oldest = search::oldest_session(look).await?;
    let mut query = QueryBuilder::new(
        "select json_group_array(json_array(no, root_no, value))
         from (select s.no as no, s.root_no as root_no, ",
    );
    query.push(sort.of_root());
    query.push(
        " as value
               from session s
               join session r on r.no = s.root_no
               where s.known = 1 and s.no >= ",
    );
    query.push_bind(oldest);
    filter::push(&mut query, filter, &look.judge);
    let limit = i64::try_from(MATCHES_MAX_COUNT + 1).unwrap_or(i64::MAX);
    query.push(" order by s.no desc limit ").push_bind(limit).push(")");
    let text: String = query.build_query_scalar().fetch_one(&mut *look.tx).await?;
    let mut found: Vec<Match> = serde_json::from_str(&text).map_err(QueryError::Row)?;
    let capped = MATCHES_MAX_COUNT < found.len()
        || 0 < oldest
        || filter::event::is_cut(look, filter).await?;
    found.truncate(MATCHES_MAX_COUNT);
    Ok((found, capped))
}

/// What was found by tree, in the order of the page.
fn trees(found: Vec<Match>) -> Vec<Tree> {
    let mut trees: HashMap<i64, Tree> = HashMap::new();
    for Match { no, root_no, value } in found {
        let tree = trees.entry(root_no).or_insert(Tree { root_no, value, matches: Vec::new() });
        tree.matches.push(no);
    }
    let mut trees: Vec<Tree> = trees.into_values().collect();
    trees.sort_unstable_by_key(|tree| Reverse((tree.value, tree.root_no)));
    trees
}

/// The trees of a page: open as the reader chose, else so that matches show.
async fn grove(
    look: &mut Look,
    page: &[&Tree],
    request: &ForestRequest,
) -> Result<Grove, QueryError> {
    let roots: Vec<i64> = page.iter().map(|tree| tree.root_no).collect();
    match (&request.open, window(request)) {
        (None, None) => {
            let share = (FOREST_ROWS_MAX / page.len().max(1)).max(TREE_MATCHES_MIN);
            let shown = page.iter().flat_map(|tree| tree.matches.iter().take(share));
            let shown: Vec<i64> = shown.chain(&roots).copied().collect();
            let numbers = above(look, &shown).await?;
            let rows = session_row::fetch_numbers(&mut look.tx, numbers).await?;
            Ok(Grove::picked(rows, &roots))
        }
        (open, window) => {
            let numbers = serde_json::to_string(&roots).map_err(QueryError::Row)?;
            let rows = session_row::fetch_numbers(&mut look.tx, numbers).await?;
            let mut grove = Grove::picked(rows, &roots);
            let open = open.as_deref().unwrap_or_default();
            open_chosen(&mut grove, look, (open, window), CHOSEN).await?;
            Ok(grove)
        }
    }
}

/// These sessions and all above them, as a JSON array.
async fn above(look: &mut Look, numbers: &[i64]) -> Result<String, QueryError> {
    let numbers = query_scalar(
        "with recursive
             up(no) as (
                 select value
                 from json_each(?1)
                 union
                 select s.parent_no
                 from up
                 cross join session s on s.no = up.no
                 where s.parent_no is not null
                 limit ?2)
         select json_group_array(no)
         from up",
    )
    .bind(serde_json::to_string(numbers).map_err(QueryError::Row)?)
    .bind(ABOVE_MAX_COUNT)
    .fetch_one(&mut *look.tx)
    .await?;
    Ok(numbers)
}

/// The rows of a page for which the filter holds.
fn rows(roots: &[Node], matching: &HashSet<i64>) -> BTreeMap<String, bool> {
    let mut rows = BTreeMap::new();
    let mut left: Vec<&Node> = roots.iter().collect();
    while let Some(node) = left.pop() {
        let row = &node.session.row;
        let holds = row_id::decode(row).is_some_and(|no| matching.contains(&no));
        rows.insert(row.clone(), holds);
        left.extend(node.branch.shown());
    }
    rows
}
