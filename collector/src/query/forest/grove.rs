//! The sessions of a page while it is being put together: which are there, and which are open.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use banyan_protocol::view::{Branch, Fold, Node, Status};
use sqlx::query_as;

use super::{
    fold::{self, Folding},
    plan::{Closed, Opening, Page, Reason},
};
use crate::query::{
    QueryError,
    figures::count,
    look::Look,
    session_row::{self, SessionRow},
    stalled::Stalled,
};

/// Children shown of one node.
pub(in crate::query) const WINDOW_MAX_ROWS: usize = 200;

/// Sessions on a page.
#[derive(Debug, Default)]
pub(in crate::query) struct Grove {
    rows: HashMap<i64, SessionRow>,
    /// In the order in which they came, parents before their children.
    order: Vec<i64>,
    open: HashMap<i64, Window>,
}

/// What is shown of the children of an open node.
#[derive(Debug)]
struct Window {
    from: u64,
    children: Vec<i64>,
    /// They were picked: there are others before, between and behind them.
    picked: bool,
}

impl Grove {
    /// A page of these roots, all closed.
    pub(in crate::query) fn of(roots: Vec<SessionRow>) -> Self {
        let mut grove = Self::default();
        for row in roots {
            grove.insert(row);
        }
        grove
    }

    /// A page of these sessions, each below its parent where that is among them; `roots` says the
    /// order of those that have none.
    pub(super) fn picked(mut rows: Vec<SessionRow>, roots: &[i64]) -> Self {
        rows.sort_by_key(|row| {
            let place = roots.iter().position(|no| *no == row.no);
            (row.depth, place.unwrap_or(usize::MAX), row.no)
        });
        let mut grove = Self::default();
        for row in rows {
            if let Some(parent) = row.parent_no.filter(|parent| grove.rows.contains_key(parent)) {
                let window = Window { from: 0, children: Vec::new(), picked: true };
                grove.open.entry(parent).or_insert(window).children.push(row.no);
            }
            grove.insert(row);
        }
        grove
    }

    fn insert(&mut self, row: SessionRow) {
        self.order.push(row.no);
        self.rows.insert(row.no, row);
    }

    /// How many sessions it holds.
    pub(in crate::query) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Nodes that have children and are not open.
    pub(in crate::query) fn closed(&self) -> impl Iterator<Item = &SessionRow> {
        let rows = self.order.iter().filter(|no| !self.open.contains_key(no));
        rows.filter_map(|no| self.rows.get(no)).filter(|row| 0 < row.children)
    }

    /// The same but for those that stand in a row with others, with the reasons to open them.
    pub(super) fn reasons(&self, look: &Look, stalled: &Stalled) -> Vec<Closed> {
        let folded: HashSet<i64> =
            self.folded().flat_map(|(_, members)| members).copied().collect();
        let closed = self.closed().filter(|row| !folded.contains(&row.no));
        closed.map(|row| closed_node(row, look, stalled)).collect()
    }

    /// What the page holds, counted in rows.
    pub(super) fn page(&self) -> Page {
        let mut page = Page { rows: self.len(), ..Page::default() };
        for row in self.rows.values().filter(|row| row.no != row.root_no) {
            *page.below.entry(row.root_no).or_default() += 1;
        }
        for (parent, members) in self.folded() {
            page.rows -= members.len() - 1;
            if let Some(below) = page.below.get_mut(&parent.root_no) {
                *below = below.saturating_sub(members.len() - 1);
            }
        }
        page
    }

    /// The siblings that stand in one row, with their parent.
    fn folded(&self) -> impl Iterator<Item = (&SessionRow, &[i64])> {
        self.open.iter().flat_map(|(parent, window)| {
            let (parent, runs) = (self.rows.get(parent), self.runs(window));
            runs.into_iter().filter_map(move |run| Some((parent?, window.children.get(run)?)))
        })
    }

    /// Which children of a window stand in one row.
    fn runs(&self, window: &Window) -> Vec<Range<usize>> {
        if window.picked {
            return Vec::new();
        }
        let kind = |no: &i64| self.rows.get(no).and_then(SessionRow::settled_agent);
        fold::runs(window.children.iter().map(kind))
    }

    /// The same, and whether each is open.
    fn folds(&self, window: &Window, folding: Option<Folding<'_>>) -> Vec<Fold> {
        let Some(folding) = folding else { return Vec::new() };
        let keys = folding.keys();
        let fold = |members: Range<usize>| {
            let all = window.children.get(members.clone()).unwrap_or_default();
            let is_open = all.iter().any(|no| {
                folding.here == Some(*no) || self.open.contains_key(no) || keys.contains(no)
            });
            Fold { members, is_open }
        };
        self.runs(window).into_iter().map(fold).collect()
    }

    /// Opens nodes with as many children as the openings say.
    pub(in crate::query) async fn open(
        &mut self,
        look: &mut Look,
        openings: &[Opening],
    ) -> Result<(), QueryError> {
        let Some(most) = openings.iter().map(|opening| opening.rows).max() else { return Ok(()) };
        let parents: Vec<i64> = openings.iter().map(|opening| opening.no).collect();
        let numbers: Vec<(i64, i64)> = query_as(
            "select opened.value, c.no
             from json_each(?1) opened
             cross join session c on c.no in (select no
                                              from session
                                              where parent_no = opened.value
                                              order by no
                                              limit ?2)",
        )
        .bind(serde_json::to_string(&parents).map_err(QueryError::Row)?)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&mut *look.tx)
        .await?;
        let mut windows: HashMap<i64, Vec<i64>> = HashMap::new();
        for (parent, child) in numbers {
            windows.entry(parent).or_default().push(child);
        }
        for opening in openings {
            let mut children = windows.remove(&opening.no).unwrap_or_default();
            children.sort_unstable();
            children.truncate(opening.rows);
            self.open.insert(opening.no, Window { from: 0, children, picked: false });
        }
        self.load_children(look, &parents).await
    }

    /// Opens one node with the children from the `from`th on.
    pub(in crate::query) async fn open_at(
        &mut self,
        look: &mut Look,
        opening: Opening,
        from: u64,
    ) -> Result<(), QueryError> {
        let children = query_as(
            "select no
             from session
             where parent_no = ?1
             order by no
             limit ?2 offset ?3",
        )
        .bind(opening.no)
        .bind(i64::try_from(opening.rows).unwrap_or(i64::MAX))
        .bind(i64::try_from(from).unwrap_or(i64::MAX))
        .fetch_all(&mut *look.tx)
        .await?;
        let children = children.into_iter().map(|(no,)| no).collect();
        self.open.insert(opening.no, Window { from, children, picked: false });
        self.load_children(look, &[opening.no]).await
    }

    /// Loads what the windows of `parents` show.
    async fn load_children(&mut self, look: &mut Look, parents: &[i64]) -> Result<(), QueryError> {
        let windows = parents.iter().filter_map(|parent| self.open.get(parent));
        let wanted: Vec<i64> = windows
            .flat_map(|window| &window.children)
            .filter(|no| !self.rows.contains_key(no))
            .copied()
            .collect();
        let numbers = serde_json::to_string(&wanted).map_err(QueryError::Row)?;
        let rows = session_row::fetch_numbers(&mut look.tx, numbers).await?;
        for row in rows {
            self.insert(row);
        }
        Ok(())
    }

    /// The page's roots with their open branches; what no open branch holds is left out.
    /// Without `folding` every session is a row of its own.
    pub(in crate::query) fn into_nodes(
        mut self,
        look: &Look,
        stalled: &Stalled,
        folding: Option<Folding<'_>>,
    ) -> Vec<Node> {
        let folds = self.open.iter().map(|(no, window)| (*no, self.folds(window, folding)));
        let mut folds: HashMap<i64, Vec<Fold>> = folds.collect();
        let mut nodes: HashMap<i64, Node> = HashMap::new();
        let mut roots = Vec::new();
        let held: HashMap<i64, i64> = self
            .open
            .iter()
            .flat_map(|(parent, window)| window.children.iter().map(|child| (*child, *parent)))
            .collect();
        // From the last to the first: children are nodes before their parent takes them.
        for no in self.order.iter().rev() {
            let Some(row) = self.rows.remove(no) else { continue };
            let branch = match self.open.remove(no) {
                Some(window) => {
                    let children =
                        window.children.iter().filter_map(|no| nodes.remove(no)).collect();
                    if window.picked {
                        Branch::Matches { children }
                    } else {
                        let folds = folds.remove(no).unwrap_or_default();
                        Branch::Open { children, from: window.from, folds }
                    }
                }
                None if 0 < row.children => Branch::Closed,
                None => Branch::Leaf,
            };
            let node = Node { session: stalled.view(row, &look.judge), branch };
            if held.contains_key(no) {
                nodes.insert(*no, node);
            } else {
                roots.push(node);
            }
        }
        roots.reverse();
        roots
    }
}

/// Why `row` should be opened.
fn closed_node(row: &SessionRow, look: &Look, stalled: &Stalled) -> Closed {
    use Status::{Idle, Running, Waiting};
    let status = row.status();
    let below = |all: i64, own: bool| i64::from(own) < all;
    let heard = !look.judge.is_silent_below(row.sub_last_position);
    let own_stalled = look.judge.is_stalled(&row.signs());
    let reason = if heard && below(row.subtree.failed, status.is_failed()) {
        Reason::Failed
    } else if heard && below(row.subtree.waiting, status == Waiting) {
        Reason::Waiting
    } else if heard && u64::from(own_stalled) < stalled.in_subtree(row, &look.judge) {
        Reason::Stalled
    } else if heard && below(row.subtree.running, matches!(status, Running | Idle)) {
        Reason::Running
    } else {
        Reason::Calm
    };
    Closed {
        no: row.no,
        root_no: row.root_no,
        depth: row.depth,
        children: usize::try_from(count(row.children)).unwrap_or(usize::MAX),
        reason,
        last_position: row.sub_last_position,
    }
}
