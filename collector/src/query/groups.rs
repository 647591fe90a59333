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
        let mut query = session_row::select();
        query.push("where s.known = 1 and s.group_no > ").push_bind(after);
        query.push(" order by s.group_no limit ").push_bind(limit.clamp(1, PAGE_MAX_ROWS));
        let rows = session_row::fetch(&mut look.tx, query).await?;
        let roots = stalled::views(&mut look, rows).await?;
        Ok(roots.into_iter().filter_map(|root| Some(Group { number: root.group?, root })).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[tokio::test]
    async fn groups_come_by_number() {
        let mut fixture = Fixture::new().await;
        for id in ["a", "b", "c"] {
            fixture.session(id, None).await;
        }
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
