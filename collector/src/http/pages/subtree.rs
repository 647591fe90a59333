//! `/s/{id}/tree`: only what is below one session, over the whole width.

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use banyan_dashboard::{SubtreeInput, SubtreePage};

use super::{chrome, params::PageParams, person::preferences, render, session::find};
use crate::{
    http::{Site, error::ApiError, id::SessionId},
    query::{Query, TreeRequest},
};

/// A subtree's page.
pub(in crate::http) async fn show(
    State(site): State<Site>,
    State(query): State<Query>,
    uri: Uri,
    params: PageParams,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let SessionId(id) = SessionId::in_uri(&uri).ok_or(ApiError::NoSession)?;
    page(&site, &query, &id, params, &headers).await
}

pub(super) async fn page(
    site: &Site,
    query: &Query,
    id: &str,
    params: PageParams,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    query.settle().await;
    let session = find(query, id).await?;
    let request = TreeRequest { open: params.open(), window: params.window() };
    let tree = query.subtree(id, &request).await?.ok_or(ApiError::NoSession)?;
    let chrome = chrome(site, preferences(headers), Some(tree.as_of));
    let ancestors = query.ancestors(id).await?;
    let input = SubtreeInput { session, ancestors, tree, open: params.open, at: None };
    render(&SubtreePage::new(chrome, &input))
}
