//! `/`: all sessions as a forest.

use axum::response::Response;
use banyan_dashboard::{ForestInput, ForestPage};

use super::{Person, chrome, params::PageParams, render};
use crate::{
    http::{Site, error::ApiError},
    query::{ForestRequest, Query},
};

/// The sessions page.
pub(in crate::http) async fn show(
    site: &Site,
    query: &Query,
    person: &Person,
    params: PageParams,
) -> Result<Response, ApiError> {
    query.settle().await;
    let (open, window) = (params.open(), params.window());
    let request = ForestRequest { after: params.after.clone(), open, window };
    let forest = query.forest(&request).await?;
    let chrome = chrome(site, person.preferences, Some(forest.as_of));
    let input = ForestInput { forest, after: params.after, origin: site.origin().to_owned() };
    render(&ForestPage::new(chrome, &input))
}
