//! How far the transcripts of a session were taken in.

use banyan_protocol::{
    Timestamp,
    view::{HooksState, ImportedAnswer, ImportedFile},
};
use sqlx::query_as;

use super::{Query, QueryError, figures::count};

#[derive(Debug, sqlx::FromRow)]
struct Row {
    agent_id: String,
    lines: i64,
    open: bool,
    hooked: bool,
    hooked_until: Option<i64>,
}

impl Query {
    /// How far the transcripts of the session `id` were taken in, whether it is known or not.
    pub(crate) async fn imported(&self, id: &str) -> Result<ImportedAnswer, QueryError> {
        let rows: Vec<Row> = query_as(
            "select agent_id, lines, open, hooked, hooked_until
             from transcript
             where session_id = ?
             order by agent_id",
        )
        .bind(id)
        .fetch_all(&self.view.readers())
        .await?;
        let own = rows.iter().find(|row| row.agent_id.is_empty());
        let until = own.and_then(|row| row.hooked_until).map(Timestamp::from_micros);
        let hooks = match (own.is_some_and(|row| row.hooked), until) {
            (false, _) => HooksState::Never,
            (true, None) => HooksState::Telling,
            (true, Some(_)) => HooksState::Told,
        };
        let files = rows.into_iter().filter(|row| 0 < row.lines).map(|row| ImportedFile {
            lines: count(row.lines),
            agent_id: Some(row.agent_id).filter(|id| !id.is_empty()),
            open: row.open,
        });
        Ok(ImportedAnswer {
            session_id: id.to_owned(),
            hooks,
            hooks_until: until,
            files: files.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    #[tokio::test]
    async fn an_import_goes_on_where_the_last_one_ended() {
        let mut fixture = Fixture::new().await;
        fixture
            .run(
                "insert into transcript values
                     ('a', '', 7, 1, 0, null), ('a', 'b', 3, 0, 0, null),
                     ('h', '', 0, 0, 1, null), ('t', '', 2, 0, 1, 5000000)",
            )
            .await;
        let file = |agent: Option<&str>, lines, open| ImportedFile {
            agent_id: agent.map(str::to_owned),
            lines,
            open,
        };
        let second = Timestamp::from_micros(5_000_000);
        for (id, hooks, hooks_until, files) in [
            ("nobody", HooksState::Never, None, vec![]),
            ("a", HooksState::Never, None, vec![file(None, 7, true), file(Some("b"), 3, false)]),
            ("h", HooksState::Telling, None, vec![]),
            ("t", HooksState::Told, Some(second), vec![file(None, 2, false)]),
        ] {
            let expected = ImportedAnswer { session_id: id.to_owned(), hooks, hooks_until, files };
            assert_eq!(fixture.query.imported(id).await.unwrap(), expected);
        }
    }
}
