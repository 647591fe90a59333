//! Pages of sessions: all of them newest first, and the children of one.

use banyan_protocol::{limits::PAGE_MAX_ROWS, view::SessionView};

use super::{
    Query, QueryError, filter,
    look::Look,
    session,
    session_row::{self, SessionRow},
    stalled,
};

/// Which sessions, and how many.
#[derive(Clone, Debug, Default)]
pub(crate) struct SessionsRequest {
    /// At most this many.
    pub limit: u32,
    /// The `next` of the page before.
    pub after: Option<i64>,
    /// Free text and `key:value` terms.
    pub filter: Option<String>,
}

/// A page of sessions.
#[derive(Clone, Debug)]
pub(crate) struct SessionsPage {
    /// The sessions.
    pub sessions: Vec<SessionView>,
    /// Key of the next page.
    pub next: Option<i64>,
    /// The filter's words are said by more events than were looked at: it may have left out
    /// sessions, or left in some.
    pub capped: bool,
}

impl Query {
    /// A page of sessions, newest first. A filter that cannot be read is [`QueryError::Filter`].
    pub(crate) async fn sessions(
        &self,
        request: &SessionsRequest,
    ) -> Result<SessionsPage, QueryError> {
        let limit = request.limit.clamp(1, PAGE_MAX_ROWS);
        let mut look = self.look().await?;
        let mut query = session_row::select();
        query.push("where s.known = 1 and s.no < ").push_bind(request.after.unwrap_or(i64::MAX));
        let mut capped = false;
        if let Some(text) = &request.filter {
            let filter = filter::parse(text)?;
            capped = filter::event::is_cut(&mut look, &filter).await?;
            filter::push(&mut query, &filter, &look.judge);
        }
        query.push(" order by s.no desc limit ").push_bind(limit + 1);
        let rows = session_row::fetch(&mut look.tx, query).await?;
        Ok(SessionsPage { capped, ..page(&mut look, rows, limit).await? })
    }

    /// Direct children by first mention; `None` when there is no such session.
    pub(crate) async fn children(
        &self,
        id: &str,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Option<SessionsPage>, QueryError> {
        let limit = limit.clamp(1, PAGE_MAX_ROWS);
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(None) };
        let mut query = session_row::select();
        query.push("where s.parent_no = ").push_bind(no);
        query.push(" and s.no > ").push_bind(after.unwrap_or(0));
        query.push(" order by s.no limit ").push_bind(limit + 1);
        let rows = session_row::fetch(&mut look.tx, query).await?;
        page(&mut look, rows, limit).await.map(Some)
    }
}

/// The first `limit` of `rows`; what is left over tells that there is another page.
async fn page(
    look: &mut Look,
    mut rows: Vec<SessionRow>,
    limit: u32,
) -> Result<SessionsPage, QueryError> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = limit < rows.len();
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.no);
    Ok(SessionsPage { sessions: stalled::views(look, rows).await?, next, capped: false })
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    fn ids(page: &SessionsPage) -> Vec<&str> {
        page.sessions.iter().map(|session| session.id.as_str()).collect()
    }

    #[tokio::test]
    async fn pages_of_sessions_hold_each_once_newest_first() {
        let mut fixture = Fixture::new().await;
        for id in ["a", "b", "c", "d", "e"] {
            fixture.session(id, None).await;
        }
        fixture.run("update session set known = 0 where id = 'c'").await;
        let mut request = SessionsRequest { limit: 2, ..SessionsRequest::default() };
        let first = fixture.query.sessions(&request).await.unwrap();
        assert_eq!(ids(&first), ["e", "d"]);
        request.after = first.next;
        let second = fixture.query.sessions(&request).await.unwrap();
        assert_eq!((ids(&second), second.next), (vec!["b", "a"], None));
    }

    #[tokio::test]
    async fn children_come_by_first_mention() {
        let mut fixture = Fixture::new().await;
        fixture.session("root", None).await;
        for id in ["c", "a", "b"] {
            fixture.session(id, Some("root")).await;
        }
        fixture.session("grandchild", Some("a")).await;
        let first = fixture.query.children("root", None, 2).await.unwrap().unwrap();
        assert_eq!(ids(&first), ["c", "a"]);
        let second = fixture.query.children("root", first.next, 2).await.unwrap().unwrap();
        assert_eq!((ids(&second), second.next), (vec!["b"], None));
        assert!(fixture.query.children("nobody", None, 2).await.unwrap().is_none());
    }
}
