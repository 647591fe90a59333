//! `/s/{id}` and `/s/{id}/e/{position}`: one session, with its tree, its feed and one event.

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use banyan_dashboard::{SessionInput, SessionPage, SessionParams};
use banyan_protocol::{Position, view::SessionView};

use super::{chrome, params::PageParams, person::preferences, render, subtree, timeline};
use crate::{
    http::{Site, error::ApiError, id::SessionId},
    query::{FeedRequest, Lookup, Query},
};

/// A session's page.
pub(in crate::http) async fn show(
    State(site): State<Site>,
    State(query): State<Query>,
    SessionId(id): SessionId,
    params: PageParams,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    page(&site, &query, (&id, None), params, &headers).await
}

/// The same page with one event in full.
pub(in crate::http) async fn event(
    State(site): State<Site>,
    State(query): State<Query>,
    uri: Uri,
    params: PageParams,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let SessionId(id) = SessionId::in_uri(&uri).ok_or(ApiError::NoSession)?;
    let position = uri.path().rsplit('/').next().and_then(|text| text.parse().ok());
    let position = position.ok_or(ApiError::NoEvent)?;
    page(&site, &query, (&id, Some(position)), params, &headers).await
}

/// Both, for the two ids that browsers take for steps in a path: `/s?id=..&e=17`.
pub(in crate::http) async fn show_by_parameter(
    State(site): State<Site>,
    State(query): State<Query>,
    params: PageParams,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = params.id.clone().ok_or(ApiError::NoSession)?;
    match params.page.as_deref() {
        Some("tree") => return subtree::page(&site, &query, &id, params, &headers).await,
        Some("timeline") => return timeline::page(&site, &query, &id, params, &headers).await,
        Some(_) | None => {}
    }
    let position = match params.e.as_deref().map(str::parse) {
        None => None,
        Some(Ok(position)) => Some(position),
        Some(Err(_)) => return Err(ApiError::NoEvent),
    };
    page(&site, &query, (&id, position), params, &headers).await
}

/// The session `id`, or why there is none.
pub(super) async fn find(query: &Query, id: &str) -> Result<SessionView, ApiError> {
    match query.session(id).await? {
        Lookup::Found(session) => Ok(session),
        Lookup::Deleted => Err(ApiError::SessionDeleted),
        Lookup::Missing => Err(ApiError::NoSession),
    }
}

async fn page(
    site: &Site,
    query: &Query,
    (id, position): (&str, Option<Position>),
    params: PageParams,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let settled = query.settle().await;
    let session = find(query, id).await?;
    let selected = match position {
        Some(position) => Some(query.event(id, position).await?.ok_or(ApiError::NoEvent)?),
        None => None,
    };
    let open = params.open();
    let tree = query.tree_around(id, open.as_deref()).await?.ok_or(ApiError::NoSession)?;
    let feed =
        query.feed(id, &feed_request(&params, position)).await?.ok_or(ApiError::NoSession)?;
    let filter = params.filter();
    let PageParams { open, before, after, .. } = params;
    let input = SessionInput {
        session,
        ancestors: query.ancestors(id).await?,
        tree,
        feed,
        alerts: query.alerts_of(id).await?,
        selected,
        params: SessionParams { filter, before, after, open },
    };
    let chrome = chrome(site, preferences(headers), Some(settled.as_of));
    render(&SessionPage::new(chrome, &input))
}

/// A page that is asked for by key is that page; else the one with the selected event, else the
/// newest.
fn feed_request(params: &PageParams, selected: Option<Position>) -> FeedRequest {
    let filter = params.filter();
    let (before, after) = (params.before.clone(), params.after.clone());
    let by_key = before.is_some() || after.is_some();
    FeedRequest {
        class: filter.class(),
        errors_only: filter == banyan_dashboard::FeedFilter::Errors,
        before,
        after,
        around: selected.filter(|_| !by_key),
    }
}
