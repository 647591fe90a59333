//! The way from the root down to a session.

use banyan_protocol::view::SessionView;
use sqlx::query_scalar;

use super::{Query, QueryError, look::Look, session, session_row, stalled};

/// Ancestors given at most: the nearest ones. Deeper chains are for the tree to show.
pub(crate) const ANCESTORS_MAX_COUNT: u32 = 100;

impl Query {
    /// From the root down to the parent of this session; of longer chains only the nearest
    /// [`ANCESTORS_MAX_COUNT`].
    pub(crate) async fn ancestors(&self, id: &str) -> Result<Vec<SessionView>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(Vec::new()) };
        let numbers = path_to(&mut look, no, ANCESTORS_MAX_COUNT + 1).await?;
        let mut rows = session_row::fetch_numbers(&mut look.tx, numbers).await?;
        rows.retain(|row| row.no != no);
        rows.sort_by_key(|row| row.depth);
        stalled::views(&mut look, rows).await
    }
}

/// The session `no` and those above it, the nearest `limit` in all, as a JSON array of numbers.
pub(super) async fn path_to(look: &mut Look, no: i64, limit: u32) -> Result<String, QueryError> {
    let numbers = query_scalar(
        "with recursive
             path(no) as (
                 select ?1
                 union all
                 select s.parent_no
                 from path
                 join session s on s.no = path.no
                 where s.parent_no is not null
                 limit ?2)
         select json_group_array(no)
         from path",
    )
    .bind(no)
    .bind(limit)
    .fetch_one(&mut *look.tx)
    .await?;
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[tokio::test]
    async fn ancestors_come_from_the_root_down() {
        let mut fixture = Fixture::new().await;
        for (id, parent) in [("c", None), ("a", Some("c")), ("b", Some("a")), ("x", Some("c"))] {
            fixture.session(id, parent).await;
        }
        for (id, expected) in [("b", &["c", "a"][..]), ("a", &["c"]), ("c", &[]), ("nobody", &[])] {
            let ancestors = fixture.query.ancestors(id).await.unwrap();
            let ids: Vec<_> = ancestors.iter().map(|session| session.id.as_str()).collect();
            assert_eq!(ids, expected, "{id}");
        }
    }
}
