//! `GET /sessions/{id}/export`: the session's events as received, one a line.

use std::{collections::VecDeque, fmt::Write as _, io};

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use banyan_protocol::view::ErrorView;
use bytes::Bytes;
use futures_util::stream;

use super::{error::ApiError, id::SessionId, session::find};
use crate::query::{Query, QueryError};

/// Events are sent in pieces of at least this size, so that small sessions share one.
const PAGE_MIN_BYTES: usize = 64 * 1024;

/// The session's events as received, by sequence.
#[utoipa::path(
    get, path = "/sessions/{id}/export", tag = "sessions",
    params(("id" = String, Path, description = "The session's id, percent-encoded")),
    responses(
        (status = 200, body = String, content_type = "application/x-ndjson"),
        (status = 404, body = ErrorView, description = "Never heard of it, or it was deleted"),
    )
)]
pub(super) async fn get(
    State(query): State<Query>,
    SessionId(id): SessionId,
) -> Result<Response, ApiError> {
    find(&query, &id).await?;
    let query = query.held();
    let session = query.session_number(&id).await?;
    let name = file_name(&id, "ndjson");
    Ok(lines(query, session.into_iter().collect(), &name))
}

/// The events of sessions as received, one a line, session by session, as a file called `name`.
/// `query` is held, so that their numbers go on meaning them.
pub(super) fn lines(query: Query, sessions: Vec<i64>, name: &str) -> Response {
    let export = Export { query, sessions: sessions.into(), after: None };
    let pages = stream::try_unfold(export, |export| async {
        export.page().await.map_err(io::Error::other)
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (header::CONTENT_DISPOSITION, attachment(name)),
    ];
    (headers, Body::from_stream(pages)).into_response()
}

/// Tells browsers to save an answer as a file called `name`, and to do nothing else with it.
pub(super) fn attachment(name: &str) -> String {
    format!("attachment; filename=\"{name}\"")
}

/// A reader in the middle of an export.
struct Export {
    query: Query,
    /// The sessions that are left, the current one first.
    sessions: VecDeque<i64>,
    /// How far the current one is written.
    after: Option<(i64, i64)>,
}

impl Export {
    /// The next lines and the reader behind them; `None` at the end.
    async fn page(mut self) -> Result<Option<(Bytes, Self)>, QueryError> {
        let mut lines = String::new();
        let _turn = self.query.turn().await;
        while lines.len() < PAGE_MIN_BYTES
            && let Some(&session) = self.sessions.front()
        {
            let (events, next) = self.query.raw_of(session, self.after).await?;
            for event in &events {
                push_line(&mut lines, event);
            }
            self.after = next;
            if next.is_none() {
                self.sessions.pop_front();
            }
        }
        Ok((!lines.is_empty()).then(|| (lines.into(), self)))
    }
}

/// Outside of strings JSON may hold line breaks, inside it cannot.
fn push_line(lines: &mut String, event: &str) {
    lines.extend(event.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
    lines.push('\n');
}

/// A name that every file system takes and that no header can be broken with.
pub(super) fn file_name(id: &str, kind: &str) -> String {
    let mut name: String = id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
        .take(100)
        .collect();
    if name.starts_with('.') {
        name.insert(0, '_');
    }
    write!(name, ".{kind}").ok();
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_harmless() {
        for (id, name) in [
            ("abc-1", "abc-1.ndjson"),
            ("../../etc/passwd", "_.._.._etc_passwd.ndjson"),
            ("a\"b\r\nc", "a_b__c.ndjson"),
            ("🦀", "_.ndjson"),
        ] {
            assert_eq!(file_name(id, "ndjson"), name);
        }
    }

    #[test]
    fn a_pretty_printed_event_becomes_one_line() {
        let mut lines = String::new();
        push_line(&mut lines, "{\r\n  \"a\": [\n    1\n  ]\r}");
        push_line(&mut lines, r#"{"b":"\n"}"#);
        assert_eq!(lines, "{    \"a\": [     1   ] }\n{\"b\":\"\\n\"}\n");
    }
}
