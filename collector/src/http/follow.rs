//! Fragments for pages that are open: rows of a feed, one event in full, and for pages that must
//! ask instead of being told, what changed.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use banyan_dashboard::{FreshRows, InspectorPart, Template, live::LiveText};
use banyan_protocol::Position;
use serde::{Deserialize, Serialize};

use super::{
    Site,
    error::ApiError,
    live,
    pages::{feed_of, filter},
    params::Params,
    session::{Found, find},
    then::Then,
};
use crate::query::{Changes, FreshRequest, Query, Skip};

/// How far the answer goes.
const SEQ: HeaderName = HeaderName::from_static("x-seq");
/// How many events more there are.
const SKIPPED: HeaderName = HeaderName::from_static("x-skipped");

/// Rows of which feed.
#[derive(Debug, Deserialize)]
pub(super) struct Rows {
    /// The session.
    s: String,
    /// Behind this position.
    after: Position,
    /// Up to this one.
    until: Option<Position>,
    /// The filter.
    k: Option<String>,
    /// The moment that the page shows, when it looks back.
    at: Option<String>,
}

/// `GET /f/events`: the rows that events behind a position made or changed.
pub(super) async fn events(
    State(site): State<Site>,
    State(query): State<Query>,
    Params(Rows { s, after, until, k, at }): Params<Rows>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let then = Then::of_session(&site, &query, (&s, at.as_deref())).await?;
    let Found { session, .. } = find(&then.query, &s).await?;
    let filter = filter(k.as_deref());
    let stretch = FreshRequest {
        after: after.max(0),
        until: until.unwrap_or(Position::MAX),
        skip: Skip::Newest,
    };
    let fresh = then.query.fresh_feed(&s, &feed_of(filter), stretch).await?;
    let fresh = fresh.ok_or(ApiError::NoSession)?;
    let sight = then.sight(&headers);
    let mut headers = HeaderMap::from_iter([(SEQ, HeaderValue::from(fresh.up_to))]);
    if let Some(skipped) = fresh.skipped {
        headers.insert(SKIPPED, HeaderValue::from(skipped.events));
    }
    let html = fragment(&FreshRows::new(&fresh, &session, filter, sight))?;
    Ok((headers, html).into_response())
}

/// Which session an event belongs to, and what its links keep.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    /// The session.
    s: String,
    /// The filter of its feed.
    k: Option<String>,
    /// Open branches of the tree beside it.
    open: Option<String>,
    /// The moment that the page shows, when it looks back.
    at: Option<String>,
}

/// `GET /f/event/{key}`: one event in full.
pub(super) async fn event(
    State(site): State<Site>,
    State(query): State<Query>,
    Path(key): Path<String>,
    Params(Event { s, k, open, at }): Params<Event>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let key = key.parse().map_err(|_no_key| ApiError::NoEvent)?;
    let then = Then::of_session(&site, &query, (&s, at.as_deref())).await?;
    let Found { session, .. } = find(&then.query, &s).await?;
    let event = then.query.event(&s, key).await?.ok_or(ApiError::NoEvent)?;
    let links = (filter(k.as_deref()), open);
    Ok(fragment(&InspectorPart::new(&event, &session, links, then.sight(&headers)))?
        .into_response())
}

/// `GET /f/payload/{key}`: the payload of an event, whole, as text.
pub(super) async fn payload(
    State(site): State<Site>,
    State(query): State<Query>,
    Path(key): Path<String>,
    Params(Event { s, at, .. }): Params<Event>,
) -> Result<Response, ApiError> {
    let key = key.parse().map_err(|_no_key| ApiError::NoEvent)?;
    let then = Then::of_session(&site, &query, (&s, at.as_deref())).await?;
    find(&then.query, &s).await?;
    let payload = then.query.whole_payload(&s, key).await?.ok_or(ApiError::NoEvent)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], payload).into_response())
}

fn fragment(part: &impl Template) -> Result<Html<String>, ApiError> {
    Ok(Html(part.render().map_err(ApiError::Template)?))
}

/// Since when, and which page asks.
#[derive(Debug, Deserialize)]
pub(super) struct Since {
    /// Behind this position.
    after: Position,
    /// As `/live` has it.
    v: Option<String>,
    /// As `/live` has it.
    s: Option<String>,
}

/// What changed.
#[derive(Debug, Serialize)]
struct Told {
    head: Position,
    n: Dirty,
    /// Texts by the id of their element, for the page that asks.
    t: BTreeMap<String, LiveText>,
}

/// Rows with their parents, or too many to be named.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Dirty {
    Rows(Vec<[String; 2]>),
    All(&'static str),
}

/// `GET /f/head`: which rows of trees changed behind a position, as `/live` tells it, and what else
/// a page says: some of that changes with the clock alone.
pub(super) async fn head(
    State(query): State<Query>,
    Params(Since { after, v, s }): Params<Since>,
) -> Result<Response, ApiError> {
    let Changes { rows, cut, as_of } = query.changes_after(after).await?;
    let n = if cut {
        Dirty::All("all")
    } else {
        Dirty::Rows(rows.into_iter().map(|change| [change.row, change.parent]).collect())
    };
    let texts = match v.as_deref() {
        None => Vec::new(),
        Some("forest") => live::texts(&query, None).await?,
        Some("session") if s.is_some() => live::texts(&query, s.as_deref()).await?,
        Some(_) => return Err(ApiError::Query),
    };
    Ok(Json(Told { head: as_of, n, t: texts.into_iter().collect() }).into_response())
}
