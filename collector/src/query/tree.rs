//! A session with its descendants, nested.

use std::collections::HashMap;

use banyan_protocol::{
    limits::TREE_MAX_SESSIONS,
    view::{SessionView, TreeView},
};
use sqlx::{QueryBuilder, Sqlite, query_scalar};

use super::{
    Query, QueryError,
    figures::count,
    look::Look,
    session,
    session_row::{self, SessionRow},
    stalled::Stalled,
};

/// Levels of a nested answer at most: readers of JSON commonly stop at 128 nested values, and a
/// level is two, an object and the array of its children.
pub(crate) const TREE_MAX_LEVELS: u32 = 60;

/// Where a loaded session stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    no: i64,
    parent_no: Option<i64>,
    depth: u32,
    children: i64,
}

impl Query {
    /// A session with its descendants, cut at `depth` levels below it and `limit` sessions in all
    /// (the upper levels win); `None` when there is no such session.
    pub(crate) async fn tree(
        &self,
        id: &str,
        depth: u32,
        limit: u32,
    ) -> Result<Option<TreeView>, QueryError> {
        let depth = depth.min(TREE_MAX_LEVELS);
        let limit = limit.clamp(1, TREE_MAX_SESSIONS);
        let mut look = self.look().await?;
        let Some(top) = session::row(&mut look, id).await? else { return Ok(None) };
        let (no, depth_of_top) = (top.no, top.depth);
        let stalled = Stalled::look(&mut look).await?;
        let judge = look.judge;
        let whole = top.parent_no.is_none() && top.subtree.sessions <= i64::from(limit);
        let top = stalled.view(top, &judge);
        let mut sessions = Vec::new();
        let take = |row: SessionRow| {
            let place = Place::of(&row);
            let mut view = stalled.view(row, &judge);
            view.root_session_id.clone_from(&top.root_session_id);
            view.group = top.group;
            sessions.push((place, view));
        };
        if whole {
            // The whole tree, in one scan.
            let condition = |query: &mut QueryBuilder<Sqlite>| {
                query.push("s.root_no = ").push_bind(no);
                query.push(" and s.depth <= ").push_bind(depth_of_top.saturating_add(depth));
            };
            session_row::each_of_tree(&mut look.tx, condition, take).await?;
        } else {
            let numbers = subtree(&mut look, no, depth, limit).await?;
            let condition = |query: &mut QueryBuilder<Sqlite>| {
                query.push("s.no in (select value from json_each(");
                query.push_bind(numbers.clone()).push("))");
            };
            session_row::each_of_tree(&mut look.tx, condition, take).await?;
        }
        drop(look);
        Ok(assemble((no, top.parent_session_id), sessions))
    }
}

/// The numbers of session `no` and of what is below it, level by level, as a JSON array.
async fn subtree(look: &mut Look, no: i64, depth: u32, limit: u32) -> Result<String, QueryError> {
    let numbers = query_scalar(
        "with recursive
             below(no, level) as (
                 select ?1, 0
                 union all
                 select s.no, below.level + 1
                 from below
                 cross join session s on s.parent_no = below.no
                 where below.level < ?2
                 limit ?3)
         select json_group_array(no)
         from below",
    )
    .bind(no)
    .bind(depth)
    .bind(limit)
    .fetch_one(&mut *look.tx)
    .await?;
    Ok(numbers)
}

/// Nests sessions below `top`, whose parent may be outside, and names their parents. Not by
/// recursion: a chain may be longer than a stack is deep.
fn assemble(
    (top, parent_of_top): (i64, Option<String>),
    sessions: Vec<(Place, SessionView)>,
) -> Option<TreeView> {
    let (places, mut views): (Vec<Place>, Vec<Option<SessionView>>) =
        sessions.into_iter().map(|(place, view)| (place, Some(view))).unzip();
    let mut order: Vec<(usize, &Place)> = places.iter().enumerate().collect();
    order.sort_unstable_by_key(|(_, place)| (place.depth, place.no));
    let mut waiting: HashMap<i64, Vec<TreeView>> = HashMap::new();
    for (at, place) in order.into_iter().rev() {
        let mut children = waiting.remove(&place.no).unwrap_or_default();
        children.reverse();
        let session = views.get_mut(at).and_then(Option::take)?;
        for child in &mut children {
            child.session.parent_session_id = Some(session.id.clone());
        }
        let shown = u64::try_from(children.len()).unwrap_or(u64::MAX);
        let omitted = count(place.children).saturating_sub(shown);
        let mut tree = TreeView { session, children, omitted };
        if place.no == top {
            tree.session.parent_session_id = parent_of_top;
            return Some(tree);
        }
        waiting.entry(place.parent_no?).or_default().push(tree);
    }
    None
}

impl Place {
    fn of(row: &SessionRow) -> Self {
        let SessionRow { no, parent_no, depth, children, .. } = *row;
        Self { no, parent_no, depth, children }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Lookup, fixture::Fixture},
        *,
    };

    /// `a(b(d e) c)`: a tree as one line, `+n` standing for what was left out.
    fn line(tree: &TreeView) -> String {
        let mut parts: Vec<String> = tree.children.iter().map(line).collect();
        if 0 < tree.omitted {
            parts.push(format!("+{}", tree.omitted));
        }
        let id = &tree.session.id;
        if parts.is_empty() { id.clone() } else { format!("{id}({})", parts.join(" ")) }
    }

    async fn check(fixture: &Fixture, id: &str, depth: u32, limit: u32, expected: &str) {
        let tree = fixture.query.tree(id, depth, limit).await.unwrap().unwrap();
        assert_eq!(line(&tree), expected, "{id} {depth} {limit}");
    }

    #[tokio::test]
    async fn a_tree_is_nested_and_says_what_it_left_out() {
        let mut fixture = Fixture::new().await;
        for (id, parent) in
            [("a", None), ("b", Some("a")), ("c", Some("a")), ("d", Some("b")), ("e", Some("b"))]
        {
            fixture.session(id, parent).await;
        }
        fixture.session("other", None).await;
        check(&fixture, "a", 9, 9, "a(b(d e) c)").await;
        check(&fixture, "a", 1, 9, "a(b(+2) c)").await;
        check(&fixture, "a", 0, 9, "a(+2)").await;
        check(&fixture, "a", 9, 4, "a(b(d +1) c)").await;
        check(&fixture, "a", 9, 2, "a(b(+2) +1)").await;
        check(&fixture, "b", 9, 9, "b(d e)").await;
        check(&fixture, "e", 9, 9, "e").await;
        assert!(fixture.query.tree("nobody", 9, 9).await.unwrap().is_none());
    }

    fn sessions<'a>(tree: &'a TreeView, into: &mut Vec<&'a SessionView>) {
        into.push(&tree.session);
        tree.children.iter().for_each(|child| sessions(child, into));
    }

    #[tokio::test]
    async fn each_session_of_a_tree_is_what_it_is_alone() {
        let mut fixture = Fixture::new().await;
        for (id, parent) in [("a", None), ("b", Some("a")), ("c", Some("b")), ("d", Some("b"))] {
            fixture.session(id, parent).await;
        }
        fixture.run("update session set group_no = 3 where id = 'a'").await;
        let orphan = "update session set orphan = 1, claimed_parent_no = 99 where id = 'a'";
        fixture.run(orphan).await;
        for (top, count) in [("a", 4), ("b", 3), ("d", 1)] {
            let tree = fixture.query.tree(top, 9, 9).await.unwrap().unwrap();
            let mut found = Vec::new();
            sessions(&tree, &mut found);
            assert_eq!(found.len(), count);
            for session in found {
                match fixture.query.session(&session.id).await.unwrap() {
                    Lookup::Found(alone) => assert_eq!(*session, alone),
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    #[tokio::test]
    async fn a_parent_that_was_mentioned_after_its_child_still_stands_above_it() {
        let mut fixture = Fixture::new().await;
        fixture.session("root", None).await;
        fixture.session("child", Some("root")).await;
        fixture.session("middle", Some("root")).await;
        fixture.run("update session set parent_no = 3, depth = 2 where id = 'child'").await;
        fixture.roll_up().await;
        check(&fixture, "root", 9, 9, "root(middle(child))").await;
        check(&fixture, "middle", 9, 9, "middle(child)").await;
    }

    #[tokio::test]
    async fn a_chain_of_thousands_is_cut() {
        let mut fixture = Fixture::new().await;
        fixture.chain(10_000).await;
        let tree = fixture.query.tree("s1", u32::MAX, u32::MAX).await.unwrap().unwrap();
        let text = serde_json::to_string(&tree).unwrap();
        assert_eq!(text.matches("\"omitted\":1").count(), 1);
        let levels = usize::try_from(TREE_MAX_LEVELS).unwrap();
        assert_eq!(text.matches("\"children\":[").count(), levels + 1);
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
        let below = fixture.query.tree("s9990", u32::MAX, u32::MAX).await.unwrap().unwrap();
        assert_eq!(serde_json::to_string(&below).unwrap().matches("\"id\"").count(), 11);
        let ancestors = fixture.query.ancestors("s10000").await.unwrap();
        assert_eq!(ancestors.last().unwrap().id, "s9999");
    }
}
