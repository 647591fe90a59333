//! `GET /search.csv` and `GET /search.jsonl`: everything that a query finds, as a file, however
//! much that is. Sent while it is read, so that neither side has to hold it.

#![expect(unused_qualifications, reason = "written by the macro that describes the routes")]

mod csv;
mod columns;

use std::io;

use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use banyan_protocol::view::ErrorView;
use bytes::Bytes;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::{
    error::ApiError,
    export::attachment,
    params::{AS_OF, Params, as_of},
};
use crate::query::{Every, Query, QueryError, SearchScope, Settled};

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Free text and `key:value` terms; everything when empty.
    #[serde(default)]
    q: String,
    /// `events` or `sessions`
    #[serde(default, rename = "in")]
    #[param(default = "events")]
    scope: Option<String>,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

/// Everything that a query finds, newest first, as a table (RFC 4180).
#[utoipa::path(
    get, path = "/search.csv", tag = "sessions", params(Asked),
    responses(
        (status = 200, body = String, content_type = "text/csv", description = "The first line names the columns. A cell that a spreadsheet would take for a formula begins with an apostrophe"),
        (status = 400, body = ErrorView, description = "The query cannot be understood"),
    )
)]
pub(super) async fn csv(
    State(query): State<Query>,
    Params(asked): Params<Asked>,
) -> Result<Response, ApiError> {
    file(query, asked, Format::Csv).await
}

/// Everything that a query finds, newest first, one JSON object a line.
#[utoipa::path(
    get, path = "/search.jsonl", tag = "sessions", params(Asked),
    responses(
        (status = 200, body = String, content_type = "application/x-ndjson", description = "Events as in `/sessions/{id}`, sessions as in `/sessions`"),
        (status = 400, body = ErrorView, description = "The query cannot be understood"),
    )
)]
pub(super) async fn jsonl(
    State(query): State<Query>,
    Params(asked): Params<Asked>,
) -> Result<Response, ApiError> {
    file(query, asked, Format::Json).await
}

async fn file(query: Query, asked: Asked, format: Format) -> Result<Response, ApiError> {
    let scope = match asked.scope.as_deref() {
        None | Some("" | "events") => SearchScope::Events,
        Some("sessions") => SearchScope::Sessions,
        Some(_) => return Err(ApiError::Parameter("in is events or sessions.")),
    };
    let settled = query.settle().await;
    let query = query.held();
    let turn = query.turn().await;
    let every = query.every((&asked.q, scope), settled.as_of).await?;
    drop(turn);
    let complete = settled.complete && settled.as_of == every.as_of();
    let settled = Settled { as_of: every.as_of(), complete };
    let head = match (format, scope) {
        (Format::Json, _) => String::new(),
        (Format::Csv, SearchScope::Events) => csv::line(&columns::EVENT),
        (Format::Csv, SearchScope::Sessions) => csv::line(&columns::SESSION),
    };
    let reader = Reader { query, every, scope, format, head };
    let pages = stream::try_unfold(reader, |reader| async {
        reader.page().await.map_err(io::Error::other)
    });
    let (content_type, kind) = match format {
        Format::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
        Format::Json => ("application/x-ndjson", "jsonl"),
    };
    let what = match scope {
        SearchScope::Events => "events",
        SearchScope::Sessions => "sessions",
    };
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_DISPOSITION, attachment(&format!("banyan-{what}.{kind}"))),
    ];
    Ok((headers, [(AS_OF, as_of(settled))], Body::from_stream(pages)).into_response())
}

/// A reader in the middle of a file.
struct Reader {
    query: Query,
    every: Every,
    scope: SearchScope,
    format: Format,
    /// What stands before the first line, until it is sent.
    head: String,
}

impl Reader {
    /// The next lines and the reader behind them; `None` at the end.
    async fn page(mut self) -> Result<Option<(Bytes, Self)>, QueryError> {
        let mut lines = std::mem::take(&mut self.head);
        let _turn = self.query.turn().await;
        match self.scope {
            SearchScope::Events => {
                for event in self.query.every_event(&mut self.every).await? {
                    match self.format {
                        Format::Csv => lines.push_str(&columns::event(&event)),
                        Format::Json => push_json(&mut lines, &event.event)?,
                    }
                }
            }
            SearchScope::Sessions => {
                for session in self.query.every_session(&mut self.every).await? {
                    match self.format {
                        Format::Csv => lines.push_str(&columns::session(&session)),
                        Format::Json => push_json(&mut lines, &session)?,
                    }
                }
            }
        }
        Ok((!lines.is_empty()).then(|| (lines.into(), self)))
    }
}

/// Raw values keep the line breaks with which they came; inside strings JSON has none.
fn push_json(lines: &mut String, value: &impl Serialize) -> Result<(), QueryError> {
    let json = serde_json::to_string(value).map_err(QueryError::Row)?;
    lines.push_str(&json.replace(['\n', '\r'], " "));
    lines.push('\n');
    Ok(())
}
