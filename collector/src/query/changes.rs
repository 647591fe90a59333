//! What changed behind a position: the sessions whose rows are different now, those above them
//! included, because their roll-ups are.

use std::collections::HashMap;

use banyan_protocol::Position;
use sqlx::query_as;

use super::{Query, QueryError, look::Look, row_id};

/// More changed sessions than this are not listed.
pub(crate) const CHANGES_MAX_COUNT: usize = 500;

/// The sessions that changed between two positions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// In the order of their last change.
    pub rows: Vec<Change>,
    /// There are more than are listed.
    pub cut: bool,
    /// The last position that was looked at.
    pub as_of: Position,
}

/// A session whose row is different now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Its row id.
    pub row: String,
    /// The row id of its parent; empty for roots.
    pub parent: String,
    /// The number of its tree's root.
    pub root: i64,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The number of its tree's root.
    pub root: i64,
    /// The last position that changed its row.
    pub changed: Position,
}

impl Query {
    /// The sessions that changed behind `after`, at most [`CHANGES_MAX_COUNT`].
    pub(crate) async fn changes_after(&self, after: Position) -> Result<Changes, QueryError> {
        let mut look = self.look().await?;
        let rows = query_as(
            "select no, parent_no, root_no
             from session
             where sub_last_position > ?1
             order by sub_last_position
             limit ?2",
        )
        .bind(after)
        .bind(limit())
        .fetch_all(&mut *look.tx)
        .await?;
        changes(&mut look, rows).await
    }

    /// The same for the tree that the session `id` belongs to.
    pub(crate) async fn changes_around(
        &self,
        id: &str,
        after: Position,
    ) -> Result<Changes, QueryError> {
        let mut look = self.look().await?;
        let rows = query_as(
            "select no, parent_no, root_no
             from session
             where sub_last_position > ?1
                   and root_no = (select root_no from session where known = 1 and id = ?3)
             order by sub_last_position
             limit ?2",
        )
        .bind(after)
        .bind(limit())
        .bind(id)
        .fetch_all(&mut *look.tx)
        .await?;
        changes(&mut look, rows).await
    }

    /// Where these sessions stand; those that are not known are left out.
    pub(crate) async fn standings(
        &self,
        ids: &[String],
    ) -> Result<HashMap<String, Standing>, QueryError> {
        let rows: Vec<(String, i64, Position)> = query_as(
            "select id, root_no, sub_last_position
             from session
             where known = 1 and id in (select value from json_each(?1))",
        )
        .bind(serde_json::to_string(ids).map_err(QueryError::Row)?)
        .fetch_all(&self.view.readers())
        .await?;
        let standings =
            rows.into_iter().map(|(id, root, changed)| (id, Standing { root, changed }));
        Ok(standings.collect())
    }
}

/// One more than is listed, to know whether there are more.
fn limit() -> u32 {
    u32::try_from(CHANGES_MAX_COUNT).unwrap_or(u32::MAX).saturating_add(1)
}

async fn changes(
    look: &mut Look,
    mut rows: Vec<(i64, Option<i64>, i64)>,
) -> Result<Changes, QueryError> {
    let cut = CHANGES_MAX_COUNT < rows.len();
    rows.truncate(CHANGES_MAX_COUNT);
    let rows = rows.into_iter().map(|(no, parent, root)| Change {
        row: row_id::encode(no),
        parent: parent.map(row_id::encode).unwrap_or_default(),
        root,
    });
    Ok(Changes { rows: rows.collect(), cut, as_of: look.as_of().await? })
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    async fn changed(fixture: &Fixture, after: Position) -> Vec<(String, String)> {
        let changes = fixture.query.changes_after(after).await.unwrap();
        changes.rows.into_iter().map(|change| (change.row, change.parent)).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(row, parent)| ((*row).to_owned(), (*parent).to_owned())).collect()
    }

    #[tokio::test]
    async fn a_change_is_one_of_everybody_above_it() {
        let mut fixture = Fixture::new().await;
        for (id, parent) in [("a", None), ("b", Some("a")), ("c", None)] {
            fixture.session(id, parent).await;
        }
        let mut first = changed(&fixture, 0).await;
        first.sort();
        assert_eq!(first, pairs(&[("1", ""), ("2", "1"), ("3", "")]));
        assert_eq!(changed(&fixture, 3).await, pairs(&[]));
        fixture.run("update session set sub_last_position = 9 where id in ('a', 'b')").await;
        assert_eq!(changed(&fixture, 3).await, pairs(&[("1", ""), ("2", "1")]));
        let tree = |id: &'static str| fixture.query.changes_around(id, 0);
        assert_eq!(tree("b").await.unwrap().rows.len(), 2);
        assert_eq!(tree("c").await.unwrap().rows.len(), 1);
        assert_eq!(tree("nobody").await.unwrap().rows.len(), 0);
        let ids = ["b".to_owned(), "nobody".to_owned()];
        let standings = fixture.query.standings(&ids).await.unwrap();
        assert_eq!(standings.len(), 1);
        assert_eq!(standings["b"], Standing { root: 1, changed: 9 });
    }

    #[tokio::test]
    async fn too_many_changes_are_not_listed() {
        let mut fixture = Fixture::new().await;
        let many = i64::try_from(CHANGES_MAX_COUNT).unwrap();
        fixture.trees(many, 10).await;
        fixture.run("update session set sub_last_position = 5").await;
        assert!(!fixture.query.changes_after(0).await.unwrap().cut);
        fixture.session("one more", None).await;
        fixture.run("update session set sub_last_position = 5").await;
        let changes = fixture.query.changes_after(4).await.unwrap();
        assert!(changes.cut);
        assert_eq!(changes.rows.len(), CHANGES_MAX_COUNT);
    }
}
