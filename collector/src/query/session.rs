//! One session, by its id.

use banyan_protocol::view::SessionView;
use sqlx::query_as;

use super::{
    Query, QueryError,
    look::Look,
    session_row::{self, SessionRow},
    stalled,
};

/// What a session id stands for.
#[derive(Clone, Debug)]
pub(crate) enum Lookup<T> {
    /// It is there.
    Found(T),
    /// It was deleted.
    Deleted,
    /// Never heard of.
    Missing,
}

impl Query {
    /// One session.
    pub(crate) async fn session(&self, id: &str) -> Result<Lookup<SessionView>, QueryError> {
        let mut look = self.look().await?;
        let Some(row) = row(&mut look, id).await? else {
            return Ok(if was_deleted(&mut look, id).await? {
                Lookup::Deleted
            } else {
                Lookup::Missing
            });
        };
        let views = stalled::views(&mut look, vec![row]).await?;
        Ok(views.into_iter().next().map_or(Lookup::Missing, Lookup::Found))
    }
}

/// The row of the session `id`, when it is known.
pub(super) async fn row(look: &mut Look, id: &str) -> Result<Option<SessionRow>, QueryError> {
    let mut query = session_row::select();
    query.push("where s.known = 1 and s.id = ").push_bind(id);
    Ok(session_row::fetch(&mut look.tx, query).await?.pop())
}

/// The number of the session `id` and of its events, when it is known.
pub(super) async fn number(look: &mut Look, id: &str) -> Result<Option<(i64, i64)>, QueryError> {
    let found = query_as(
        "select no, own_events
         from session
         where known = 1 and id = ?",
    )
    .bind(id)
    .fetch_optional(&mut *look.tx)
    .await?;
    Ok(found)
}

async fn was_deleted(look: &mut Look, id: &str) -> Result<bool, QueryError> {
    let found: Option<(i64,)> = query_as(
        "select deleted
         from session
         where deleted = 1 and id = ?",
    )
    .bind(id)
    .fetch_optional(&mut *look.tx)
    .await?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use banyan_protocol::view::{Exactness, Status};

    use super::{super::fixture::Fixture, *};

    #[track_caller]
    fn found(lookup: Lookup<SessionView>) -> SessionView {
        match lookup {
            Lookup::Found(session) => session,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_session_knows_its_place_and_its_figures() {
        let mut fixture = Fixture::new().await;
        fixture.session("root", None).await;
        fixture
            .session_with("child", Some("root"), |draft| {
                draft.status = Status::Failed;
                draft.tokens = Some(70);
            })
            .await;
        fixture.session("leaf \u{1f333}/%2F\u{0}\"'", Some("child")).await;
        fixture.run("update session set group_no = 3 where id = 'root'").await;

        let child = found(fixture.query.session("child").await.unwrap());
        assert_eq!(child.parent_session_id.as_deref(), Some("root"));
        assert_eq!((child.root_session_id.as_str(), child.depth), ("root", 1));
        assert_eq!((child.group, child.children, child.row.as_str()), (Some(3), 1, "2"));
        assert_eq!((child.own.sessions, child.own.failed, child.own.running), (1, 1, 0));
        assert_eq!((child.subtree.sessions, child.subtree.running), (2, 1));
        assert_eq!(child.own.total.tokens, Some(70));
        assert_eq!(child.own.total.tokens_exactness, Exactness::Exact);
        assert_eq!(child.subtree.total.tokens_exactness, Exactness::Growing);
        assert_eq!(child.own.total.cost_exactness, Exactness::Floor);
        assert!(!child.placeholder);

        let leaf = found(fixture.query.session("leaf \u{1f333}/%2F\u{0}\"'").await.unwrap());
        assert_eq!(leaf.id, "leaf \u{1f333}/%2F\u{0}\"'");
        assert_eq!(leaf.parent_session_id.as_deref(), Some("child"));
        assert_eq!((leaf.root_session_id.as_str(), leaf.group), ("root", Some(3)));
    }

    #[tokio::test]
    async fn an_orphan_names_the_parent_that_is_not_there() {
        let mut fixture = Fixture::new().await;
        fixture.session("ghost", None).await;
        fixture.session("orphan", None).await;
        fixture.run("update session set known = 0 where id = 'ghost'").await;
        fixture
            .run("update session set orphan = 1, claimed_parent_no = 1 where id = 'orphan'")
            .await;
        let orphan = found(fixture.query.session("orphan").await.unwrap());
        assert!(orphan.orphan);
        assert_eq!(orphan.parent_session_id.as_deref(), Some("ghost"));
        assert!(matches!(fixture.query.session("ghost").await.unwrap(), Lookup::Missing));
    }

    #[tokio::test]
    async fn the_deleted_differ_from_the_never_heard_of() {
        let mut fixture = Fixture::new().await;
        fixture.session("gone", None).await;
        fixture.run("update session set known = 0, deleted = 1").await;
        assert!(matches!(fixture.query.session("gone").await.unwrap(), Lookup::Deleted));
        assert!(matches!(fixture.query.session("other").await.unwrap(), Lookup::Missing));
    }
}
