//! `/f/…`: parts of pages for our own scripts, of the same templates as the pages.
//!
//! Unlike a page, a fragment that is asked for wrongly is an error: no reader types its address.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{Html, IntoResponse as _, Response},
};
use banyan_dashboard::{ChildrenFragment, Density, RowsFragment, Template};
use serde::{Deserialize, Serialize};

use super::{Site, error::ApiError, params::Params, then::Then};
use crate::query::{Direction, Neighbours, Query, RowKey, RowNo};

/// Nodes whose children are asked for at once.
const BRANCHES_MAX_COUNT: usize = 60;
/// Rows asked for at once.
const ROWS_MAX_COUNT: usize = 200;
/// The position up to which a fragment goes.
const SEQUENCE: HeaderName = HeaderName::from_static("x-seq");

/// Which children.
#[derive(Debug, Deserialize)]
pub(super) struct ChildrenParams {
    /// `3f.9a:200`: row ids, each with the number of its first child shown if that is not `from`;
    /// `9a~b3`: the siblings that stand in one row, from the first to the last.
    rows: String,
    /// The number of the first child shown.
    #[serde(default)]
    from: u64,
    #[serde(flatten)]
    common: CommonParams,
}

/// Which rows.
#[derive(Debug, Deserialize)]
pub(super) struct RowsParams {
    /// `3f.9a`: row ids; `9a~b3`: the siblings that stand in one row.
    ids: String,
    #[serde(flatten)]
    common: CommonParams,
}

/// What all fragments of trees are asked for.
#[derive(Debug, Deserialize)]
struct CommonParams {
    /// `1`: rows as beside a session.
    compact: Option<String>,
    /// The filter of the page.
    q: Option<String>,
    /// The moment that the page shows, when it looks back.
    at: Option<String>,
}

impl CommonParams {
    fn density(&self) -> Result<Density, ApiError> {
        match self.compact.as_deref() {
            None | Some("" | "0") => Ok(Density::Full),
            Some("1") => Ok(Density::Compact),
            Some(_) => Err(ApiError::Parameter("compact is 0 or 1.")),
        }
    }

    /// What a filter finds is never folded away.
    fn neighbours(&self) -> Neighbours {
        let is_filtered = self.q.as_deref().is_some_and(|q| !q.trim().is_empty());
        if is_filtered { Neighbours::Apart } else { Neighbours::Folded }
    }
}

/// Where the next problem is looked for.
#[derive(Debug, Deserialize)]
pub(super) struct TroubleParams {
    /// The row whose subtree is looked through.
    within: String,
    /// The row behind which it begins.
    after: Option<String>,
    /// The row before which it ends, backwards; empty: at the end.
    before: Option<String>,
    /// The moment that the page shows, when it looks back.
    at: Option<String>,
}

/// The way to a session in trouble.
#[derive(Debug, Serialize)]
struct TroubleAnswer {
    /// The rows to open, each with the start of the window of its children that is needed.
    path: Vec<(String, u64)>,
    /// The session's row; absent: there is none.
    row: Option<String>,
}

/// `GET /f/children`: the children of some rows, a list for each.
pub(super) async fn children(
    State(site): State<Site>,
    State(query): State<Query>,
    Params(params): Params<ChildrenParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let density = params.common.density()?;
    let wanted = list(&params.rows, BRANCHES_MAX_COUNT, |item| {
        let (row, from) = item.split_once(':').unwrap_or((item, ""));
        let from = if from.is_empty() { params.from } else { from.parse().ok()? };
        Some((RowKey::parse(row)?, from, row))
    })
    .ok_or(ApiError::Parameter("rows are 1 to 60 row ids, joined by dots: 3f.9a:200"))?;
    let first = wanted.first().map(|(key, ..)| key.first());
    let then = Then::of_row(&site, &query, (first, params.common.at.as_deref())).await?;
    let mut branches = Vec::new();
    let mut several = Vec::new();
    for (key, from, row) in wanted {
        match key {
            RowKey::One(no) => branches.push((no, from)),
            RowKey::Several(first, last) => {
                several.push((row.to_owned(), then.query.siblings((first, last)).await?));
            }
        }
    }
    let nodes = then.query.branches(&branches, params.common.neighbours()).await?;
    html(&ChildrenFragment::new((&nodes, &several), density, then.sight(&headers)))
}

/// `GET /f/rows`: rows as they are now.
pub(super) async fn rows(
    State(site): State<Site>,
    State(query): State<Query>,
    Params(params): Params<RowsParams>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let density = params.common.density()?;
    let wanted = list(&params.ids, ROWS_MAX_COUNT, RowKey::parse)
        .ok_or(ApiError::Parameter("ids are 1 to 200 row ids, joined by dots: 3f.9a"))?;
    let first = wanted.first().map(|key| key.first());
    let then = Then::of_row(&site, &query, (first, params.common.at.as_deref())).await?;
    let (as_of, rows) = then.query.rows(&wanted).await?;
    let mut response = html(&RowsFragment::new(&rows, density, then.sight(&headers)))?;
    response.headers_mut().insert(SEQUENCE, HeaderValue::from(as_of));
    Ok(response)
}

/// `GET /f/trouble`: the way to the next session in trouble.
pub(super) async fn trouble(
    State(site): State<Site>,
    State(query): State<Query>,
    Params(params): Params<TroubleParams>,
) -> Result<Response, ApiError> {
    const WRONG: ApiError =
        ApiError::Parameter("within is a row id, and so is either after or before.");
    let TroubleParams { within, after, before, at } = params;
    let row = |row: &str| RowNo::parse(row).ok_or(WRONG);
    let direction = match (after.as_deref(), before.as_deref()) {
        (Some(after), None) => Direction::After(row(after)?),
        (None, Some("")) => Direction::Last,
        (None, Some(before)) => Direction::Before(row(before)?),
        (None, None) | (Some(_), Some(_)) => return Err(WRONG),
    };
    let within = row(&within)?;
    let then = Then::of_row(&site, &query, (Some(within), at.as_deref())).await?;
    let found = then.query.trouble(within, direction).await?;
    let answer = match found {
        Some(found) => TroubleAnswer { path: found.path, row: Some(found.row) },
        None => TroubleAnswer { path: Vec::new(), row: None },
    };
    Ok(Json(answer).into_response())
}

/// The items of a list joined by dots; `None` when one is wrong, or there are none or too many.
fn list<'a, T>(
    text: &'a str,
    max_count: usize,
    read: impl Fn(&'a str) -> Option<T>,
) -> Option<Vec<T>> {
    if max_count < text.split('.').count() {
        return None;
    }
    text.split('.').map(read).collect()
}

fn html(fragment: &impl Template) -> Result<Response, ApiError> {
    Ok(Html(fragment.render().map_err(ApiError::Template)?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_whole_or_not_at_all() {
        let read = |text: &str| list(text, 3, |item| item.parse::<u8>().ok());
        assert_eq!(read("1"), Some(vec![1]));
        assert_eq!(read("1.2.3"), Some(vec![1, 2, 3]));
        for text in ["", ".", "1.", "1.2.3.4", "1.x"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
