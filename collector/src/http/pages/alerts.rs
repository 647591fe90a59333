//! `/alerts` and `/alerts/{id}`: what deserves a look.

use axum::response::Response;
use banyan_dashboard::{AlertFilter, AlertInput, AlertPage, AlertsInput, AlertsPage};
use banyan_protocol::Position;

use super::{Person, chrome, render};
use crate::{
    http::{Site, alerts::Page, error::ApiError},
    query,
};

/// The list.
pub(in crate::http) fn list(
    site: &Site,
    as_of: Position,
    person: &Person,
    page: &Page,
    found: query::AlertsPage,
) -> Result<Response, ApiError> {
    let request = page.request();
    let filter = AlertFilter {
        state: request.state,
        rule: request.rule,
        severity: request.severity,
        session: request.session,
        agent: request.agent,
        cursor: request.after,
    };
    let query::AlertsPage { alerts, counts, alike, next } = found;
    let chrome = chrome(site, person.preferences, Some(as_of));
    render(&AlertsPage::new(chrome, &AlertsInput { alerts, counts, alike, next, filter }))
}

/// One alert.
pub(in crate::http) fn show(
    site: &Site,
    as_of: Position,
    person: &Person,
    found: query::AlertDetail,
) -> Result<Response, ApiError> {
    let query::AlertDetail { entry, similar } = found;
    let chrome = chrome(site, person.preferences, Some(as_of));
    render(&AlertPage::new(chrome, &AlertInput { alert: entry, similar }))
}
