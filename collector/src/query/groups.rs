//! Groups: trees of two or more, by number.

use banyan_protocol::{limits::PAGE_MAX_ROWS, view::SessionView};

use super::{Query, QueryError, session_row, stalled};

/// A tree of two or more sessions.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// In the order in which trees got their second session.
    pub number: u32,
    /// The session at its root.
    pub root: SessionView,
}

impl Query {
    /// Groups by number, behind `after`.
    pub(crate) async fn groups(&self, after: u32, limit: u32) -> Result<Vec<Group>, QueryError> {
        let mut look = self.look().await?;
        let mut query = session_row::select_from(
            "tree_group g join session s on s.no = g.root_no and s.group_no = g.number",
        );
        query.push("where g.merged_into is null and s.known = 1 and g.number > ").push_bind(after);
        query.push(" order by g.number limit ").push_bind(limit.clamp(1, PAGE_MAX_ROWS));
        let rows = session_row::fetch(&mut look.tx, query).await?;
        let roots = stalled::views(&mut look, rows).await?;
        Ok(roots.into_iter().filter_map(|root| Some(Group { number: root.group?, root })).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[tokio::test]
    async fn groups_come_by_number_without_the_merged_ones() {
        let mut fixture = Fixture::new().await;
        for id in ["a", "b", "c"] {
            fixture.session(id, None).await;
        }
        fixture
            .run("insert into tree_group values (1, 3, 9, null), (2, 2, 10, 1), (4, 1, 11, null)")
            .await;
        fixture.run("update session set group_no = 1 where id = 'c'").await;
        fixture.run("update session set group_no = 4 where id = 'a'").await;
        let groups = async |after| {
            let groups = fixture.query.groups(after, 10).await.unwrap();
            groups.into_iter().map(|group| (group.number, group.root.id)).collect::<Vec<_>>()
        };
        assert_eq!(groups(0).await, [(1, "c".to_owned()), (4, "a".to_owned())]);
        assert_eq!(groups(1).await, [(4, "a".to_owned())]);
    }
}
