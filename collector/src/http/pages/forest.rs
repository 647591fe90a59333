//! `/`: all sessions as a forest.

use axum::response::Response;
use banyan_dashboard::{Chrome, ForestInput, ForestPage};

use super::{Person, chrome, params::PageParams, render};
use crate::{
    http::{Site, error::ApiError},
    query::{ForestRequest, Query},
};

/// For whoever asks for the forest `at` an event.
const NOT_AT: &str = "Sessions are listed as they are now: the whole list as of an event comes \
    with a later version. A single tree can be seen so: open one of its sessions and follow the \
    number in the title bar.";

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
    let notice = params.at.is_some().then_some(NOT_AT);
    let chrome = Chrome { notice, ..chrome(site, person.preferences, Some(forest.as_of)) };
    let input = ForestInput { forest, after: params.after, origin: site.origin().to_owned() };
    render(&ForestPage::new(chrome, &input))
}
