//! `/s/{id}/tree`: only what is below one session, over the whole width.

use axum::response::Response;
use banyan_dashboard::{SubtreeInput, SubtreePage};

use super::{asked::Asked, render};
use crate::{http::error::ApiError, query::TreeRequest};

/// A subtree's page.
pub(in crate::http) async fn show(asked: Asked) -> Result<Response, ApiError> {
    let (_, session) = asked.find().await?;
    let Asked { query, id, params, .. } = &asked;
    let request = TreeRequest { open: params.open(), window: params.window() };
    let tree = query.subtree(id, &request).await?.ok_or(ApiError::NoSession)?;
    let chrome = asked.chrome(tree.as_of);
    let ancestors = query.ancestors(id).await?;
    let open = params.open.clone();
    let input = SubtreeInput { session, ancestors, tree, open };
    render(&SubtreePage::new(chrome, &input))
}
