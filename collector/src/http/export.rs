//! `GET /sessions/{id}/export`: the session's events as received, one a line.

use std::{fmt::Write as _, io};

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
    let disposition = format!("attachment; filename=\"{}\"", file_name(&id));
    let pages = stream::try_unfold(Some(Export { query, id, after: None }), |export| async {
        match export {
            Some(export) => export.page().await.map_err(io::Error::other),
            None => Ok(None),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from_stream(pages)).into_response())
}

/// A reader in the middle of an export.
struct Export {
    query: Query,
    id: String,
    after: Option<(i64, i64)>,
}

impl Export {
    /// The next page and the reader behind it; `None` at the end.
    async fn page(self) -> Result<Option<(Bytes, Option<Self>)>, QueryError> {
        let (events, next) = self.query.raw_of(&self.id, self.after).await?;
        if events.is_empty() {
            return Ok(None);
        }
        let mut lines = String::with_capacity(events.iter().map(|event| event.len() + 1).sum());
        for event in events {
            // Outside of strings JSON may hold line breaks, inside it cannot.
            lines.extend(event.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }));
            lines.push('\n');
        }
        let rest = next.map(|after| Self { after: Some(after), ..self });
        Ok(Some((lines.into(), rest)))
    }
}

/// A name that every file system takes and that no header can be broken with.
fn file_name(id: &str) -> String {
    let mut name: String = id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
        .take(100)
        .collect();
    if name.starts_with('.') {
        name.insert(0, '_');
    }
    write!(name, ".ndjson").ok();
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
            assert_eq!(file_name(id), name);
        }
    }
}
