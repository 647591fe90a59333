//! `/s/{id}/timeline`: when every session of a tree was active, and what held it up.

use axum::response::Response;
use banyan_dashboard::{
    TimelineInput, TimelinePage, TimelineParams,
    timeline::{self, CriticalPath, Gaps, Layer, TimelineForm},
};
use banyan_protocol::Timestamp;

use super::{asked::Asked, params::PageParams, render};
use crate::{
    http::error::ApiError,
    query::{Scope, TreeRequest},
};

/// A timeline.
pub(in crate::http) async fn show(asked: Asked) -> Result<Response, ApiError> {
    let (_, session) = asked.find().await?;
    let Asked { query, id, params, .. } = &asked;
    let request = TreeRequest { open: params.open(), window: params.window() };
    let params = TimelineParams { at: asked.at(), ..timeline_params(params.clone()) };
    let scope = match params.scope {
        timeline::Scope::Tree => Scope::Tree,
        timeline::Scope::Subtree => Scope::Subtree,
    };
    let (tree, timeline) = query.timeline(id, scope, &request).await?.ok_or(ApiError::NoSession)?;
    let chrome = asked.chrome(tree.as_of);
    let ancestors = query.ancestors(id).await?;
    let input = TimelineInput { session, ancestors, tree, timeline, params };
    render(&TimelinePage::new(chrome, &input))
}

fn timeline_params(params: PageParams) -> TimelineParams {
    let moment = |text: Option<&str>| text.and_then(Timestamp::parse);
    TimelineParams {
        from: moment(params.from.as_deref()),
        to: moment(params.to.as_deref()),
        open: params.open,
        at: None,
        gaps: Gaps::parse(params.gaps.as_deref()),
        path: CriticalPath::parse(params.crit.as_deref()),
        errors: Layer::parse(params.errors.as_deref()),
        waits: Layer::parse(params.waits.as_deref()),
        view: TimelineForm::parse(params.view.as_deref()),
        scope: timeline::Scope::parse(params.only.as_deref()),
    }
}
