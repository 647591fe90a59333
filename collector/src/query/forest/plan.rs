//! Which branches of a forest are open when nobody said so: trouble first, then the newest.
//!
//! A page has room for [`FOREST_ROWS_MAX`] rows. Nodes are opened in waves, the most troubled
//! ones first; what a wave reveals may be opened by the next. While other trees still wait for
//! their first rows, one tree takes at most [`TREE_ROWS_MAX`] and leaves a quarter of what it
//! may take to the levels below.

use std::{cmp::Reverse, collections::HashMap};

/// Rows of a page, roots included. A row of a busy tree has 11 elements, and browsers stay quick
/// with 2,400 on a page.
pub(super) const FOREST_ROWS_MAX: usize = 200;
/// Rows below one root before the other trees got [`TREE_ROWS_MIN`].
const TREE_ROWS_MAX: usize = 40;
/// Rows below each root that has so many.
const TREE_ROWS_MIN: usize = 3;
/// Nodes at this depth and below are opened for trouble only.
const CALM_DEPTH_MAX: u32 = 2;

/// Why a node is opened, the best reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Something failed below, and something below was heard of within a day.
    Failed,
    /// Somebody below waits.
    Waiting,
    /// Somebody below is stalled.
    Stalled,
    /// Somebody below runs.
    Running,
    /// Nothing special.
    Calm,
}

/// A node on the page that has children.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closed {
    pub no: i64,
    pub root_no: i64,
    pub depth: u32,
    pub children: usize,
    pub reason: Reason,
    /// The last event below.
    pub last_position: i64,
}

/// How far one tree may go before others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fairness {
    /// Every tree gets its first rows.
    Shared,
    /// What is left goes to whoever needs it most.
    Greedy,
}

/// A node to open, and how many of its children are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) struct Opening {
    pub no: i64,
    pub rows: usize,
}

/// What a page holds so far.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Rows shown.
    pub rows: usize,
    /// Rows shown below each root.
    pub below: HashMap<i64, usize>,
}

/// The next nodes to open: all of the best reason that is left, as far as there is room. Opens
/// them in `page`.
pub(super) fn next_wave(page: &mut Page, closed: &[Closed], fairness: Fairness) -> Vec<Opening> {
    let mut nodes: Vec<&Closed> = closed.iter().filter(|node| is_eligible(node)).collect();
    nodes.sort_by_key(|node| (node.reason, Reverse(node.last_position), node.no));
    let mut openings = Vec::new();
    let mut reason = None;
    for node in nodes.iter().copied() {
        if reason.is_some_and(|reason| reason != node.reason) {
            break;
        }
        let rows = room(page, &nodes, node, fairness).min(node.children);
        if rows < node.children.min(TREE_ROWS_MIN) {
            continue;
        }
        reason = Some(node.reason);
        page.rows += rows;
        *page.below.entry(node.root_no).or_default() += rows;
        openings.push(Opening { no: node.no, rows });
    }
    openings
}

fn is_eligible(node: &Closed) -> bool {
    match node.reason {
        Reason::Failed | Reason::Waiting | Reason::Stalled | Reason::Running => true,
        Reason::Calm => node.depth < CALM_DEPTH_MAX,
    }
}

/// Rows that opening `node` may add.
fn room(page: &Page, nodes: &[&Closed], node: &Closed, fairness: Fairness) -> usize {
    let left = FOREST_ROWS_MAX.saturating_sub(page.rows);
    match fairness {
        Fairness::Greedy => left,
        Fairness::Shared => {
            let used = |root| page.below.get(&root).copied().unwrap_or(0);
            let waits = |other: &&&Closed| {
                other.depth == 0 && other.root_no != node.root_no && used(other.root_no) == 0
            };
            let kept: usize =
                nodes.iter().filter(waits).map(|other| other.children.min(TREE_ROWS_MIN)).sum();
            let tree = TREE_ROWS_MAX.saturating_sub(used(node.root_no));
            left.saturating_sub(kept).min(tree - tree / 4)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(no: i64, children: usize, reason: Reason) -> Closed {
        Closed { no, root_no: no, depth: 0, children, reason, last_position: 1_000 - no }
    }

    #[track_caller]
    fn check(rows: usize, closed: &[Closed], fairness: Fairness, expected: &[(i64, usize)]) {
        let mut page = Page { rows, below: HashMap::new() };
        let openings = next_wave(&mut page, closed, fairness);
        let found: Vec<_> = openings.iter().map(|opening| (opening.no, opening.rows)).collect();
        assert_eq!(found, expected);
        assert_eq!(page.rows, rows + found.iter().map(|(_, rows)| rows).sum::<usize>());
    }

    #[test]
    fn a_wave_opens_the_most_troubled_the_newest_first() {
        use Fairness::Shared;
        use Reason::{Calm, Failed, Running, Stalled, Waiting};
        let all = [Calm, Running, Stalled, Waiting, Failed];
        for (at, reason) in all.into_iter().enumerate() {
            let closed: Vec<_> =
                all[..=at].iter().zip(1..).map(|(reason, no)| node(no, 2, *reason)).collect();
            check(9, &closed, Shared, &[(i64::try_from(at).unwrap() + 1, 2)]);
            assert_eq!(closed[at].reason, reason);
        }
        check(2, &[node(2, 1, Calm), node(1, 5, Calm)], Shared, &[(1, 5), (2, 1)]);
        check(0, &[], Shared, &[]);
    }

    #[test]
    fn calm_nodes_are_opened_down_to_the_second_level_only() {
        let deep = |depth, reason| Closed { depth, ..node(5, 1, reason) };
        check(3, &[deep(1, Reason::Calm)], Fairness::Greedy, &[(5, 1)]);
        check(3, &[deep(2, Reason::Calm)], Fairness::Greedy, &[]);
        check(3, &[deep(9, Reason::Running)], Fairness::Greedy, &[(5, 1)]);
    }

    #[test]
    fn one_tree_leaves_rows_to_the_others_and_to_its_own_lower_levels() {
        use Reason::{Calm, Failed};
        let closed = [node(1, 500, Failed), node(2, 9, Calm), node(3, 2, Calm)];
        check(3, &closed, Fairness::Shared, &[(1, 30)]);
        // Of 20 rows left, 3 are kept for the second tree and 2 for the third.
        check(FOREST_ROWS_MAX - 20, &closed, Fairness::Shared, &[(1, 15)]);
        check(FOREST_ROWS_MAX - 20, &closed, Fairness::Greedy, &[(1, 20)]);
        // What is kept for the others is theirs when their turn comes.
        let calm = [node(1, 500, Calm), node(2, 9, Calm), node(3, 2, Calm)];
        check(FOREST_ROWS_MAX - 20, &calm, Fairness::Shared, &[(1, 15), (2, 3), (3, 2)]);
    }

    #[test]
    fn a_window_too_small_to_be_of_use_is_not_opened() {
        use Reason::Calm;
        check(FOREST_ROWS_MAX - 2, &[node(1, 9, Calm)], Fairness::Greedy, &[]);
        check(FOREST_ROWS_MAX - 2, &[node(1, 2, Calm)], Fairness::Greedy, &[(1, 2)]);
        check(FOREST_ROWS_MAX, &[node(1, 1, Calm)], Fairness::Greedy, &[]);
        check(2 * FOREST_ROWS_MAX, &[node(1, 1, Calm)], Fairness::Greedy, &[]);
    }
}
