//! `/alerts`: what deserves a look, for programs and people, and what was said of it.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

use axum::{
    Json,
    extract::{FromRef as _, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use banyan_protocol::{
    Position,
    limits::PAGE_MAX_ROWS,
    view::{AlertEntry, AlertRule, AlertState, AlertsAnswer, ErrorView, Severity},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    Site,
    error::ApiError,
    guard::wants_html,
    pages::{self, Person, back},
    params::{FromView, Params},
};
use crate::{
    ingest::{AlertName, Ingest},
    query::{AlertsPage, AlertsRequest, Query},
};

/// Which alerts. What is not known counts as absent.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct Page {
    /// `open` (unless said), `acknowledged`, `closed` (acknowledged, and the session has ended)
    /// or `all`.
    pub(super) state: Option<String>,
    /// `loop`, `low_confidence`, `error_cascade`, `stall` or `cost_spike`.
    pub(super) rule: Option<String>,
    /// `info`, `warning` or `critical`.
    pub(super) severity: Option<String>,
    /// The id of a session.
    pub(super) session: Option<String>,
    /// An agent type.
    pub(super) agent: Option<String>,
    /// The `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
    /// At most this many.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<u32>,
}

impl Page {
    pub(super) fn request(&self) -> AlertsRequest {
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        AlertsRequest {
            state: match self.state.as_deref() {
                Some("all") => None,
                word => Some(word.and_then(AlertState::named).unwrap_or(AlertState::Open)),
            },
            rule: self.rule.as_deref().and_then(AlertRule::named),
            severity: self.severity.as_deref().and_then(Severity::named),
            session: some(&self.session),
            agent: some(&self.agent),
            after: some(&self.cursor),
            limit: self.limit.unwrap_or(100).clamp(1, PAGE_MAX_ROWS),
        }
    }
}

/// Where a person goes on after having said something of an alert.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Then {
    to: Option<String>,
}

/// What deserves a look, newest first.
#[utoipa::path(
    get, path = "/alerts", tag = "sessions", params(Page),
    responses((status = 200, body = AlertsAnswer), (status = 400, body = ErrorView))
)]
pub(super) async fn list(
    State(site): State<Site>,
    State(query): State<Query>,
    Params(page): Params<Page>,
    request: Request,
) -> Result<Response, ApiError> {
    let settled = query.settle().await;
    let found = query.alerts(&page.request()).await?;
    match Person::of(request.method(), request.uri(), request.headers()) {
        Some(person) => pages::alerts(&site, settled.as_of, &person, &page, found),
        None => Ok(FromView(settled, answer(found)).into_response()),
    }
}

fn answer(AlertsPage { alerts, counts, alike, next }: AlertsPage) -> AlertsAnswer {
    AlertsAnswer { alerts, counts, alike, next_cursor: next }
}

/// One alert.
#[utoipa::path(
    get, path = "/alerts/{id}", tag = "sessions",
    params(("id" = String, Path, description = "The alert's id")),
    responses((status = 200, body = AlertEntry), (status = 404, body = ErrorView))
)]
pub(super) async fn show(
    State(site): State<Site>,
    State(query): State<Query>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let settled = query.settle().await;
    let found = query.alert(&id).await?.ok_or(ApiError::NoAlert)?;
    match Person::of(request.method(), request.uri(), request.headers()) {
        Some(person) => pages::alert(&site, settled.as_of, &person, found),
        None => Ok(FromView(settled, found.entry).into_response()),
    }
}

/// Says that an alert was seen to; recorded as an event of the collector's.
#[utoipa::path(
    post, path = "/alerts/{id}/ack", tag = "sessions",
    params(("id" = String, Path, description = "The alert's id")),
    responses(
        (status = 200, body = AlertEntry, description = "On disk; browsers are sent back by 303"),
        (status = 403, body = ErrorView, description = "Asked by a page of another origin"),
        (status = 404, body = ErrorView, description = "Never raised"),
        (status = 503, body = ErrorView, description = "Cannot record now"),
    )
)]
pub(super) async fn acknowledge(
    State(site): State<Site>,
    Path(id): Path<String>,
    Params(then): Params<Then>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    say(&site, Word::Acknowledge, &id, (&then, &headers)).await
}

/// Says that an alert is open again; recorded as an event of the collector's.
#[utoipa::path(
    post, path = "/alerts/{id}/reopen", tag = "sessions",
    params(("id" = String, Path, description = "The alert's id")),
    responses(
        (status = 200, body = AlertEntry, description = "On disk; browsers are sent back by 303"),
        (status = 403, body = ErrorView, description = "Asked by a page of another origin"),
        (status = 404, body = ErrorView, description = "Never raised"),
        (status = 503, body = ErrorView, description = "Cannot record now"),
    )
)]
pub(super) async fn reopen(
    State(site): State<Site>,
    Path(id): Path<String>,
    Params(then): Params<Then>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    say(&site, Word::Reopen, &id, (&then, &headers)).await
}

/// The alert as it is now.
async fn named(query: &Query, id: &str) -> Result<AlertEntry, ApiError> {
    query.settle().await;
    Ok(query.alert(id).await?.ok_or(ApiError::NoAlert)?.entry)
}

fn name(entry: &AlertEntry) -> AlertName {
    let [first_position, _]: [Position; 2] = entry.evidence;
    AlertName { session_id: entry.session_id.clone(), rule: entry.rule, first_position }
}

/// What can be said of an alert.
#[derive(Clone, Copy, Debug)]
enum Word {
    Acknowledge,
    Reopen,
}

/// Records what was said, unless that is how things are; then sends a person back to the page, and
/// gives a program the alert as it is now.
async fn say(
    site: &Site,
    word: Word,
    id: &str,
    (then, headers): (&Then, &HeaderMap),
) -> Result<Response, ApiError> {
    let (query, ingest) = (Query::from_ref(site), Ingest::from_ref(site));
    let entry = named(&query, id).await?;
    let appended = match (word, entry.state == AlertState::Open) {
        (Word::Acknowledge, true) => Some(ingest.acknowledge(name(&entry)).await?),
        (Word::Reopen, false) => Some(ingest.reopen(name(&entry)).await?),
        (Word::Acknowledge, false) | (Word::Reopen, true) => None,
    };
    if let Some(appended) = appended {
        query.settle_at(appended.first).await;
    }
    if wants_html(headers) {
        let to = back::to(then.to.as_deref(), "/alerts");
        return Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response());
    }
    Ok(Json(named(&query, id).await?).into_response())
}
