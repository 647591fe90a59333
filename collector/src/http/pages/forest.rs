//! `/`: all sessions as a forest.

use axum::response::Response;
use banyan_dashboard::{Chrome, ForestInput, ForestOrder, ForestPage, ForestQuery};
use banyan_protocol::view::{ForestView, Misread};

use super::{Person, chrome, params::PageParams, render};
use crate::{
    http::{Site, error::ApiError},
    query::{ForestRequest, ForestSort, Query, QueryError, filter_keys, misread},
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
    let order = ForestOrder::parse(params.sort.as_deref());
    let request = ForestRequest {
        open: params.open(),
        window: params.window(),
        after: params.after.clone(),
        sort: sort(order),
    };
    let q = params.q.unwrap_or_default();
    let (forest, misread) = find(query, &q, &request).await?;
    let notice = params.at.is_some().then_some(NOT_AT);
    let chrome = Chrome { notice, ..chrome(site, person.preferences, Some(forest.as_of)) };
    let views = person.views.clone();
    let asked = ForestQuery { q, order, keys: filter_keys().collect(), views, misread };
    let origin = site.origin().to_owned();
    let input = ForestInput { forest, after: params.after, query: asked, origin };
    render(&ForestPage::new(chrome, &input))
}

/// What a filter finds; all, with an explanation, where it cannot be understood.
async fn find(
    query: &Query,
    text: &str,
    request: &ForestRequest,
) -> Result<(ForestView, Option<Misread>), ApiError> {
    if text.trim().is_empty() {
        return Ok((query.forest(request).await?, None));
    }
    match query.forest_of(text, request).await {
        Ok(forest) => Ok((forest, None)),
        Err(QueryError::Filter(error)) => {
            let misread = misread(text, &error);
            Ok((query.forest(request).await?, Some(misread)))
        }
        Err(error) => Err(error.into()),
    }
}

const fn sort(order: ForestOrder) -> ForestSort {
    match order {
        ForestOrder::Last => ForestSort::Last,
        ForestOrder::First => ForestSort::First,
        ForestOrder::Cost => ForestSort::Cost,
        ForestOrder::Tokens => ForestSort::Tokens,
        ForestOrder::Duration => ForestSort::Duration,
    }
}
