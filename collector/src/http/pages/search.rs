//! `/search`: events and sessions by a query.

use axum::{extract::State, http::HeaderMap, response::Response};
use banyan_dashboard::{SearchInput, SearchOutcome, SearchPage, SearchScope as Scope};

use super::{
    chrome,
    params::PageParams,
    person::{preferences, views},
    render,
};
use crate::{
    http::{Site, error::ApiError},
    query::{Query, QueryError, SearchRequest, SearchScope, filter_keys, misread},
};

/// The search page. A query that cannot be understood is explained beside it.
pub(in crate::http) async fn show(
    State(site): State<Site>,
    State(query): State<Query>,
    params: PageParams,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = Scope::parse(params.scope.as_deref());
    let text = params.q.unwrap_or_default();
    let request = SearchRequest {
        scope: match scope {
            Scope::Events => SearchScope::Events,
            Scope::Sessions => SearchScope::Sessions,
        },
        after: params.after,
        before: params.before,
        text,
    };
    let (outcome, as_of) = outcome(&query, &request).await?;
    let chrome = chrome(&site, preferences(&headers), as_of);
    let keys = filter_keys().collect();
    let views = views(&headers);
    let input = SearchInput { q: request.text, scope, keys, outcome, views };
    render(&SearchPage::new(chrome, &input))
}

async fn outcome(
    query: &Query,
    request: &SearchRequest,
) -> Result<(SearchOutcome, Option<i64>), ApiError> {
    if request.text.trim().is_empty() {
        return Ok((SearchOutcome::Blank, None));
    }
    query.settle().await;
    match query.search(request).await {
        Ok(view) => {
            let as_of = view.as_of;
            Ok((SearchOutcome::Found(Box::new(view)), Some(as_of)))
        }
        Err(QueryError::Filter(error)) => {
            Ok((SearchOutcome::Misread(misread(&request.text, &error)), None))
        }
        Err(error) => Err(error.into()),
    }
}
