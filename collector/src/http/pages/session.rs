//! `/s/{id}` and `/s/{id}/e/{key}`: one session, with its tree, its feed and one event.

use axum::{http::Uri, response::Response};
use banyan_dashboard::{FeedFilter, SessionInput, SessionPage, SessionParams};
use banyan_protocol::EventKey;

use super::{asked::Asked, export, params::PageParams, render, subtree, timeline};
use crate::{http::error::ApiError, query::FeedRequest};

/// A session's page.
pub(in crate::http) async fn show(asked: Asked) -> Result<Response, ApiError> {
    page(asked, None).await
}

/// The same page with one event in full.
pub(in crate::http) async fn event(uri: Uri, asked: Asked) -> Result<Response, ApiError> {
    let event = uri.path().rsplit('/').next().and_then(|text| text.parse().ok());
    page(asked, Some(event.ok_or(ApiError::NoEvent)?)).await
}

/// Every page of a session, for the two ids that browsers take for steps in a path:
/// `/s?id=..&e=17`.
pub(in crate::http) async fn show_by_parameter(asked: Asked) -> Result<Response, ApiError> {
    match asked.params.page.as_deref() {
        Some("tree") => return subtree::show(asked).await,
        Some("timeline") => return timeline::show(asked).await,
        Some("export.jsonl") => return export::jsonl(asked).await,
        Some("export.html") => return export::html(asked).await,
        Some(_) | None => {}
    }
    let event = asked.params.e.as_deref().map(str::parse).transpose();
    page(asked, event.map_err(|_unreadable| ApiError::NoEvent)?).await
}

async fn page(asked: Asked, event: Option<EventKey>) -> Result<Response, ApiError> {
    let (settled, session) = asked.find().await?;
    let chrome = asked.chrome(settled.as_of);
    let Asked { query, id, params, .. } = asked;
    let selected = match event {
        Some(event) => Some(query.event(&id, event).await?.ok_or(ApiError::NoEvent)?),
        None => None,
    };
    let open = params.open();
    let feed = query.feed(&id, &feed_request(&params, event)).await?.ok_or(ApiError::NoSession)?;
    let rows = SessionPage::tree_rows(&feed);
    let tree = query.tree_around(&id, open.as_deref(), rows).await?.ok_or(ApiError::NoSession)?;
    let filter = params.filter();
    let PageParams { open, before, after, .. } = params;
    let input = SessionInput {
        session,
        ancestors: query.ancestors(&id).await?,
        tree,
        feed,
        alerts: query.alerts_of(&id).await?,
        cast: query.cast(&id).await?,
        selected,
        params: SessionParams { filter, before, after, open },
    };
    render(&SessionPage::new(chrome, &input))
}

/// A page that is asked for by key is that page; else the one with the selected event, else the
/// newest.
fn feed_request(params: &PageParams, selected: Option<EventKey>) -> FeedRequest {
    let (before, after) = (params.before.clone(), params.after.clone());
    let by_key = before.is_some() || after.is_some();
    let around = selected.filter(|_| !by_key);
    FeedRequest { before, after, around, ..feed_of(params.filter()) }
}

/// The newest page of a feed that shows what `filter` lets through.
pub(in crate::http) fn feed_of(filter: FeedFilter) -> FeedRequest {
    let errors_only = filter == FeedFilter::Errors;
    FeedRequest { class: filter.class(), errors_only, ..FeedRequest::default() }
}
